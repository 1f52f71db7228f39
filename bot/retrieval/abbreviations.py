"""Abbreviations as passages introduce them, and what a question may mean by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.text.terms import tokenize

# "Long Form (LF)"; two to ten letters, digits or joiners, one of them a capital.
_SHORT = re.compile(r"\((?=[^()]{0,9}[A-Z])([A-Za-z][A-Za-z0-9&/.\-]{1,9})\)")
_WORD = re.compile(r"[^\W_]+(?:[\u2019'&.-][^\W_]+)*")
_FURTHEST = 160  # characters before the bracket; a long form is no longer
_SENTENCE_END = re.compile(r"[.!?;:]\s|[()\[\]|\n]{1,2}")
_MORE_WORDS = 5  # than letters of the short form (Schwartz and Hearst 2003)


@dataclass(frozen=True, slots=True)
class Definition:
    """A short form and what it stands for, both as they are written."""

    short: str
    long: str


def definitions(text: str) -> Iterator[Definition]:
    """Find "New Energy Organization (NEO)", in order.

    The method of Schwartz and Hearst (PSB 2003): every letter of the short form comes
    in the words before the bracket, in order, the first one at the start of a word.

    >>> [each.long for each in definitions("The New Energy Organization (NEO) pays.")]
    ['New Energy Organization']
    """
    if "(" not in text:
        return
    for match in _SHORT.finditer(text):
        long = _long_form(match[1], _before(text, match.start()))
        if long:
            yield Definition(match[1], long)


def learned(question: Sequence[str], texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return what a question could also be asked with.

    Args:
        question: its terms.
        texts: passages to learn from, best first.

    Returns:
        For each abbreviation of which the question has one form and not the other:
        the other form, and the one it has. Of a short form that stands for several
        things, the first passage decides.
    """
    asked = frozenset(question)
    found: dict[str, tuple[str, str]] = {}
    for text in texts:
        for each in definitions(text):
            short, long = tokenize(each.short), tokenize(each.long)
            if len(short) != 1 or len(long) < 2:  # noqa: PLR2004 - "Hz" is no such form
                continue
            if short[0] in asked and not asked.issuperset(long):
                found.setdefault(short[0], (each.long, each.short))
            elif short[0] not in asked and asked.issuperset(long):
                found.setdefault(short[0], (each.short, each.long))
    return [*found.values()]


def _before(text: str, end: int) -> str:
    """Return the rest of the sentence that ends at a bracket."""
    start = max(0, end - _FURTHEST)
    piece = text[start:end].rstrip()
    cuts = [each.end() for each in _SENTENCE_END.finditer(piece)]
    return piece[cuts[-1] :] if cuts else piece


def _long_form(short: str, before: str) -> str | None:
    letters = [each for each in short.lower() if each.isalnum()]
    spans = [each.span() for each in _WORD.finditer(before)]
    spans = spans[-min(len(letters) + _MORE_WORDS, 2 * len(letters)) :]
    if not spans:
        return None
    first = spans[0][0]
    at = len(before)
    for number in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= first and (
            before[at].lower() != letters[number]
            or (number == 0 and at > 0 and before[at - 1].isalnum())
        ):
            at -= 1
        if at < first:
            return None
    long = before[at:].strip()
    if len(long) <= len(short) or short.lower() in map(str.lower, _WORD.findall(long)):
        return None
    return long
