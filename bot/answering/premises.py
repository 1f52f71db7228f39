"""What a question names, and what the nearest sentence names in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.questions.mentions import names_in
from bot.questions.names import names
from bot.questions.spans import spans
from bot.records import Evidence, Reading
from bot.text.terms import tokenize

_ENOUGH = 0.35  # share of the question that the sentence must speak of all the same
_LONGEST = 60  # characters of a name that is shown
_YEAR = re.compile(r"(?:1[5-9]|20)\d{2}")


@dataclass(frozen=True, slots=True)
class Premise:
    """What was asked about, and what the nearest sentence speaks of in its place."""

    asked: str
    spoken: str


def premise(reading: Reading, best: Evidence) -> Premise | None:
    """Find the one name or year that stands where the question's own should stand.

    Said only where nothing has to be guessed: the sentence and its headings speak of
    much of the question and lack one of its names or its year, and have just one of
    the same kind that the question does not have.
    """
    if best.features["own"] < _ENOUGH:
        return None
    chunk, sentence = best.hit.chunk, best.sentence
    heads = " ".join((chunk.title, *chunk.section, sentence.lead_text))
    context = {*tokenize(sentence.text), *tokenize(heads)}
    asked_terms = set(tokenize(reading.text))
    for asked, others in (_years(reading, best), _named(reading, best)):
        missing = [each for each in asked if not set(tokenize(each)) <= context]
        new = {each for each in others if not set(tokenize(each)) <= asked_terms}
        if len(missing) == 1 and len(new) == 1:
            (spoken,) = new
            if len(spoken) <= _LONGEST:
                return Premise(missing[0], spoken)
    return None


def _years(reading: Reading, best: Evidence) -> tuple[list[str], list[str]]:
    if reading.expects == "date":
        return [], []  # the year is what is wanted
    said = (best.sentence.text[a:b] for a, b in spans("date", best.sentence.text))
    return _YEAR.findall(reading.text), [
        y for each in said for y in _YEAR.findall(each)
    ]


def _named(reading: Reading, best: Evidence) -> tuple[list[str], list[str]]:
    if reading.expects in {"name", "names", "place"}:
        return [], []  # a name is what is wanted
    asked = [each.text for each in names_in(reading.text)]
    return asked, list(_subjects(best.sentence.text))


def _subjects(sentence: str) -> Iterator[str]:
    for start, end in names(sentence):
        yield sentence[start:end]
