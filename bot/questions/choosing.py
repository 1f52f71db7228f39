"""Spans of the wanted kind in a sentence, in the order of what speaks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.questions.counted import counted
from bot.questions.dates import years
from bot.questions.names import is_country
from bot.questions.nearness import Ruler, anchors, nearness
from bot.questions.signs import Scene, signs
from bot.questions.spans import spans
from bot.questions.wanted import (
    wanted_place,
    wanted_unit,
    wants_country,
    wants_several,
    wants_year,
)
from bot.records import Reading, Span
from bot.text.terms import tokenize

LONGEST = 1_000  # characters of a sentence that are looked at
_MANY = 3  # names from which a run of them is an enumeration
_NOTHING_NEAR = 1e-6  # promise where no word of the question is in the sentence


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of a sentence that may answer, and what speaks for it."""

    span: Span
    text: str
    promise: float  # comparable inside one sentence only


def choices(
    reading: Reading, sentence: str, weights: Mapping[str, float]
) -> list[Choice]:
    """List what could answer, the most promising first, the leftmost of equals.

    Each word of the question that stands in the sentence counts for a candidate by
    its weight and the less, the farther away it stands (see `Ruler`); what stands
    around the candidate then speaks for or against it (see `signs`). What the question
    itself says is no candidate.

    Args:
        reading: the question.
        sentence: one sentence; what is beyond 1,000 characters is not looked at.
        weights: analysed focus term to its idf.
    """
    text = sentence[:LONGEST]
    ruler, near = Ruler.of(text), anchors(text, _telling(reading, weights))
    scene = Scene.of(reading, text)
    found = []
    for span in _candidates(reading, text):
        if not set(tokenize(text[slice(*span)])) <= scene.asked:
            promise = nearness(span, ruler, near) + _NOTHING_NEAR
            for factor in signs(scene, span):
                promise *= factor
            found.append(Choice(span, text[slice(*span)], promise))
    kept = _fitting(reading, _without_shared(scene, _joined(found)))
    return sorted(kept, key=lambda each: (-each.promise, each.span))


def is_enough(reading: Reading, text: str) -> bool:
    """Whether a choice lists several names where several are asked for."""
    if reading.expects != "names" or not wants_several(reading.text):
        return True
    return len(spans("name", text)) > 1


def _telling(reading: Reading, weights: Mapping[str, float]) -> Mapping[str, float]:
    """Leave out what is counted: it stands beside each number of a sentence."""
    if reading.expects != "number":
        return weights
    nouns = counted(reading.text)
    return {term: weight for term, weight in weights.items() if term not in nouns}


def _candidates(reading: Reading, sentence: str) -> list[Span]:
    question = reading.text
    if reading.expects in {"name", "names"}:
        return [
            span
            for span in _named(reading, sentence)
            if wants_country(question) or not is_country(sentence[slice(*span)])
        ]
    if reading.expects == "place" and wanted_place(question).startswith("countr"):
        lists = spans("names", sentence)
        countries = [each for each in lists if is_country(sentence[slice(*each)])]
        return countries or spans("place", sentence)
    if reading.expects == "date" and wants_year(question):
        return list(years(sentence)) or spans("date", sentence)
    return spans(reading.expects, sentence)


def _named(reading: Reading, sentence: str) -> list[Span]:
    """Find names; "who" may be answered by an enumeration, "which company" is not."""
    single, lists = spans("name", sentence), spans("names", sentence)
    if wants_several(reading.text):
        return lists
    if reading.type != "who":
        return single
    whole = [
        each for each in lists if len(spans("name", sentence[slice(*each)])) >= _MANY
    ]
    return whole + [
        each
        for each in single
        if not any(start <= each[0] and each[1] <= end for start, end in whole)
    ]


def _joined(found: list[Choice]) -> list[Choice]:
    """Let a long name speak for its short form: "Shinko Electric" for "Shinko"."""
    joined: dict[str, Choice] = {}
    for each in sorted(found, key=lambda one: (-len(one.text), one.span)):
        whole = next((one for one in joined if _short_of(each.text, one)), each.text)
        known = joined.get(whole, each)
        promise = max(known.promise, each.promise)
        joined[whole] = Choice(known.span, known.text, promise)
    return list(joined.values())


def _short_of(text: str, whole: str) -> bool:
    return text == whole or (text[0].isalpha() and whole.startswith(f"{text} "))


def _without_shared(scene: Scene, found: list[Choice]) -> list[Choice]:
    """Leave out names with a word of the question where there are others."""
    if scene.reading.expects not in {"name", "names"}:
        return found
    new = [each for each in found if not set(tokenize(each.text)) & scene.asked]
    return new or found


def _fitting(reading: Reading, found: list[Choice]) -> list[Choice]:
    """Keep measures in the unit that is asked for, where there are such."""
    unit = wanted_unit(reading.text) if reading.expects == "quantity" else None
    if unit is None:
        return found
    return [each for each in found if unit.search(each.text)] or found
