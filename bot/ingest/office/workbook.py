"""The cells of an Excel file as they are displayed, row by row."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from bot.ingest.documents import UnusableError
from bot.ingest.office.number_format import BUILT_IN, display
from bot.ingest.office.package import Element, Package, one_line
from bot.ingest.office.writing import clean

MOST_CELLS = 1_000_000  # take some 10 seconds
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_LAST_COLUMN = 16_384
_ON = {"1", "true"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty.

    Attributes:
        number: counted from 1.
        cells: what is displayed, by column, counted from 1; not empty.
    """

    number: int
    cells: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of cells."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Workbook:
    """An Excel file whose sheets can be read."""

    package: Package
    sheets: Sequence[Sheet]
    strings: Sequence[str]
    formats: Sequence[str]  # by style
    from_1904: bool
    cells: int = 0  # read so far
    uncomputed: int = 0  # formulas among them that no program has given a value

    def rows(self, sheet: Sheet) -> list[Row]:
        """Read a sheet; a cell that was merged over rows says the same in each.

        Raises:
            UnusableError: it is damaged, or the file has too many cells.
        """
        rows: dict[int, dict[int, str]] = {}
        merged: list[str] = []
        number = 0
        for element in self._elements(sheet.part):
            if element.tag == f"{_SHEET}mergeCell":
                merged.append(element.get("ref", ""))
                continue
            given = element.get("r", "")
            number = int(given) if given.isdecimal() and len(given) < 8 else number + 1  # noqa: PLR2004 - Excel has 1,048,576
            cells = self._cells(element)
            if cells:
                rows.setdefault(number, {}).update(cells)
        for each in merged:
            self._repeat(each, rows)
        return [Row(key, rows[key]) for key in sorted(rows)]

    def _elements(self, part: str) -> Iterator[Element]:
        from lxml import etree  # noqa: PLC0415 - 20 ms that only Office files need

        if part not in self.package.parts:
            _refuse_part(part)
        tags = (f"{_SHEET}row", f"{_SHEET}mergeCell")
        try:
            for _, element in etree.iterparse(
                io.BytesIO(self.package.parts[part]),
                tag=tags,
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            ):
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise UnusableError(
                f"has a damaged part {part} ({one_line(error)}); save it anew"
            ) from error

    def _cells(self, row: Element) -> dict[int, str]:
        found: dict[int, str] = {}
        column = 0
        for cell in row.iterfind(f"{_SHEET}c"):
            match = _CELL.fullmatch(cell.get("r", ""))
            column = min(_column(match[1]), _LAST_COLUMN) if match else column + 1
            self._count(1)
            text = " ".join(clean(self._text(cell)).split())
            if text:
                found[column] = text
        return found

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > MOST_CELLS:
            raise UnusableError(
                f"has more than {MOST_CELLS:,} cells; split it or save it as CSV"
            )

    def _text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(f"{_SHEET}is")
            return "" if inline is None else _rich_text(inline)
        value: str | None = cell.findtext(f"{_SHEET}v")
        if value is None:
            self.uncomputed += cell.find(f"{_SHEET}f") is not None
            return ""
        if kind == "s":
            known = value.isdecimal() and len(value) < 9  # noqa: PLR2004 - an index
            index = int(value) if known else len(self.strings)
            return self.strings[index] if index < len(self.strings) else ""
        if kind == "b":
            return "TRUE" if value in _ON else "FALSE"
        if kind != "n":
            return value
        style = cell.get("s", "0")
        index = int(style) if style.isdecimal() and len(style) < 9 else 0  # noqa: PLR2004 - an index
        code = self.formats[index] if index < len(self.formats) else "General"
        return display(value, code, from_1904=self.from_1904)

    def _repeat(self, area: str, rows: dict[int, dict[int, str]]) -> None:
        start, _, end = area.partition(":")
        first, last = _CELL.fullmatch(start), _CELL.fullmatch(end)
        if not first or not last:
            return
        column, top, bottom = _column(first[1]), int(first[2]), int(last[2])
        text = rows.get(top, {}).get(column)
        if not text:
            return
        for number in range(top + 1, min(bottom, max(rows)) + 1):
            self._count(1)
            if number in rows:
                rows[number].setdefault(column, text)


def open_workbook(package: Package, main: str) -> Workbook:
    """Read what the sheets of a workbook share.

    Raises:
        UnusableError: it is damaged.
    """
    root = package.tree(main)
    related = package.related(main)
    properties = root.find(f"{_SHEET}workbookPr")
    return Workbook(
        package,
        [
            Sheet(
                name=each.get("name", ""),
                part=related.get(each.get(_REFERENCE, ""), ""),
                hidden=each.get("state", "visible") != "visible",
            )
            for each in root.iter(f"{_SHEET}sheet")
            if "/chartsheets/" not in related.get(each.get(_REFERENCE, ""), "")
        ],
        _strings(package),
        _formats(package),
        properties is not None and properties.get("date1904") in _ON,
    )


def _strings(package: Package) -> list[str]:
    name = package.of_type(".sharedStrings+xml")
    if name is None:
        return []
    return [_rich_text(each) for each in package.tree(name).iter(f"{_SHEET}si")]


def _formats(package: Package) -> list[str]:
    """Return the format code of each style of cells."""
    name = package.of_type(".styles+xml")
    if name is None:
        return []
    root = package.tree(name)
    codes = {str(number): code for number, code in BUILT_IN.items()}
    for each in root.iterfind(f"{_SHEET}numFmts/{_SHEET}numFmt"):
        codes[each.get("numFmtId", "")] = each.get("formatCode", "General")
    return [
        codes.get(each.get("numFmtId", "0"), "General")
        for each in root.iterfind(f"{_SHEET}cellXfs/{_SHEET}xf")
    ]


def _rich_text(element: Element) -> str:
    """Join the runs of a text; what tells how to pronounce it is left out."""
    direct = (element.findtext(f"{_SHEET}t") or "",)
    runs = (each.text or "" for each in element.iterfind(f"{_SHEET}r/{_SHEET}t"))
    return "".join((*direct, *runs))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _refuse_part(part: str) -> NoReturn:
    raise UnusableError(f"has no part {part or 'of one sheet'}; save it anew")
