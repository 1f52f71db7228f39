"""An answer's way from the question to the decision, step by step, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.answering import Found
from bot.questions.twofold import questions_of
from bot.records import Evidence, Hit

_HITS = 5
_SENTENCES = 5
_EXCERPT = 110  # characters of a sentence that are shown


def explanation(
    question: str,
    find: Callable[[str], Found],
    threshold: float,
    notes: Sequence[str] = (),
) -> str:
    """Explain what was decided on, for each question of a message by itself.

    Args:
        question: the message.
        find: returns everything that is found for a question.
        threshold: evidence below it is a refusal.
        notes: how a follow-up was read.
    """
    parts = (
        "\n".join(_lines(find(each), threshold, () if place else notes))
        for place, each in enumerate(questions_of(question))
    )
    return "\n\n".join(parts)


def _lines(found: Found, threshold: float, notes: Sequence[str]) -> Iterator[str]:
    reading = found.reading
    yield from dict.fromkeys((*notes, *reading.notes))
    yield f"Question: {reading.text}"
    wanted = "" if reading.expects == "other" else f", wants: {reading.expects}"
    yield f"Type: {reading.type}{wanted}; about: {', '.join(reading.focus) or '-'}"
    if found.unknown:
        yield f"In no document: {', '.join(found.unknown)}"
    yield ""
    yield "Passages (BM25, cosine, ranks of both):"
    for number, hit in enumerate(found.hits[:_HITS], start=1):
        yield f"  {number}. {_hit(hit)}"
    yield ""
    yield "Sentences (evidence that they answer, and what speaks for them):"
    for each in found.evidence[:_SENTENCES]:
        yield f"  {each.score:.2f}  {_excerpt(each.sentence.text)}"
        yield f"        {_features(each)}"
    if not found.evidence:
        yield "  none"
    yield ""
    decision = "at least" if found.confidence >= threshold else "below"
    sure = f"{found.confidence:.2f}"
    yield f"Probability of being right: {sure}, {decision} the {threshold:.2f} needed."


def _hit(hit: Hit) -> str:
    place = " > ".join((hit.chunk.document, *hit.chunk.section[-1:]))
    cosine = "-" if hit.cosine is None else f"{hit.cosine:.2f}"
    ranks = f"{hit.lexical_rank or '-'}/{hit.dense_rank or '-'}"
    words = f", has {', '.join(hit.matched)}" if hit.matched else ""
    read = "" if hit.logit is None else f", reranker {hit.logit:.2f}"
    return f"{place}: {hit.bm25:.1f}, {cosine}, {ranks}{read}{words}"


def _excerpt(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= _EXCERPT:
        return text
    return text[:_EXCERPT].rsplit(" ", 1)[0] + " ..."


def _features(evidence: Evidence) -> str:
    shown = [
        f"{name} {value:.2f}" for name, value in evidence.features.items() if value
    ]
    return ", ".join(shown) or "no feature speaks for it"
