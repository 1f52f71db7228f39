"""Tables as text: each record of a CSV or TSV file is a row with its header."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.config import CorpusConfig
from bot.ingest.documents import Found, UnusableError
from bot.ingest.lines import line_spans, trim
from bot.ingest.parts import Part, Passage
from bot.ingest.source import read_source
from bot.ingest.table_header import is_header
from bot.records import Span

MOST_FIELD = 131_072  # characters, what the csv module allows by itself
MOST_ROWS = 200_000
_DELIMITERS = ",;\t|"
_SAMPLE = 100  # records that tell the delimiter


@dataclass(frozen=True, slots=True)
class _Record:
    span: Span
    cells: Sequence[str]


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a CSV or TSV file, as `formats.Read` says."""
    return read_source(path, data, limits, lambda text: (read_csv(text), []))


def read_csv(text: str) -> list[Part]:
    """Find the rows of a table; a record that spans lines is one row.

    The delimiter is the comma, semicolon, tab or bar that cuts the first records into
    equal numbers of cells. The first of them is the header if it looks like one.

    Raises:
        UnusableError: a cell is too long or its quotes never close, or there are too
            many rows.
    """
    delimiter = find_delimiter(text)
    parts: list[Part] = []
    header: Span | None = None
    waiting: list[_Record] = []  # what stands before the header
    found = False
    for number, record in enumerate(_records(text, delimiter)):
        if number >= MOST_ROWS:
            raise UnusableError(f"has more than {MOST_ROWS:,} rows; split it")
        if not found:
            waiting.append(record)
            found = sum(map(bool, record.cells)) > 1
            if not found:
                continue
            if is_header(record.cells):
                header = waiting.pop().span
            parts.extend(_row(each, None) for each in waiting)
            continue
        parts.append(_row(record, header))
    if not found:  # one column
        if len(waiting) > 1 and is_header(waiting[0].cells):
            header = waiting.pop(0).span
        parts.extend(_row(each, header) for each in waiting)
    elif header and not any(each.lead for each in parts if isinstance(each, Passage)):
        parts.append(Passage(*header, "row"))  # a header alone says what there is
    return parts


def find_delimiter(text: str) -> str:
    r"""Return what stands between the cells.

    >>> find_delimiter("name;price\nA;1,5\nB;2,5\n")
    ';'
    """
    best = (0.0, 0)
    chosen = ","
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for record, _ in zip(
                _records(text, delimiter), range(_SAMPLE), strict=False
            ):
                widths[len(record.cells)] += 1
        except UnusableError:
            continue
        columns, count = max(
            widths.items(), key=lambda each: (each[1], each[0]), default=(1, 0)
        )
        if columns > 1 and (count / widths.total(), columns) > best:
            best = (count / widths.total(), columns)
            chosen = delimiter
    return chosen


def _row(record: _Record, header: Span | None) -> Passage:
    return Passage(*record.span, "row", header)


def _records(text: str, delimiter: str) -> Iterator[_Record]:
    """Yield the records that say something, each with the lines it stands on."""
    spans = line_spans(text)
    # Line ends are made alike: the csv module ends a record at either.
    lines = (text[start:end] + "\n" for start, end in spans)
    reader = csv.reader(lines, delimiter=delimiter)
    first = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnusableError(
                f"has a cell of more than {MOST_FIELD:,} characters in the record that "
                f"starts on line {first + 1}; close its quotes, or cut it"
            ) from error
        last = reader.line_num
        start, end = trim(text, spans[first][0], spans[last - 1][1])
        first = last
        if any(each.strip() for each in cells):
            yield _Record((start, end), [each.strip() for each in cells])
