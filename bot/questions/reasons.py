"""Clauses that answer as a whole: a reason after "because", a list after ":"."""

from __future__ import annotations

import re

from bot.records import Span

_REASON = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|in order to|in order that"
    r"|so that|thanks to|as a result of)\s",
    re.IGNORECASE,
)
_END = re.compile(r";|[.!?][\"”’)\]]*\s*$|$")
_COLON = re.compile(r"(?<=[a-z)]): (?=\S)")
_ITEM = re.compile(r", | and ")
_LONGEST_ITEM = 6  # words
_FEWEST = 2  # marks between items; one comma may be anything


def reason(sentence: str) -> Span | None:
    """Find the clause that begins with "because" or its like; None unless just one.

    >>> text = "A panel bends because its layers expand unequally."
    >>> text[slice(*reason(text))]
    'because its layers expand unequally'
    """
    found = list(_REASON.finditer(sentence))
    if not found or (len(found) > 1 and " and " not in _between(sentence, found)):
        return None
    start = found[0].start()
    if start == 0:  # "Because of the cold, it broke": up to the main clause
        comma = sentence.find(",")
        return (0, comma) if comma > 0 else None
    end = _END.search(sentence, found[-1].end())
    return (start, end.start()) if end else None


def _between(sentence: str, found: list[re.Match[str]]) -> str:
    return sentence[found[0].end() : found[-1].start()]


def enumeration(sentence: str) -> Span | None:
    """Find what a sentence lists after its only colon.

    >>> text = "It has three parts: a hull, a mast and a sail."
    >>> text[slice(*enumeration(text))]
    'a hull, a mast and a sail'
    """
    colons = list(_COLON.finditer(sentence))
    if len(colons) != 1:
        return None
    start = colons[0].end()
    end = _END.search(sentence, start)
    items = _ITEM.split(sentence[start : end.start()]) if end else []
    if end is None or len(items) <= _FEWEST:
        return None
    if any(len(each.split()) > _LONGEST_ITEM for each in items):
        return None  # clauses, and no list
    return start, end.start()
