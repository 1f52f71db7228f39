"""Sentences of the hits become scored Evidence: absolute, and never a rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from bot.cross_encoders.pairs import PairScorer
from bot.evidence.context import in_context
from bot.evidence.features import Candidate, Question, candidates
from bot.evidence.model import EvidenceModel
from bot.records import Evidence, Hit
from bot.stores.protocol import Reader

MOST_READ = 12  # sentences that the cross-encoder sees of a question; 10 ms CPU each
_READ_FIRST = 8  # the most promising; on `dev` the best of 16 is among six as often
_READ_MORE = 2  # at a time, as there are two workers
_CONVINCING = 0.0  # logit; above it the sentence leans to being an answer


def gather(
    question: Question,
    hits: Sequence[Hit],
    reader: Reader,
    scorer: PairScorer | None,
) -> list[Evidence]:
    """Score the sentences of the hits as answers to the question.

    The cross-encoder reads them in the order of their promise: the first eight, and
    while none of them leans to being an answer, up to a dozen.

    Args:
        question: the question, weighed.
        hits: passages that retrieval proposes.
        reader: the index they come from.
        scorer: the cross-encoder, or None to do without (quicker, less able).

    Returns:
        At most a dozen sentences, best first; equal scores keep the order of their
        promise, and that of the hits and of the text.
    """
    promise = EvidenceModel.read("promise", cross_encoder=scorer is not None)
    model = EvidenceModel.read("sentence", cross_encoder=scorer is not None)
    found = sorted(
        candidates(question, hits, reader),
        key=lambda each: -promise.logit(each.features),
    )[:MOST_READ]
    features: list[Mapping[str, float]] = [each.features for each in found]
    if scorer is not None:
        logits = _read(question.reading.text, found, scorer)
        features = [
            {**each, "cross": logit}
            for each, logit in zip(features, logits, strict=False)  # what was read
        ]
    scored = [
        _evidence(candidate, described, model)
        for candidate, described in zip(found, features, strict=False)
    ]
    return sorted(scored, key=lambda each: -each.score)


def _read(question: str, found: Sequence[Candidate], scorer: PairScorer) -> list[float]:
    """Return the logits of the sentences that have to be read, from the first on."""
    logits: list[float] = []
    while len(logits) < len(found) and max(logits, default=-inf) < _CONVINCING:
        more = found[len(logits) :][: _READ_MORE if logits else _READ_FIRST]
        pairs = [
            (question, in_context(each.hit.chunk.title, each.sentence)) for each in more
        ]
        logits += scorer.score_pairs(pairs)
    return logits


def _evidence(
    candidate: Candidate, features: Mapping[str, float], model: EvidenceModel
) -> Evidence:
    return Evidence(
        sentence=candidate.sentence,
        hit=candidate.hit,
        score=model.score(features),
        features={name: round(value, 6) for name, value in features.items()},
        short=candidate.short,
    )
