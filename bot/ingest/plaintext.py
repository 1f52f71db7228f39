"""Plain text: headings and their passages, told by their place and their wording."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.ingest.layout import Unit, read_units
from bot.ingest.lines import line_spans
from bot.ingest.parts import Heading, Part, Passage
from bot.ingest.phrases import furniture
from bot.ingest.wording import (
    LONGEST_TITLE,
    ends_sentence,
    is_byline,
    is_heading,
    is_title,
)
from bot.records import Span

_PROSE_WORDS = 8  # a paragraph that a heading may stand over has as many
_UNDER_TITLE = 8  # lines with author, date and buttons that may stand under it
_LINES = 3  # of a title that was wrapped
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})[.)]?[ \t]+\S")


def read_plaintext(text: str, start: int = 0, *, headings: bool = True) -> list[Part]:
    """Find the parts of a plain text.

    Args:
        text: the whole text.
        start: where the body begins; at the start of a line.
        headings: whether lines may be headings; off for single passages.
    """
    units = list(read_units(text, line_spans(text, start)))
    parts: list[Part] = []
    lead: Span | None = None  # paragraph that leads in a list
    header: Span | None = None  # of the open table
    titled = False
    for index, unit in enumerate(units):
        level = _level(text, units, index, titled=titled) if headings else 0
        span = (unit.start, unit.end)
        if unit.kind == "row":  # the first may be a header, or the first of the data
            parts.append(Passage(*span, "row", header))
            header = header or span
            continue
        header = None
        if level:
            titled = True
            lead = None
            parts.append(_heading(text, unit, level))
        elif unit.kind == "item":
            parts.append(Passage(*span, "item", lead))
        elif unit.kind != "rule":
            parts.append(Passage(*span, "prose"))
            lead = span
    return parts


def _heading(text: str, unit: Unit, level: int) -> Heading:
    start = unit.start - unit.marker  # "1. Scope" keeps its number
    title = " ".join(text[start : unit.end][:LONGEST_TITLE].split()).strip("# ")
    return Heading(level, title, start, unit.end, linkable=False)


def _level(text: str, units: Sequence[Unit], index: int, *, titled: bool) -> int:
    """Return the level of a heading, 0 for anything else.

    A line is one if it is marked as one, or if it looks like one and prose follows.
    """
    unit = units[index]
    if unit.kind == "heading":
        return unit.level
    line = _one_line(text[unit.start - unit.marker : unit.end])
    numbered = _NUMBERED.match(line)
    fits = unit.kind == "prose" or (unit.kind == "item" and numbered)
    likely = is_heading(line) if titled or numbered else is_title(line)
    between = 0 if titled else _UNDER_TITLE
    if not fits or not likely or not _is_over_prose(text, units, index, between):
        return 0
    if numbered:
        return 2 + numbered[1].count(".")
    if _is_in_list(text, units, index):
        return 0
    return 2 if titled else 1


def _is_in_list(text: str, units: Sequence[Unit], index: int) -> bool:
    """Say whether a line ends a row of short lines, such as key facts.

    In a page's menu it does not: there, lines say what menus say.
    """
    before = []
    for unit in reversed(units[max(0, index - _UNDER_TITLE) : index]):
        piece = text[unit.start : unit.end]
        if unit.kind != "prose" or ends_sentence(piece):
            break
        before.append(piece)
    return bool(before) and not any(map(furniture, before)) and not is_byline(before[0])


def _one_line(piece: str) -> str:
    """Join a few wrapped lines; a longer text stays as it is, and is no title."""
    if len(piece) > LONGEST_TITLE or len(piece.splitlines()) > _LINES:
        return ""
    return " ".join(piece.split())


def _is_over_prose(text: str, units: Sequence[Unit], index: int, between: int) -> bool:
    """Say whether prose follows, after some lines of author, date and buttons."""
    for unit in units[index + 1 : index + 2 + between]:
        piece = text[unit.start : unit.end]
        if between and (is_byline(piece) or furniture(piece)):
            continue
        long = len(piece[: LONGEST_TITLE * 2].split()) >= _PROSE_WORDS
        return unit.kind == "prose" and long and ends_sentence(piece)
    return False
