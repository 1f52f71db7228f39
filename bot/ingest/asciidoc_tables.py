"""Tables of AsciiDoc: cells in the order of the file become rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.ingest.lines import trim
from bot.ingest.parts import Part, Passage
from bot.records import Span

# What may stand before the bar of a cell: copies or spans, alignment, style.
_CELL = re.compile(
    r"(?:(?<=\s)|^)(?P<spec>(?:(?P<wide>\d{1,2})?(?:\.(?P<high>\d{1,2}))?(?P<kind>[*+]))?"
    r"[<^>]?(?:\.[<^>])?[aehlmdsv]?)\|(?!=)|(?<![\\|])\|(?!=)",
    re.MULTILINE,
)
_COLUMNS = re.compile(r"\bcols=(?:\"([^\"]{0,500})\"|([\w*]{1,20}))")
_COPIES = re.compile(r"\s*(\d{1,2})\*")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    wide: int
    high: int


def read_table(
    text: str, lines: Sequence[Span], sign: str, attributes: str
) -> Iterator[Part]:
    """Yield the rows of a table, each with its header if there is one.

    Args:
        text: the whole text.
        lines: between the delimiters.
        sign: first of the delimiter; bars stand before cells, other signs between.
        attributes: the line in brackets above the table.
    """
    filled = [each for each in lines if text[slice(*each)].strip()]
    if not filled:
        return
    in_cells = sign in "|!" and "format=" not in attributes
    if in_cells and _CELL.search(text, filled[0][0], filled[-1][1]):
        rows = _rows(text, filled, _columns(text, filled, attributes))
    else:
        rows = [trim(text, *each) for each in filled]
    rows = [each for each in rows if _WORD.search(text, *each)]
    header = None
    if len(rows) > 1 and _has_header(text, lines, attributes):
        header, *rows = rows
    for row in rows:
        yield Passage(*row, "row", header)


def _has_header(text: str, lines: Sequence[Span], attributes: str) -> bool:
    """Say whether the first row is a header: named as one, or set apart from others."""
    if "noheader" in attributes:
        return False
    if "header" in attributes:
        return True
    apart = [not text[slice(*each)].strip() for each in lines[:2]]
    return apart == [False, True]


def _columns(text: str, lines: Sequence[Span], attributes: str) -> int:
    """Count the columns: as told, else the cells on the first line."""
    told = _COLUMNS.search(attributes)
    if told:
        pieces = re.split(r"[,;]", told[1] or told[2])
        copies = (_COPIES.match(each) for each in pieces)
        return sum(int(each[1]) if each else 1 for each in copies) or 1
    return sum(each.wide for each in _cells(text, lines[:1])) or 1


def _rows(text: str, lines: Sequence[Span], columns: int) -> list[Span]:
    """Fill rows with cells; a cell that is several rows high has a place in each."""
    rows: list[Span] = []
    taken: Counter[int] = Counter()  # columns by row
    start: int | None = None
    end = 0
    for cell in _cells(text, lines):
        while start is None and taken[len(rows)] >= columns:
            rows.append((cell.start, cell.start))
        start = cell.start if start is None else start
        end = cell.end
        for row in range(len(rows), len(rows) + cell.high):
            taken[row] += cell.wide
        if taken[len(rows)] >= columns:
            rows.append(trim(text, start, end))
            start = None
    if start is not None:
        rows.append(trim(text, start, end))
    return rows


def _cells(text: str, lines: Sequence[Span]) -> Iterator[_Cell]:
    """Yield the cells with what they span."""
    first, last = lines[0][0], lines[-1][1]
    marks = list(_CELL.finditer(text, first, last))
    ends = [each.start() for each in marks[1:]] + [last] * bool(marks)
    for mark, end in zip(marks, ends, strict=True):
        start, stop = trim(text, mark.end(), max(mark.end(), end))
        wide = max(1, int(mark["wide"] or 1))
        high = max(1, int(mark["high"] or 1))
        yield _Cell(start, stop, wide, 1 if mark["kind"] == "*" else high)
