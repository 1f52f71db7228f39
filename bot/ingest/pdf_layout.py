"""Printed lines become headings, paragraphs, list items and table rows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from statistics import median
from typing import Literal

from bot.ingest.pdf_lines import CELL, Line
from bot.ingest.wording import LONGEST_TITLE, ends_sentence

_LARGER = 1.12  # times the type of the text, for a heading
_EDGE = 2  # lines at the top and at the bottom that may be a running header or footer
_REPEATS = 0.3  # of the pages have what repeats; headers that alternate, less than half
_NEXT_LINES = 3  # within which a table goes on; its cells may be wrapped
_LOOSE = 1.25  # times the usual distance of lines, between paragraphs
_FAR = 3  # times the type size; lines that are further apart do not tell what is usual
_INDENT = 0.8  # times the type size
_SHORT = 0.8  # of the longest line: an author ended the line, not the margin
_ROOM = 0.7  # of the longest line
_LETTER_WIDTH = 0.5  # of the type size, on average
_SAME = 0.6  # points by which sizes of the same type differ
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|p\.)\s*)?(?:\d{1,5}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|of|von)\s*\d{1,5})?\W*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d{1,9}")
_MOST_NUMBERS = 3  # in a running line
_NUMBERED = re.compile(r"\d+(?:\.\d+)*\.?[ \t]")
_LETTER = re.compile(r"[^\W\d_]")
_BULLET = re.compile(
    r"(?:[\u2022\u2023\u25aa\u25cf\u25e6\u2013\u2014\u00b7*+-]"
    r"|\(?(?:\d{1,3}|[a-z])[.)])[ \t]+(?=\S)"
)

Kind = Literal["heading", "prose", "item", "row"]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together."""

    kind: Kind
    lines: tuple[Line, ...]
    level: int = 0  # of a heading, 1 is the outermost


def bullet_length(text: str) -> int:
    """Return how long the bullet or number at the start of an item is.

    >>> bullet_length("(a) first"), bullet_length("first")
    (4, 0)
    """
    match = _BULLET.match(text)
    return match.end() if match else 0


def without_running_lines(lines: Sequence[Line]) -> list[Line]:
    """Leave out page numbers, running headers and footers.

    Such a line stands at the same end of several pages, and its numbers are the same
    or count the pages: rows of a table that goes on overleaf differ otherwise.

    Args:
        lines: of all pages, in order.
    """
    pages: defaultdict[int, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        pages[line.page].append(index)
    edges: dict[int, str] = {}  # top or bottom of its page
    ends: set[int] = set()  # only the first and the last line of each page
    for members in pages.values():
        members.sort(key=lambda index: -lines[index].first)
        edges.update(dict.fromkeys(members[-_EDGE:], "bottom"))
        edges.update(dict.fromkeys(members[:_EDGE], "top"))
        ends.update(members[:1], members[-1:])
    patterns = {
        index: [(edge, each) for each in _patterns(lines[index])]
        for index, edge in edges.items()
    }
    seen: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for index, each in patterns.items():
        for pattern in each:
            seen[pattern].add(lines[index].page)
    least = max(2, _REPEATS * len(pages))
    running = {pattern for pattern, where in seen.items() if len(where) >= least}
    return [
        line
        for index, line in enumerate(lines)
        if not any(each in running for each in patterns.get(index, ()))
        and not (index in ends and _is_numbered(line))
    ]


def _is_numbered(line: Line) -> bool:
    """Say whether a line is a page number, or has that beside a running title."""
    cells = line.text.split(CELL)
    beside = len(cells) > 1 and str(line.page + 1) in (cells[0], cells[-1])
    return beside or bool(_PAGE_NUMBER.fullmatch(line.text))


def _patterns(line: Line) -> list[str]:
    """Return what a line says, with and without its numbers as distances to the page's.

    "Part 2, page 9" on the seventh page may run as "Part 2, page +2".
    """
    words = _DIGITS.split(line.text)
    numbers = _DIGITS.findall(line.text)
    if not 0 < len(numbers) <= _MOST_NUMBERS:
        return [line.text]
    choices = [(each, f"{int(each) - line.page:+}") for each in numbers]
    return [
        "".join(map("".join, zip(words, (*each, ""), strict=True)))
        for each in product(*choices)
    ]


def group_lines(lines: Sequence[Line]) -> list[Group]:
    """Put the lines of a document together, in their order."""
    groups = _Grouping(lines).groups() if lines else []
    return [
        # A heading with nothing under it but a higher one is an author or a date.
        replace(group, kind="prose", level=0)
        if group.kind == after.kind == "heading" and group.level > after.level
        else group
        for group, after in zip(groups, [*groups[1:], *groups[-1:]], strict=True)
    ]


class _Grouping:
    """Compares each line with its neighbours and with what is usual in the document."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        letters: Counter[float] = Counter()
        self.widest = defaultdict[int, float](float)  # line of each page
        for line in lines:
            letters[line.size] += len(line.text)
            self.widest[line.page] = max(self.widest[line.page], line.width)
        self.body = max(letters, key=lambda size: (letters[size], -size))
        self.leading = self.usual_distance()
        self.heads = [self.is_heading(index) for index in range(len(lines))]
        heads = zip(lines, self.heads, strict=True)
        ranks = sorted({_rank(line) for line, head in heads if head}, reverse=True)
        self.levels = {rank: level for level, rank in enumerate(ranks, start=1)}

    def usual_distance(self) -> float:
        """Return the distance of neighbouring lines in the middle of the text."""
        distances = [
            before.last - line.first
            for before, line in pairwise(self.lines)
            if before.page == line.page
            and abs(before.size - line.size) < _SAME
            and 0 < before.last - line.first < _FAR * line.size
        ]
        return median(distances) if distances else self.body

    def is_heading(self, index: int) -> bool:
        """Headings are short, stand alone, and are larger or bolder than the text."""
        line = self.lines[index]
        text = line.text
        if len(text) > LONGEST_TITLE or not _LETTER.search(text) or CELL in text:
            return False
        if line.size >= self.body * _LARGER:
            return not (ends_sentence(text) and len(text) > LONGEST_TITLE // 2)
        if not line.bold or line.size < self.body - _SAME or ends_sentence(text):
            return False
        apart = index == 0 or not self.is_close(self.lines[index - 1], line)
        after = self.lines[index + 1 : index + 2]
        return apart and bool(after) and not after[0].bold

    def is_close(self, before: Line, line: Line) -> bool:
        """Say whether a line stands directly below another, or goes on with it."""
        distance = before.last - line.first
        same_page = before.page == line.page
        return same_page and -_SAME < distance <= self.leading * _LOOSE

    def groups(self) -> list[Group]:
        groups: list[list[Line]] = []
        kinds: list[Kind] = []
        for index, line in enumerate(self.lines):
            kind = self.kind(index, kinds[-1] if kinds else "heading")
            if groups and self.continues(kinds[-1], groups[-1], kind, line):
                groups[-1].append(line)
            else:
                groups.append([line])
                kinds.append(kind)
        return [
            Group(kind, tuple(group), self.levels.get(_rank(group[0]), 0))
            for kind, group in zip(kinds, groups, strict=True)
        ]

    def kind(self, index: int, previous: Kind) -> Kind:
        line = self.lines[index]
        if self.heads[index]:
            return "heading"
        if _BULLET.match(line.text):
            return "item"
        following = self.lines[index + 1 : index + 1 + _NEXT_LINES]
        in_table = previous == "row" or any(CELL in each.text for each in following)
        return "row" if CELL in line.text and in_table else "prose"

    def continues(
        self, former: Kind, group: list[Line], kind: Kind, line: Line
    ) -> bool:
        """Say whether a line goes on with what the group before it says."""
        before = group[-1]
        if former == kind == "row":
            return before.page == line.page
        if former == kind == "heading":
            same = _rank(before) == _rank(line) and before.page == line.page
            near = 0 < before.last - line.first < 2 * line.size
            return same and near and not _NUMBERED.match(line.text)
        if kind != "prose" or former not in {"prose", "item"}:
            return False
        return abs(before.size - line.size) < _SAME and self.flows(former, group, line)

    def flows(self, former: Kind, group: list[Line], line: Line) -> bool:
        """Say whether a line of prose goes on with a paragraph or an item."""
        before = group[-1]
        ended = ends_sentence(before.text) or before.text.endswith(":")
        if not self.is_close(before, line):
            below = before.page == line.page and before.last > line.first
            return not below and not ended  # the next column or page
        if former == "item":
            return line.left > group[0].left + 1 or not ended
        widest = self.widest[line.page]
        word = len(line.text.split(maxsplit=1)[0]) * line.size * _LETTER_WIDTH
        if not line.text[0].islower() and before.width + word < _ROOM * widest:
            return False  # the next word had room: the line was ended on purpose
        indented = line.left > before.left + _INDENT * line.size
        return not (ended and (indented or before.width < _SHORT * widest))


def _rank(line: Line) -> tuple[int, bool]:
    return round(line.size), line.bold
