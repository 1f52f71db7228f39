"""What an abbreviation stands for, where a sentence says so."""

from __future__ import annotations

import re

from bot.records import Span


def expansion(abbreviation: str, text: str) -> Span | None:
    """Find what an abbreviation stands for, where a sentence says it in brackets.

    Schwartz and Hearst, Pacific Symposium on Biocomputing 2003: in "long form
    (SF)" the letters of SF are matched from the right in the words before the
    bracket, and its first letter must begin a word. "SF (long form)" is taken too.

    >>> text = "such as thermal interface materials (TIM) and others"
    >>> text[slice(*expansion("TIM", text))]
    'thermal interface materials'
    """
    letters = "".join(each for each in abbreviation if each.isalnum())
    if not 2 <= len(letters) <= 12:  # noqa: PLR2004 - the limits of the paper, widened
        return None
    quoted = re.escape(abbreviation)
    for match in re.finditer(rf"\(\s*(?:the )?{quoted}s?\b[^()]{{0,20}}\)", text):
        words = min(len(letters) + 5, len(letters) * 2)  # window of the paper
        window = _last_words(text, match.start(), words)
        found = _match_letters(letters, text, window, match.start())
        if found:
            return found
    for match in re.finditer(rf"\b{quoted}s?\s*\(([^()]{{3,120}})\)", text):
        start, end = match.span(1)
        if _match_letters(letters, text, start, end) == (start, end):
            return start, end
    said = re.search(
        rf"\b{quoted}\b,?\s+(?:stands|is short)\s+for\s+[\"'“]?([^.;,\"”]{{3,120}})",
        text,
    )
    return said.span(1) if said else None


def _last_words(text: str, end: int, count: int) -> int:
    starts = [each.start() for each in re.finditer(r"\S+", text[:end])]
    return starts[-count] if len(starts) >= count else 0


def _match_letters(letters: str, text: str, start: int, end: int) -> Span | None:
    place = end
    for number, letter in enumerate(reversed(letters.casefold()), start=1):
        is_first = number == len(letters)
        place -= 1
        while place >= start and (
            text[place].casefold() != letter
            or (is_first and place > start and text[place - 1].isalnum())
        ):
            place -= 1
        if place < start:
            return None
    stop = len(text[:end].rstrip())
    return place, stop
