"""Which sentences are quoted: the best, what nears it, one a side in comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.questions.comparing import sides
from bot.records import Evidence, Reading
from bot.text.terms import tokenize

_SUPPORT = 0.9  # a further quote needs this share of the best one's score
_WITNESS = 0.75  # or this one, if it gives the same value or another one
_SIDE = 0.3  # the quote for the other side of a comparison needs less


@dataclass(frozen=True, slots=True)
class Selection:
    """The evidence that is quoted, best first, and a side that nothing speaks of."""

    evidence: tuple[Evidence, ...]
    silent: frozenset[str] = frozenset()  # terms of that side
    needed: float = 0.0  # score without which a quote has to agree or differ


def select(reading: Reading, evidence: Sequence[Evidence], most: int) -> Selection:
    """Choose what is quoted.

    Args:
        reading: the question.
        evidence: scored sentences, best first; at least one.
        most: quotes wanted at most.
    """
    compared = sides(reading.text) if reading.type == "compare" else None
    if compared and most > 1:
        return _one_a_side(evidence, compared)
    needed = _SUPPORT * evidence[0].score
    return Selection(tuple(_supported(evidence, most)), needed=needed)


def _supported(evidence: Sequence[Evidence], most: int) -> Iterator[Evidence]:
    chosen: list[Evidence] = []
    for each in evidence:
        if len(chosen) == most or each.score < _WITNESS * evidence[0].score:
            return
        if not any(_same(each, other) for other in chosen):
            chosen.append(each)
            yield each


def _same(one: Evidence, other: Evidence) -> bool:
    """Whether two sentences are of one list, or say the same word by word."""
    first, second = one.sentence, other.sentence
    of_one_list = (
        first.lead is not None
        and first.lead == second.lead
        and first.kind != "row"
        and one.hit.chunk.document == other.hit.chunk.document
    )
    return of_one_list or first.text == second.text


def _one_a_side(
    evidence: Sequence[Evidence], compared: tuple[frozenset[str], frozenset[str]]
) -> Selection:
    best = evidence[0]
    chosen, missing = [best], [each for each in compared if not _speaks(best, each)]
    for side in missing:
        other = next(
            (
                each
                for each in evidence
                if _speaks(each, side) and each.score >= _SIDE * best.score
            ),
            None,
        )
        if other is None:
            return Selection(tuple(chosen), side)
        if other not in chosen:
            chosen.append(other)
    return Selection(tuple(chosen))


def _speaks(evidence: Evidence, side: AbstractSet[str]) -> bool:
    """Whether a sentence with what it stands under has most words of a side."""
    chunk = evidence.hit.chunk
    heads = " ".join((chunk.title, *chunk.section, evidence.sentence.lead_text))
    said = {*tokenize(evidence.sentence.text), *tokenize(heads)}
    return 2 * len(side & said) > len(side)
