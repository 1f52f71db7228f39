"""The two sides of a question that compares."""

from __future__ import annotations

import re

from bot.questions.mentions import names_in
from bot.text.terms import tokenize

_SIDE = r"(.{1,60}?)"
_DO, _FROM = r"(?:does|do|is|are)", r"(?:from|to|with)"
_PATTERNS = tuple(
    re.compile(each, re.IGNORECASE)
    for each in (
        rf"\bbetween {_SIDE} and {_SIDE}(?: in\b.*| for\b.*)?$",
        rf"^(?:.*\bcompare )?{_SIDE},? (?:vs\.?|versus|compared (?:with|to)) {_SIDE}$",
        rf"\bcompare {_SIDE} (?:and|with|to) {_SIDE}$",
        rf"\b{_DO} {_SIDE} (?:differ|different|compare) {_FROM} {_SIDE}$",
        rf"[,:] {_SIDE} or {_SIDE}$",
    )
)


def sides(question: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """Return the terms that tell the two sides apart, or None.

    >>> left, right = sides("What is the difference between glass and silicon?")
    >>> sorted(left), sorted(right)
    (['glass'], ['silicon'])
    """
    text = question.rstrip(" ?.!")
    for pattern in _PATTERNS:
        match = pattern.search(text)
        if match:
            left, right = _telling(match[1]), _telling(match[2])
            if left - right and right - left:
                return left - right, right - left
    return None


def _telling(side: str) -> frozenset[str]:
    """Return the terms of a side's names; of all its words where it names nothing."""
    named = [term for each in names_in(side) for term in each.terms]
    return frozenset(named or tokenize(side))
