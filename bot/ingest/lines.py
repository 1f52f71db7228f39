"""Where the lines of a text begin and end, whatever its line ends are."""

from __future__ import annotations

import re

from bot.records import Span

_BREAK = re.compile(r"\r\n?|\n")  # not str.splitlines: it also breaks at U+2028


def line_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    r"""Return the spans of the lines in ``text[start:end]``, without their line ends.

    >>> line_spans("a\r\nbc\n")
    [(0, 1), (3, 5), (6, 6)]
    """
    end = len(text) if end is None else end
    breaks = [each.span() for each in _BREAK.finditer(text, start, end)]
    starts = [start, *(stop for _, stop in breaks)]
    ends = [*(begin for begin, _ in breaks), end]
    return list(zip(starts, ends, strict=True))


def trim(text: str, start: int, end: int) -> Span:
    """Return the span without white space at its ends; empty where it is all there is.

    >>> trim("  a b ", 0, 6)
    (2, 5)
    """
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    return begin, max(begin, start + len(piece.rstrip()))
