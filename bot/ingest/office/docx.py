"""Word files: headings, paragraphs, lists, tables, notes and text boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.config import CorpusConfig
from bot.ingest.documents import Found, UnusableError
from bot.ingest.office.docx_styles import Styles, read_styles
from bot.ingest.office.docx_text import (
    WORD,
    ParagraphText,
    is_on,
    read_paragraph,
    shown_children,
)
from bot.ingest.office.package import Element, Package, open_package
from bot.ingest.office.writing import Writer, clean, row_text
from bot.ingest.table_header import is_header
from bot.records import Span

_MAIN = (
    ".wordprocessingml.document.main+xml",
    ".wordprocessingml.template.main+xml",
    "ms-word.document.macroEnabled.main+xml",
    "ms-word.template.macroEnabledTemplate.main+xml",
)
MAX_NESTING = 50  # tables, text boxes and content controls inside one another
_VALUE = f"{WORD}val"
_CONTAINERS = {
    f"{WORD}{each}" for each in ("sdtContent", "customXml", "ins", "moveTo", "smartTag")
}
_Row = list[str]


@dataclass(slots=True)
class _Walk:
    """Goes through the body once and writes what it finds.

    Attributes:
        number: of the paragraph or row written last, as a reader counts: from 1, and
            without empty ones and tables of contents.
    """

    writer: Writer
    styles: Styles
    notes: dict[tuple[str, str], Element]
    number: int = 0
    before: Span | None = None  # the paragraph that leads in a list
    items: dict[int, Span] = field(default_factory=dict)  # last item by depth
    lead: Span | None = None  # of the open list
    waiting: list[tuple[str, str]] = field(default_factory=list)  # notes to write
    noted: int = 0  # notes written

    def blocks(self, element: Element, depth: int = 0) -> None:
        if depth > MAX_NESTING:
            raise UnusableError(
                f"nests tables or text boxes more than {MAX_NESTING} deep; flatten them"
            )
        for child in shown_children(element):
            if child.tag == f"{WORD}p":
                self.paragraph(child, depth)
            elif child.tag == f"{WORD}tbl":
                self.table(child, depth)
            elif child.tag == f"{WORD}sdt":
                if not _is_contents(child):
                    self.blocks(child, depth + 1)
            elif child.tag in _CONTAINERS:
                self.blocks(child, depth + 1)

    def paragraph(self, element: Element, depth: int) -> None:
        role = self.styles.role(element)
        if role.directory:
            return
        found = read_paragraph(element)
        if clean(found.text):
            self.number += 1
            label = str(self.number)
            if role.level:
                self.writer.heading(role.level, found.text, "paragraph", label)
                self.before, self.lead, self.items = None, None, {}
            elif role.item is None:
                self.before = self.writer.passage(found.text, "paragraph", label)
                self.lead, self.items = None, {}
            else:
                self.item(found.text, role.item, label)
        self.hanging(found, depth)

    def item(self, text: str, depth: int, label: str) -> None:
        """Write a list item; one that is nested is led in by the item above it."""
        if not self.items:
            self.lead, self.before = self.before, None
        above = [each for each in self.items if each < depth]
        lead = self.items[max(above)] if above else self.lead
        close = bool(self.items)
        span = self.writer.passage(
            text, "paragraph", label, block="item", lead=lead, close=close
        )
        self.items = {key: self.items[key] for key in above}
        if span:
            self.items[depth] = span

    def hanging(self, found: ParagraphText, depth: int) -> None:
        """Write text boxes and notes after the paragraph that they hang on."""
        around = self.before, self.lead, self.items
        for box in found.boxes:
            self.before, self.lead, self.items = None, None, {}
            self.blocks(box, depth + 1)
        self.before, self.lead, self.items = around
        self.waiting.extend(found.notes)
        if depth == 0:
            self.write_notes()

    def write_notes(self) -> None:
        waiting, self.waiting = self.waiting, []
        for key in waiting:
            note = self.notes.pop(key, None)
            if note is None:
                continue
            self.noted += 1
            texts = [read_paragraph(each).text for each in note.iter(f"{WORD}p")]
            self.writer.passage("\n".join(texts), "paragraph", f"note {self.noted}")

    def table(self, table: Element, depth: int) -> None:
        rows = list(_rows(table))
        if len(rows) < 2 or max(len(_cells(each)) for each in rows) < 2:  # noqa: PLR2004 - it only lays out
            for row in rows:
                for cell in _cells(row):
                    self.blocks(cell, depth + 1)
            return
        self.before, self.lead, self.items = None, None, {}
        texts = self.rows(rows)
        heads = _header_rows(rows, texts)
        header: Span | None = None
        for index, cells in enumerate(texts):
            if not row_text(cells):
                continue
            self.number += 1
            label = str(self.number)
            if index < heads:
                span = self.writer.header(
                    cells, "paragraph", label, close=header is not None
                )
                header = (header[0], span[1]) if header else span
            else:
                self.writer.passage(
                    row_text(cells),
                    "paragraph",
                    label,
                    block="row",
                    lead=header,
                    close=index > 0,
                )
        if depth == 0:
            self.write_notes()

    def rows(self, rows: list[Element]) -> list[_Row]:
        """Read the cells; one that spans rows says the same in each of them."""
        texts: list[_Row] = []
        above: dict[int, str] = {}  # text of the cell by column
        for row in rows:
            texts.append([])
            column = 0
            for cell in _cells(row):
                merged, width = _merging(cell)
                text = above.get(column, "") if merged else self.cell(cell)
                above[column] = text
                texts[-1].append(text)
                column += width
        return texts

    def cell(self, cell: Element) -> str:
        pieces = []
        for each in _paragraphs(cell):
            found = read_paragraph(each)
            pieces.append(clean(found.text))
            self.waiting.extend(found.notes)
        return " ".join(filter(None, pieces))


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a Word file, as `formats.Read` says."""
    package = open_package(data, limits)
    main = package.main(*_MAIN)
    writer = Writer(limits.max_characters)
    styles = package.of_type(".styles+xml")
    walk = _Walk(
        writer,
        read_styles(package.tree(styles) if styles else None),
        {**_notes(package, "footnote"), **_notes(package, "endnote")},
    )
    body = package.tree(main).find(f"{WORD}body")
    if body is not None:
        walk.blocks(body)
    return writer.found(path)


def _notes(package: Package, kind: str) -> dict[tuple[str, str], Element]:
    name = package.of_type(f".{kind}s+xml")
    if name is None:
        return {}
    return {
        (kind, each.get(f"{WORD}id", "")): each
        for each in package.tree(name).iter(f"{WORD}{kind}")
        if each.get(f"{WORD}type") in {None, "normal"}
    }


def _is_contents(control: Element) -> bool:
    """Say whether a content control holds a table of contents made by Word."""
    galleries = control.iterfind(f"{WORD}sdtPr/{WORD}docPartObj/{WORD}docPartGallery")
    return any(each.get(_VALUE) == "Table of Contents" for each in galleries)


def _rows(element: Element) -> Iterator[Element]:
    """Yield the rows of a table that were not deleted."""
    for child in shown_children(element):
        if child.tag == f"{WORD}tr":
            if child.find(f"{WORD}trPr/{WORD}del") is None:
                yield child
        elif child.tag == f"{WORD}sdt" or child.tag in _CONTAINERS:
            yield from _rows(child)


def _cells(element: Element) -> list[Element]:
    found = []
    for child in shown_children(element):
        if child.tag == f"{WORD}tc":
            found.append(child)
        elif child.tag == f"{WORD}sdt" or child.tag in _CONTAINERS:
            found.extend(_cells(child))
    return found


def _paragraphs(element: Element) -> Iterator[Element]:
    """Yield the paragraphs in a cell, also those of tables and text boxes in it."""
    for child in shown_children(element):
        if child.tag == f"{WORD}p":
            yield child
        if child.tag not in {f"{WORD}del", f"{WORD}moveFrom"}:
            yield from _paragraphs(child)


def _merging(cell: Element) -> tuple[bool, int]:
    """Say whether a cell continues the one above, and over how many columns."""
    properties = cell.find(f"{WORD}tcPr")
    if properties is None:
        return False, 1
    merge = properties.find(f"{WORD}vMerge")
    span = properties.find(f"{WORD}gridSpan")
    width = "" if span is None else span.get(_VALUE, "")
    merged = merge is not None and merge.get(_VALUE, "continue") == "continue"
    return merged, int(width) if width.isdecimal() and len(width) < 4 else 1  # noqa: PLR2004 - Word allows 63


def _header_rows(rows: list[Element], texts: list[_Row]) -> int:
    """Count the rows that are marked as header; else the first may look like one."""
    marked = 0
    for row in rows:
        if not is_on(row.find(f"{WORD}trPr/{WORD}tblHeader")):
            break
        marked += 1
    if 0 < marked < len(rows):
        return marked
    return 1 if is_header(texts[0]) else 0
