"""The part of a sentence that answers a question of a known kind, if one stands out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.questions.spans import SPAN_KINDS, expansion, spans
from bot.records import Reading, Span
from bot.text.terms import tokenize

_WORD = re.compile(r"[^\W_]+(?:[.'’/&-][^\W_]+)*")
_BREAK = re.compile("[,;:()]")
_SEVERAL = 3.0  # a question for names wants the list before a single name
_CLAUSE = 2  # words that a comma or bracket between two places counts for


def short_answer(
    reading: Reading, sentence: str, weights: Mapping[str, float]
) -> tuple[str | None, bool]:
    """Choose the short answer, and say whether the sentence has the kind at all.

    Candidates are the spans of the expected kind that the question did not itself
    contain; the one nearest to the words of the question wins, each word counting
    by its weight (idf), and the leftmost of equals. Where names are wanted, a list of
    them goes before a single one.

    Args:
        reading: the question.
        sentence: one sentence.
        weights: analysed focus term to its idf.

    Returns:
        A verbatim part of the sentence or None; and False only where the question
        expects a kind that the sentence lacks.
    """
    if reading.expects == "expansion":
        found = [expansion(word, sentence) for word in reading.focus]
        span = next((each for each in found if each), None)
        return (sentence[slice(*span)], True) if span else (None, False)
    candidates = [
        span
        for span in spans(reading.expects, sentence)
        if _is_new(sentence[slice(*span)], reading)
    ]
    if not candidates:
        return None, reading.expects not in SPAN_KINDS
    anchors = _anchors(sentence, weights)

    def promise(span: Span) -> tuple[float, int]:
        several = reading.expects == "names" and "," in sentence[slice(*span)]
        near = _nearness(span, anchors, sentence)
        return (_SEVERAL * near if several else near, -span[0])

    return sentence[slice(*max(candidates, key=promise))], True


def _is_new(text: str, reading: Reading) -> bool:
    asked = {each for word in reading.focus for each in tokenize(word)}
    return not set(tokenize(text)) <= asked


def _anchors(
    sentence: str, weights: Mapping[str, float]
) -> list[tuple[int, int, float]]:
    """Return the places of the question's words: start, end, weight."""
    found = []
    for match in _WORD.finditer(sentence):
        weight = max((weights.get(t, 0.0) for t in tokenize(match[0])), default=0.0)
        if weight:
            found.append((match.start(), match.end(), weight))
    return found


def _nearness(
    span: Span, anchors: list[tuple[int, int, float]], sentence: str
) -> float:
    """Add up the weights of the question's words, each less the farther it stands."""
    start, end = span
    total = 0.0
    for left, right, weight in anchors:
        between = sentence[end:left] if left >= end else sentence[right:start]
        gap = len(between.split()) + _CLAUSE * len(_BREAK.findall(between))
        total += weight / (1 + gap)
    return total
