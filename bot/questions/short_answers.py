"""The part of a sentence that answers a question of a known kind, if one stands out."""

from __future__ import annotations

from collections.abc import Mapping

from bot.questions.choosing import LONGEST, choices, is_enough
from bot.questions.expansions import expansion
from bot.questions.polarity import polarity
from bot.questions.reasons import enumeration, reason
from bot.questions.spans import SPAN_KINDS
from bot.records import Reading, Span

_CLEAR = 1.8  # times as much must speak for the best as for the next
_TYPED = SPAN_KINDS - {"expansion"}


def has_choices(reading: Reading, sentence: str) -> bool:
    """Whether the short answer is one of the typed spans of a sentence."""
    return reading.expects in _TYPED and _listed(reading, sentence) is None


def _listed(reading: Reading, sentence: str) -> Span | None:
    """Find what a sentence enumerates, where a list is asked for."""
    return enumeration(sentence[:LONGEST]) if reading.type == "list" else None


def short_answer(
    reading: Reading, sentence: str, weights: Mapping[str, float]
) -> tuple[str | None, bool]:
    """Choose the short answer, and say whether the sentence has the kind at all.

    Nothing is chosen where two candidates are about as promising: see `choices`.

    Args:
        reading: the question.
        sentence: one sentence; what is beyond 1,000 characters is not looked at.
        weights: analysed focus term to its idf.

    Returns:
        A verbatim part of the sentence, "Yes" or "No", or None; and False only where
        the question expects a kind that the sentence lacks.
    """
    sentence = sentence[:LONGEST]
    if reading.type == "yes_no":
        return polarity(reading, sentence), True
    listed = _listed(reading, sentence)
    if listed:
        return sentence[slice(*listed)], True
    if reading.expects in _TYPED:
        found = choices(reading, sentence, weights)
        if not found:
            return None, False
        best, *others = found
        if others and best.promise < _CLEAR * others[0].promise:
            return None, True
        return (best.text if is_enough(reading, best.text) else None), True
    span = _clause(reading, sentence)
    fits = span is not None or reading.expects != "expansion"
    return (sentence[slice(*span)] if span else None), fits


def _clause(reading: Reading, sentence: str) -> Span | None:
    if reading.expects == "expansion" or reading.type == "definition":
        found = (expansion(word, sentence) for word in reading.focus)
        return next((each for each in found if each), None)
    return reason(sentence) if reading.expects == "reason" else None
