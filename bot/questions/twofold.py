"""A message that asks several things becomes its questions, each complete."""

from __future__ import annotations

import re

from bot.questions.mentions import names_in
from bot.questions.parts import AUX, AUX_FIRST, WH
from bot.questions.reading import clean, focus_words, read_question

_MOST = 3  # questions of one message; more are answered as one
_MOST_WORDS = 40
_FEWEST_WORDS = 2  # of a question that stands alone
_LONGEST_TOPIC = 3  # focus words that a pronoun may stand for
_SENTENCES = re.compile(rf"(?<=\?)\s+(?:and |also )*(?={WH}\b|{AUX}\b)", re.IGNORECASE)
_BOTH = re.compile(rf"^({WH}),? and ({WH}) (?!{WH}\b)(.+)$", re.IGNORECASE)
_SECOND = re.compile(
    rf",? and (?:also )?(?=(?:by |to |for |in |on |at )?{WH}\b"
    rf"|{AUX} (?:it|they|he|she|there)\b)",
    re.IGNORECASE,
)
_WH_REST = re.compile(rf"^((?:by |to |for )?{WH})\b\s*(.*)$", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:it|they|them|he|him|she)\b", re.IGNORECASE)
_OWNING = re.compile(r"\b(?:its|their|his|her)\b", re.IGNORECASE)


def questions_of(text: str) -> tuple[str, ...]:
    """Return the questions of a message; usually just the one.

    Only clear cases are divided: two questions in a row, "when and where was ...",
    "... and who leads it", "... and why". A pronoun of a later question becomes what
    the first one names; where it is not clear what that is, nothing is divided.

    >>> questions_of("When was JOINT2 founded and who leads it?")
    ('When was JOINT2 founded?', 'who leads JOINT2?')
    >>> questions_of("When and where was NEDO set up?")
    ('When was NEDO set up?', 'where was NEDO set up?')
    >>> questions_of("Who are Resonac and Ebara?")
    ('Who are Resonac and Ebara?',)
    """
    whole = clean(text)
    if len(whole.split()) > _MOST_WORDS:
        return (whole,)
    parts = [
        part for each in _SENTENCES.split(whole) for part in _divided(each.strip(" ?"))
    ]
    if not 1 < len(parts) <= _MOST:
        return (whole,)
    complete = _completed(parts)
    if not all(_stands_alone(each) for each in complete):
        return (whole,)
    return tuple(f"{each}?" for each in complete)


def _divided(question: str) -> list[str]:
    both = _BOTH.match(question)
    if both:
        return [f"{both[1]} {both[3]}", f"{both[2]} {both[3]}"]
    return [each for each in _SECOND.split(question) if each]


def _completed(parts: list[str]) -> list[str]:
    first, *others = parts
    return [first, *(_complete(first, each) for each in others)]


def _complete(first: str, other: str) -> str:
    """Give a later question what it takes from the first; "" where that is unclear."""
    opening = _WH_REST.match(other)
    if opening and not opening[2]:
        rest = _WH_REST.match(first)
        return f"{opening[1]} {rest[2]}" if rest and rest[2] else ""
    if not _PRONOUN.search(other) and not _OWNING.search(other):
        return other
    meant = _meant(first)
    if not meant:
        return ""
    owned = _OWNING.sub(lambda _: f"{meant}'s", other)
    return _PRONOUN.sub(lambda _: meant, owned)


def _meant(first: str) -> str:
    """Return what a pronoun after this question stands for."""
    names = names_in(first)
    if names:
        # "Is Ebara a member of JOINT2" is about its subject, "who leads JOINT2" not.
        return names[0 if AUX_FIRST.match(first) else -1].text
    focus = focus_words(first)
    return " ".join(focus) if len(focus) <= _LONGEST_TOPIC else ""


def _stands_alone(question: str) -> bool:
    reading = read_question(question)
    enough = len(question.split()) >= _FEWEST_WORDS
    return enough and bool(reading.terms) and reading.type != "other"
