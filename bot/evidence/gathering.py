"""Sentences of the hits become scored Evidence: absolute, and never a rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.dense import Floats
from bot.evidence.context import in_context
from bot.evidence.cross_encoder import SentenceScorer
from bot.evidence.features import Candidate, Question, candidates, overlap, weigh
from bot.evidence.model import EvidenceModel
from bot.questions.short_answers import short_answer
from bot.records import Evidence, Hit, Reading
from bot.stores.protocol import Reader

SHORTLIST = 12  # sentences that a model gets to see; some 10 ms of CPU each


def gather(
    question: Question,
    hits: Sequence[Hit],
    reader: Reader,
    vector: Floats,
    scorer: SentenceScorer | None,
) -> list[Evidence]:
    """Score the sentences of the hits as answers to the question.

    Args:
        question: the question, weighed.
        hits: passages that retrieval proposes.
        reader: the index they come from.
        vector: (d,) the encoded question.
        scorer: the cross-encoder, or None to do without (quicker, less able).

    Returns:
        At most a dozen sentences, best first; equal scores keep the order of the
        hits and of the text.
    """
    found = candidates(question, hits, reader)
    shortlist = sorted(found, key=lambda each: -each.cheap)[:SHORTLIST]
    texts = [in_context(each.hit.chunk.title, each.sentence) for each in shortlist]
    models = _models(question.reading, texts, reader, vector, scorer)
    model = EvidenceModel.read("sentence", cross_encoder=scorer is not None)
    scored = [
        _evidence(candidate, {**candidate.features, **more}, model)
        for candidate, more in zip(shortlist, models, strict=True)
    ]
    return sorted(scored, key=lambda each: -each.score)


def rank_texts(
    reading: Reading,
    texts: Sequence[str],
    reader: Reader,
    scorer: SentenceScorer | None,
) -> list[float]:
    """Score bare sentences as answers, aligned, by the same evidence as `gather`."""
    question = weigh(reading, reader)
    vector = reader.encoder.encode_query(reading.text)
    model = EvidenceModel.read("sentence", cross_encoder=scorer is not None)
    scores = []
    for text, more in zip(
        texts, _models(reading, texts, reader, vector, scorer), strict=True
    ):
        short, fits = short_answer(reading, text, question.weights)
        bare = {"fits": float(fits), "short": float(short is not None), "prose": 1.0}
        scores.append(model.score({**overlap(question, text), **bare, **more}))
    return scores


def _models(
    reading: Reading,
    texts: Sequence[str],
    reader: Reader,
    vector: Floats,
    scorer: SentenceScorer | None,
) -> list[dict[str, float]]:
    """Ask the one model that is used; the other would cost as much again."""
    if not texts:
        return []
    if scorer is not None:
        pairs = [(reading.text, each) for each in texts]
        return [{"cross": each} for each in scorer.score_pairs(pairs)]
    rows = reader.encoder.encode(texts)
    return [{"cosine": float((row * vector).sum())} for row in rows]


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
