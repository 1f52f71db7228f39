"""Lines of plain text become paragraphs, list items and table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.ingest.lines import trim
from bot.ingest.phrases import furniture
from bot.ingest.wording import LONGEST_TITLE, ends_sentence
from bot.records import Span

WIDEST_WRAP = 120  # characters; nobody wraps lines by hand beyond this
_WRAP_QUANTILE = 0.95  # a few lines stick out, such as addresses
_ROOM_AFTER_SENTENCE = 0.9  # of the wrap width: a line that ended before was ended so
_ROOM = 0.7  # the same for a line that ends inside a sentence
_BULLET = re.compile(r"(?:[-*+–•‣◦▪●○·]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[ \t]+(?=\S)")
_RULE = re.compile(r"[\W_]*")
_UNDERLINE = re.compile(r"={3,}|-{3,}|~{3,}")
_HASHES = re.compile(r"(#{1,6})[ \t]+\S.*")
_LETTER = re.compile(r"[^\W\d_]")
_UNFINISHED = (",", ";", "-", "–", "—")

Kind = Literal["prose", "item", "row", "heading", "rule"]


@dataclass(frozen=True, slots=True)
class Unit:
    """One or more lines that belong together."""

    start: int
    end: int
    kind: Kind
    level: int = 0  # of a heading that is marked as one
    marker: int = 0  # characters of an item's bullet or number, outside of the span


def read_units(text: str, lines: Sequence[Span]) -> Iterator[Unit]:
    """Yield the units of the lines in order; empty lines separate units.

    Between lines without an empty one the layout tells: whoever wraps lines ends
    one only where the next word does not fit, so a line that had room for it was
    ended on purpose.
    """
    narrow = sorted(min(end - start, WIDEST_WRAP) for start, end in lines)
    width = narrow[int(len(narrow) * _WRAP_QUANTILE)] if narrow else 0
    run: list[Span] = []
    for span in [*lines, (len(text), len(text))]:
        start, end = trim(text, *span)
        if start < end:
            run.append((start, end))
        elif run:
            yield from _Run(text, run, max(width, longest_line(text, run))).units()
            run = []


def longest_line(text: str, lines: Sequence[Span]) -> int:
    """Return the length of the longest line that nobody would have wrapped, else 0.

    A line that is long because of a single address tells nothing.
    """
    long = [(start, end) for start, end in lines if end - start > WIDEST_WRAP]
    return max(
        (
            end - start
            for start, end in long
            if max(map(len, text[start:end].split()), default=0) <= WIDEST_WRAP // 2
        ),
        default=0,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines without an empty line between them."""

    text: str
    lines: Sequence[Span]  # trimmed
    width: int  # where lines were wrapped; beyond WIDEST_WRAP they were not

    def units(self) -> Iterator[Unit]:
        index = 0
        previous: Kind = "rule"
        while index < len(self.lines):
            unit, index = self.unit(index, previous)
            yield unit
            previous = unit.kind

    def unit(self, index: int, previous: Kind) -> tuple[Unit, int]:
        """Return the unit that begins at a line, and the line after it."""
        start, end = self.lines[index]
        line = self.line(index)
        hashes = _HASHES.fullmatch(line)
        if hashes:
            return Unit(start, end, "heading", len(hashes[1])), index + 1
        if self.is_underlined(index):
            level = 1 if self.line(index + 1)[0] == "=" else 2
            return Unit(start, end, "heading", level), index + 2
        if _RULE.fullmatch(line):
            return Unit(start, end, "rule"), index + 1
        if self.is_row(index, previous):
            return Unit(start, end, "row"), index + 1
        bullet = _BULLET.match(line)
        kind: Kind = "item" if bullet else "prose"
        after = index + 1
        while after < len(self.lines) and not self.is_break(after, kind):
            after += 1
        end = self.lines[after - 1][1]
        marker = bullet.end() if bullet else 0
        return Unit(start + marker, end, kind, marker=marker), after

    def line(self, index: int) -> str:
        return self.text[slice(*self.lines[index])]

    def is_underlined(self, index: int) -> bool:
        if index + 1 >= len(self.lines):
            return False
        (start, end), (below, stop) = self.lines[index : index + 2]
        return (
            end - start <= LONGEST_TITLE
            and stop - below >= (end - start) // 2
            and bool(_UNDERLINE.fullmatch(self.text, below, stop))
            and bool(_LETTER.search(self.text, start, end))
        )

    def is_row(self, index: int, previous: Kind) -> bool:
        """Rows have tabs between their cells, and there are two of them at least."""
        columns = self.line(index).count("\t")
        if not columns or previous == "row":
            return columns > 0
        below = index + 1 < len(self.lines) and self.line(index + 1).count("\t")
        return below == columns

    def is_break(self, index: int, kind: Kind) -> bool:
        """Say whether a line starts anew instead of continuing the one before."""
        before, line = self.line(index - 1), self.line(index)
        ended = ends_sentence(before) or before.endswith(":")
        needed = len(before) + 1 + len(line.split(maxsplit=1)[0])
        on_purpose = needed <= self.width * _ROOM
        if (
            _HASHES.fullmatch(line)
            or _RULE.fullmatch(line)
            or self.is_underlined(index)
            or self.is_row(index, kind)
        ):
            return True
        if _BULLET.match(line) and (kind == "item" or ended or on_purpose):
            return True
        if furniture(line) not in {None, "weak"} and (ended or on_purpose):
            return True
        if line[0].islower() or before.endswith(_UNFINISHED):
            return False
        room = needed <= self.width * _ROOM_AFTER_SENTENCE or self.width > WIDEST_WRAP
        return on_purpose or (ended and room)
