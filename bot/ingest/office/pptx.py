"""PowerPoint files: titles, texts, tables, diagrams and notes, slide by slide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.config import CorpusConfig
from bot.ingest.documents import Found, UnusableError
from bot.ingest.office.package import Element, Package, open_package
from bot.ingest.office.writing import Writer, row_text
from bot.ingest.table_header import is_header
from bot.records import Span

_MAIN = (
    ".presentationml.presentation.main+xml",
    ".presentationml.slideshow.main+xml",
    ".presentationml.template.main+xml",
    "ms-powerpoint.presentation.macroEnabled.main+xml",
    "ms-powerpoint.slideshow.macroEnabled.main+xml",
)
_SLIDES = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CHOICES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TITLES = {"title", "ctrTitle"}
# Date, number and footer stand on every slide.
_FURNITURE = {"dt", "ftr", "sldNum", "hdr", "sldImg"}
_TEXTS = {"body", "obj", "subTitle"}  # of the layout, where an outline stands


@dataclass(slots=True)
class _Slide:
    """One slide, whose title is written before anything else on it."""

    writer: Writer
    package: Package
    related: dict[str, str]
    number: str
    items: dict[int, Span] = field(default_factory=dict)  # last paragraph by depth

    def write(self, root: Element) -> None:
        shapes = [each for each in _shapes(root) if _role(each) not in _FURNITURE]
        titles = [each for each in shapes if _role(each) in _TITLES]
        title = " ".join(
            text for shape in titles for _, text in _paragraphs(shape) if text
        )
        self.writer.heading(2, title or f"Slide {self.number}", "slide", self.number)
        for shape in shapes:
            if shape not in titles:
                self.shape(shape)

    def shape(self, shape: Element) -> None:
        if shape.tag == f"{_SLIDES}graphicFrame":
            for table in shape.iter(f"{_DRAWING}tbl"):
                self.table(table)
            for reference in shape.iter(f"{_DIAGRAM}relIds"):
                self.diagram(reference.get(f"{_REFERENCE}dm", ""))
            for reference in shape.iter(f"{_CHART}chart"):
                self.chart(reference.get(f"{_REFERENCE}id", ""))
            return
        self.items = {}
        is_list = _role(shape) in _TEXTS
        for depth, text in _paragraphs(shape):
            self.paragraph(text, depth, is_list=is_list)

    def paragraph(self, text: str, depth: int, *, is_list: bool) -> None:
        above = [each for each in self.items if each < depth]
        span = self.writer.passage(
            text,
            "slide",
            self.number,
            block="item" if is_list else "prose",
            lead=self.items[max(above)] if above else None,
            close=bool(self.items),
        )
        self.items = {key: self.items[key] for key in above}
        if span:
            self.items[depth] = span

    def table(self, table: Element) -> None:
        rows: list[list[str]] = []
        for row in table.iter(f"{_DRAWING}tr"):
            above = rows[-1] if rows else []
            rows.append([])
            for column, cell in enumerate(row.iter(f"{_DRAWING}tc")):
                if cell.get("vMerge") in {"1", "true"} and column < len(above):
                    rows[-1].append(above[column])
                else:
                    texts = [text for _, text in _paragraphs(cell)]
                    rows[-1].append(" ".join(texts))
        properties = table.find(f"{_DRAWING}tblPr")
        marked = properties is not None and properties.get("firstRow") in {"1", "true"}
        self.rows(rows, has_header=marked or (bool(rows) and is_header(rows[0])))

    def rows(self, rows: list[list[str]], *, has_header: bool) -> None:
        header: Span | None = None
        if has_header and len(rows) > 1 and row_text(rows[0]):
            header = self.writer.header(rows[0], "slide", self.number)
            rows = rows[1:]
        for index, cells in enumerate(rows):
            self.writer.passage(
                row_text(cells),
                "slide",
                self.number,
                block="row",
                lead=header,
                close=bool(header) or index > 0,
            )

    def diagram(self, reference: str) -> None:
        """Write the texts of a SmartArt diagram, which are a part of their own."""
        name = self.related.get(reference, "")
        if name in self.package.parts:
            for point in self.package.tree(name).iter(f"{_DIAGRAM}t"):
                self.items = {}
                for depth, text in _paragraphs(point):
                    self.paragraph(text, depth, is_list=True)

    def chart(self, reference: str) -> None:
        """Write the title of a chart, and its values as a table of categories."""
        name = self.related.get(reference, "")
        if name not in self.package.parts:
            return
        root = self.package.tree(name)
        for title in root.iterfind(f".//{_CHART}title"):
            texts = [text for _, text in _paragraphs(title)]
            self.writer.passage(" ".join(texts), "slide", self.number)
        series = list(root.iter(f"{_CHART}ser"))
        names = [" ".join(_points(each, "tx").values()) for each in series]
        values = [_points(each, "val") or _points(each, "yVal") for each in series]
        categories: dict[int, str] = {}
        for each in series:
            categories |= _points(each, "cat") or _points(each, "xVal")
        rows = [
            [categories[index], *(each.get(index, "") for each in values)]
            for index in sorted(categories)
        ]
        self.rows([["", *names], *rows], has_header=True)

    def notes(self) -> None:
        """Write what the speaker's notes say."""
        for name in self.related.values():
            if "/notesSlides/" not in f"/{name}" or name not in self.package.parts:
                continue
            for shape in _shapes(self.package.tree(name)):
                if _role(shape) == "body":
                    for _, text in _paragraphs(shape):
                        label = f"{self.number}, notes"
                        self.writer.passage(text, "slide", label)


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a PowerPoint file, as `formats.Read` says; hidden slides are left out."""
    package = open_package(data, limits)
    main = package.main(*_MAIN)
    writer = Writer(limits.max_characters)
    related = package.related(main)
    references = [
        each.get(f"{_REFERENCE}id", "")
        for each in package.tree(main).iter(f"{_SLIDES}sldId")
    ]
    if len(references) > limits.max_pages:
        raise UnusableError(
            f"has {len(references):,} slides, more than corpus.max_pages "
            f"({limits.max_pages:,}) allows; split it or raise the limit"
        )
    for number, reference in enumerate(references, start=1):
        name = related.get(reference, "")
        root = package.tree(name)
        if root.get("show") in {"0", "false"}:
            writer.omitted.append(f"its slide {number} is hidden")
            continue
        slide = _Slide(writer, package, package.related(name), str(number))
        slide.write(root)
        slide.notes()
    return writer.found(path)


def _shapes(element: Element) -> Iterator[Element]:
    """Yield shapes with text or graphics in their order, out of their groups."""
    for child in element:
        if child.tag in {f"{_SLIDES}sp", f"{_SLIDES}graphicFrame"}:
            yield child
        elif child.tag == f"{_CHOICES}AlternateContent":
            for choice in child[:1]:
                yield from _shapes(choice)
        elif child.tag in {f"{_SLIDES}{each}" for each in ("cSld", "spTree", "grpSp")}:
            yield from _shapes(child)


def _role(shape: Element) -> str | None:
    """Return the kind of a placeholder, None for other shapes."""
    for each in shape.iterfind(f"*/{_SLIDES}nvPr/{_SLIDES}ph"):
        return str(each.get("type", "obj"))
    return None


def _paragraphs(element: Element) -> Iterator[tuple[int, str]]:
    """Yield depth and text of each paragraph."""
    for paragraph in element.iter(f"{_DRAWING}p"):
        properties = paragraph.find(f"{_DRAWING}pPr")
        level = "0" if properties is None else properties.get("lvl", "0")
        pieces = [
            "\n" if each.tag == f"{_DRAWING}br" else each.text or ""
            for each in paragraph.iter(f"{_DRAWING}t", f"{_DRAWING}br")
        ]
        yield int(level) if level in set("012345678") else 0, "".join(pieces)


def _points(series: Element, role: str) -> dict[int, str]:
    """Return what a chart last showed for names, categories or values, by index."""
    found = {}
    for holder in series.iterfind(f"{_CHART}{role}"):
        for point in holder.iter(f"{_CHART}pt"):
            value = point.find(f"{_CHART}v")
            index = point.get("idx", "")
            if value is not None and index.isdecimal() and len(index) < 9:  # noqa: PLR2004 - any int
                found[int(index)] = value.text or ""
    return found
