"""Ways to join both halves, compared on the same candidates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bot.dense import Floats
from bot.narrow import likeness, rounded
from bot.retrieval.query import query_terms
from tests.benchmarks.quality.collections import Collection, document_ranking

Scores = NDArray[np.float64]
Way = Callable[["Pool"], Scores]

_DEEPEST = 300  # chunks that each half proposes
_USUAL = 50
_FEEDBACK = 3  # best chunks that pseudo-relevance feedback believes


@dataclass(frozen=True)
class Pool:
    """What both halves propose for one question, each scored by both."""

    ids: list[str]
    bm25: Scores
    cosine: Scores
    lexical_rank: Scores  # from 1; infinite where the half did not propose it
    dense_rank: Scores
    vectors: Floats
    terms: int  # of the question, repeated ones counted

    @cached_property
    def usual(self) -> Pool:
        """What the bot looks at by default."""
        return self.within(_USUAL)

    @cached_property
    def alike(self) -> Floats:
        """Cosine of each with each, as the bot's stores compute it."""
        return likeness(*rounded(self.vectors))

    def within(self, depth: int) -> Pool:
        """Keep what a half proposes among its first."""
        kept = (self.lexical_rank <= depth) | (self.dense_rank <= depth)
        return Pool(
            [each for each, keep in zip(self.ids, kept, strict=True) if keep],
            self.bm25[kept],
            self.cosine[kept],
            self.lexical_rank[kept],
            self.dense_rank[kept],
            self.vectors[kept],
            self.terms,
        )


def pools(collection: Collection) -> list[Pool]:
    """Return the pool of every query."""
    vectors = collection.vectors([each.text for each in collection.queries])
    return [
        _pool(collection, query.text, vector)
        for query, vector in zip(collection.queries, vectors, strict=True)
    ]


def _pool(collection: Collection, text: str, vector: Floats) -> Pool:
    reader = collection.reader
    terms = query_terms(text)
    lexical = [each for each, _ in reader.search_lexical(terms, _DEEPEST)]
    dense = [each for each, _ in reader.search_dense(vector, _DEEPEST)]
    ids = sorted({*lexical, *dense})
    places = [reader._place(each) for each in ids]  # noqa: SLF001 - vectors have no other way out
    return Pool(
        ids,
        np.array(reader.lexical_scores(terms, ids)),
        np.array(reader.cosines(vector, ids)),
        rank_of(lexical, ids),
        rank_of(dense, ids),
        np.concatenate(
            [each.shelf.vectors.take(np.array([each.row])) for each in places]
        ),
        len(terms),
    )


def rank_of(ranked: list[str], ids: list[str]) -> Scores:
    ranks = {each: rank for rank, each in enumerate(ranked, start=1)}
    return np.array([ranks.get(each, np.inf) for each in ids])


def _minmax(scores: Scores) -> Scores:
    low, high = scores.min(), scores.max()
    return np.asarray((scores - low) / ((high - low) or 1.0))


def _standard(scores: Scores) -> Scores:
    return np.asarray((scores - scores.mean()) / (scores.std() or 1.0))


def reciprocal(pool: Pool) -> Scores:
    """Reciprocal rank fusion, k = 60 (Cormack, Clarke and Büttcher, SIGIR 2009)."""
    return np.asarray(1 / (60 + pool.lexical_rank) + 1 / (60 + pool.dense_rank))


def convex(weight: float, depth: int = _USUAL) -> Way:
    """Combine scores brought to 0 to 1 (Bruch, Gai and Ingber, TOIS 2023)."""

    def score(pool: Pool) -> Scores:
        kept = pool.within(depth)
        both = weight * _minmax(kept.bm25) + (1 - weight) * _minmax(kept.cosine)
        return spread_out(pool, kept, both)

    return score


def theoretical(weight: float) -> Way:
    """Bring scores to 0 to 1 by their least possible value (the same paper)."""

    def score(pool: Pool) -> Scores:
        words = pool.bm25 / (pool.bm25.max() or 1.0)
        meaning = (pool.cosine + 1) / (pool.cosine.max() + 1)
        return np.asarray(weight * words + (1 - weight) * meaning)

    return score


def standard(weight: float) -> Way:
    """Combine standard scores (Montague and Aslam, CIKM 2001)."""

    def score(pool: Pool) -> Scores:
        kept = pool.within(_USUAL)
        both = weight * _standard(kept.bm25) + (1 - weight) * _standard(kept.cosine)
        return spread_out(pool, kept, both)

    return score


def feedback(weight: float, share: float) -> Way:
    """Add the likeness to the best three chunks (Rocchio; Li and others, TOIS 2023)."""

    def score(pool: Pool) -> Scores:
        first = convex(weight)(pool)
        best = np.argsort(-first, kind="stable")[:_FEEDBACK]
        centre = pool.vectors[best].astype(np.float64).mean(axis=0)
        likeness = pool.vectors.astype(np.float64) @ (centre / np.linalg.norm(centre))
        return np.asarray(first + share * likeness)

    return score


def spread_out(pool: Pool, kept: Pool, scores: Scores) -> Scores:
    """Give the scores of kept chunks their places; the others come after them."""
    place = {each: number for number, each in enumerate(pool.ids)}
    spread = np.full(len(pool.ids), float(scores.min(initial=0.0)) - 1.0)
    spread[[place[each] for each in kept.ids]] = scores
    return spread


WAYS: dict[str, Way] = {
    "BM25": lambda pool: np.where(np.isinf(pool.lexical_rank), -1.0, pool.bm25),
    "dense": lambda pool: np.where(np.isinf(pool.dense_rank), -2.0, pool.cosine),
    "RRF, k = 60": reciprocal,
    **{f"min-max, weight {each}": convex(each) for each in (0.2, 0.3, 0.35)},
    "min-max, weight 0.4": convex(0.4),
    **{f"min-max, weight {each}": convex(each) for each in (0.45, 0.5, 0.6)},
    **{f"min-max {each}, 300 candidates": convex(each, 300) for each in (0.3, 0.4)},
    **{f"theoretical min-max {each}": theoretical(each) for each in (0.1, 0.2, 0.3)},
    **{f"standard scores {each}": standard(each) for each in (0.3, 0.4, 0.5)},
    **{f"min-max 0.4, feedback {each}": feedback(0.4, each) for each in (0.2, 0.5)},
}


def compare(collection: Collection) -> dict[str, float]:
    """Return nDCG@10 of each way."""
    found = pools(collection)
    values = {}
    for name, way in WAYS.items():
        rankings = {
            query.id: document_ranking(ordered(pool, way(pool)))
            for query, pool in zip(collection.queries, found, strict=True)
        }
        values[name] = collection.measure(rankings)["nDCG@10"]
    return values


def ordered(pool: Pool, scores: Scores) -> list[str]:
    order = np.argsort(-scores, kind="stable")  # ids are in order, so ties are too
    return [*islice((pool.ids[each] for each in order.tolist()), _DEEPEST)]
