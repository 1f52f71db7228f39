"""Small Office files made of the XML that a test is about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

FILES = Path(__file__).parent / "data" / "formats"
_SCHEMAS = "http://schemas.openxmlformats.org"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_NAMES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "w": f"{_SCHEMAS}/wordprocessingml/2006/main",
        "m": f"{_SCHEMAS}/officeDocument/2006/math",
        "r": f"{_SCHEMAS}/officeDocument/2006/relationships",
        "a": f"{_SCHEMAS}/drawingml/2006/main",
        "p": f"{_SCHEMAS}/presentationml/2006/main",
        "c": f"{_SCHEMAS}/drawingml/2006/chart",
        "dgm": f"{_SCHEMAS}/drawingml/2006/diagram",
        "mc": f"{_SCHEMAS}/markup-compatibility/2006",
    }.items()
)


def pack(parts: Mapping[str, str | bytes], types: Mapping[str, str]) -> bytes:
    """Put parts into an archive with their content types."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_OFFICE}.{kind}+xml"/>'
        for name, kind in types.items()
    )
    content_types = (
        f'<Types xmlns="{_SCHEMAS}/package/2006/content-types">{overrides}</Types>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if "[Content_Types].xml" not in parts:
            archive.writestr("[Content_Types].xml", content_types)
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def relations(targets: Mapping[str, str]) -> str:
    """Return a part that says what ids of references stand for."""
    each = "".join(
        f'<Relationship Id="{key}" Type="x" Target="{target}"/>'
        for key, target in targets.items()
    )
    return f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">{each}</Relationships>'  # noqa: E501 - one line of XML


def word(body: str, **parts: str) -> bytes:
    """Return a Word file; further parts are styles, footnotes and endnotes."""
    files = {
        "word/document.xml": (
            f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>"
        )
    }
    types = {"word/document.xml": "wordprocessingml.document.main"}
    for name, content in parts.items():
        files[f"word/{name}.xml"] = f"<w:{name} {_NAMES}>{content}</w:{name}>"
        types[f"word/{name}.xml"] = f"wordprocessingml.{name}"
    return pack(files, types)


def paragraph(text: str, style: str = "", properties: str = "") -> str:
    """Return a paragraph of a Word file."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{run(text)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """Return a run of a Word file."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{escape(text)}</w:t></w:r>"


def table(*rows: Sequence[str]) -> str:
    """Return a table of a Word file; a cell is text or XML."""
    return "<w:tbl>{}</w:tbl>".format(
        "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in rows)
    )


def cell(content: str, properties: str = "") -> str:
    """Return a cell of a Word file; text or XML."""
    inside = content if content.startswith("<") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def slides(
    *shapes: str, related: Mapping[str, str] | None = None, **parts: str
) -> bytes:
    """Return a PowerPoint file; each argument is what stands on a slide.

    Args:
        shapes: of each slide; a whole slide if it begins with `<p:sld `.
        related: of the first slide, id to target.
        parts: further ones of the folder `ppt`, by name without ending.
    """
    files: dict[str, str | bytes] = {}
    numbers = range(1, len(shapes) + 1)
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in numbers)
    files["ppt/presentation.xml"] = (
        f"<p:presentation {_NAMES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
    )
    files["ppt/_rels/presentation.xml.rels"] = relations(
        {f"rId{n}": f"slides/slide{n}.xml" for n in numbers}
    )
    for number, each in zip(numbers, shapes, strict=True):
        files[f"ppt/slides/slide{number}.xml"] = slide(each)
    if related:
        files["ppt/slides/_rels/slide1.xml.rels"] = relations(related)
    for name, content in parts.items():
        files[f"ppt/{name}.xml"] = content.replace(">", f" {_NAMES}>", 1)
    return pack(files, {"ppt/presentation.xml": "presentationml.presentation.main"})


def slide(shapes: str, attributes: str = "") -> str:
    """Return a slide with shapes."""
    if shapes.startswith("<p:sld "):
        return shapes
    return (
        f"<p:sld {_NAMES} {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"
        "</p:sld>"
    )


def shape(*texts: str, role: str | None = None) -> str:
    """Return a shape of a slide; a text may begin with its depth: `1:text`."""
    placeholder = "" if role is None else f'<p:ph type="{role}"/>'
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:txBody>"
        f"{''.join(map(slide_paragraph, texts))}</p:txBody></p:sp>"
    )


def slide_paragraph(text: str) -> str:
    """Return a paragraph of a slide."""
    depth, _, said = text.partition(":") if text[1:2] == ":" else ("0", "", text)
    return f'<a:p><a:pPr lvl="{depth}"/><a:r><a:t>{escape(said)}</a:t></a:r></a:p>'


def workbook(
    *sheets: str,
    names: Sequence[str] = ("Sheet1", "Sheet2"),
    states: Sequence[str] = ("visible", "visible"),
    strings: Sequence[str] = (),
    formats: Sequence[str] = (),
    properties: str = "",
) -> bytes:
    """Return an Excel file; each argument is what stands in a sheet's XML.

    Style n of a cell has the format n of ``formats``; style 0 has none.
    """
    main = f"{_SCHEMAS}/spreadsheetml/2006/main"
    space = f'xmlns="{main}" xmlns:r="{_SCHEMAS}/officeDocument/2006/relationships"'
    listed = "".join(
        f'<sheet name="{escape(names[n])}" state="{states[n]}" r:id="rId{n}"/>'
        for n in range(len(sheets))
    )
    codes = "".join(
        f'<numFmt numFmtId="{164 + n}" formatCode={quoteattr(code)}/>'
        for n, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{164 + n}"/>' for n in range(len(formats)))
    shared = "".join(f"<si><t>{escape(each)}</t></si>" for each in strings)
    files: dict[str, str | bytes] = {
        "xl/workbook.xml": (
            f"<workbook {space}><workbookPr {properties}/><sheets>{listed}</sheets>"
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": relations(
            {f"rId{n}": f"worksheets/sheet{n}.xml" for n in range(len(sheets))}
        ),
        "xl/styles.xml": (
            f"<styleSheet {space}><numFmts>{codes}</numFmts>"
            f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>'
        ),
        "xl/sharedStrings.xml": f"<sst {space}>{shared}</sst>",
    }
    for number, sheet in enumerate(sheets):
        files[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet {space}>{sheet}</worksheet>"
        )
    return pack(
        files,
        {
            "xl/workbook.xml": "spreadsheetml.sheet.main",
            "xl/styles.xml": "spreadsheetml.styles",
            "xl/sharedStrings.xml": "spreadsheetml.sharedStrings",
        },
    )


def sheet(*rows: str | Sequence[str | float | None]) -> str:
    """Return rows from the first on; None is an empty cell, a string may be XML."""
    found = []
    for number, row in enumerate(rows, start=1):
        if isinstance(row, str):
            found.append(row)
            continue
        cells = "".join(
            _cell(value, f"{chr(65 + column)}{number}")
            for column, value in enumerate(row)
            if value is not None
        )
        found.append(f'<row r="{number}">{cells}</row>')
    return f"<sheetData>{''.join(found)}</sheetData>"


def _cell(value: str | float, place: str) -> str:
    if isinstance(value, str) and value.startswith("<c "):
        return value
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
