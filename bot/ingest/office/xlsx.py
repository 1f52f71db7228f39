"""Excel files: sheet by sheet, row by row, each row with its header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.config import CorpusConfig
from bot.ingest.documents import Found, title_of
from bot.ingest.office.package import open_package
from bot.ingest.office.workbook import Row, open_workbook
from bot.ingest.office.writing import Writer, row_text
from bot.ingest.table_header import is_header
from bot.records import Span

_MAIN = (
    ".spreadsheetml.sheet.main+xml",
    ".spreadsheetml.template.main+xml",
    "ms-excel.sheet.macroEnabled.main+xml",
    "ms-excel.template.macroEnabled.main+xml",
)
_PLAIN_NAME = re.compile(r"[^\W\d][\w.]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[rRcC]\d*")
_LETTERS = 26


@dataclass(slots=True)
class _Sheet:
    """Writes one sheet.

    Attributes:
        header: of the table that was read last.
        columns: first and last column under that header.
    """

    writer: Writer
    name: str
    header: Span | None = None
    columns: tuple[int, int] = (0, 0)

    def write(self, rows: Sequence[Row]) -> None:
        for block in _blocks(rows):
            self.block(block)

    def block(self, rows: Sequence[Row]) -> None:
        """Write rows that stand together: captions, then a header, then the rest."""
        first = next((i for i, row in enumerate(rows) if len(row.cells) > 1), len(rows))
        for row in rows[:first]:
            self.row(row, "prose", close=False)
        close = False
        if first + 1 < len(rows) and self.is_header(rows[first], rows[first + 1]):
            row = rows[first]
            cells = _cells(row, min(row.cells))
            self.header = self.writer.header(cells, "cells", self.label(row))
            self.columns = min(row.cells), max(row.cells)
            first, close = first + 1, True
        for row in rows[first:]:
            self.row(row, "row", close=close)
            close = True

    def is_header(self, row: Row, below: Row) -> bool:
        """Say whether a row names the columns below it.

        Under the columns of an earlier header, words alone are no new header: an
        empty row only sets groups apart. There, a number below a word is needed.
        """
        first = min(row.cells)
        if not is_header(_cells(row, first)):
            return False
        if self.header is None or self.columns != (first, max(row.cells)):
            return True
        return any(
            not is_header([below.cells[column]])
            for column in row.cells
            if column in below.cells
        )

    def row(self, row: Row, kind: str, *, close: bool) -> None:
        first, last = min(row.cells), max(row.cells)
        low, high = self.columns
        under = self.header is not None and low <= last and first <= high
        lead = self.header if kind == "row" and under else None
        self.writer.passage(
            row_text(_cells(row, min(first, low) if lead else first)),
            "cells",
            self.label(row),
            block="row" if kind == "row" else "prose",
            lead=lead,
            close=close,
        )

    def label(self, row: Row) -> str:
        first, last = f"{_letters(min(row.cells))}", f"{_letters(max(row.cells))}"
        cells = f"{first}{row.number}"
        if first != last:
            cells += f":{last}{row.number}"
        return f"{_quoted(self.name)}!{cells}"


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read an Excel file, as `formats.Read` says; hidden sheets are left out."""
    package = open_package(data, limits)
    writer = Writer(limits.max_characters)
    workbook = open_workbook(package, package.main(*_MAIN))
    for sheet in workbook.sheets:
        if sheet.hidden:
            writer.omitted.append(f"its sheet {sheet.name!r} is hidden")
            continue
        rows = workbook.rows(sheet)
        if rows:
            writer.heading(1, sheet.name, "cells", _quoted(sheet.name))
            _Sheet(writer, sheet.name).write(rows)
    if workbook.uncomputed:
        writer.omitted.append(
            f"{workbook.uncomputed:,} of its formulas have no value yet; open it in a "
            "spreadsheet program and save it"
        )
    return writer.found(path, title=title_of(path))


def _blocks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield the rows that stand together, without an empty row between them."""
    start = 0
    for index in range(1, len(rows) + 1):
        if index == len(rows) or rows[index].number != rows[index - 1].number + 1:
            yield rows[start:index]
            start = index


def _cells(row: Row, first: int) -> list[str]:
    return [row.cells.get(each, "") for each in range(first, max(row.cells) + 1)]


def _letters(column: int) -> str:
    """Return the name of a column, counted from 1.

    >>> _letters(1), _letters(28)
    ('A', 'AB')
    """
    name = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def _quoted(name: str) -> str:
    """Return a sheet's name as a formula writes it."""
    if _PLAIN_NAME.fullmatch(name) and not _LIKE_A_CELL.fullmatch(name):
        return name
    return "'" + name.replace("'", "''") + "'"
