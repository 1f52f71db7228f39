"""Joins what words and meaning say of the candidates into one score each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bot.config import RetrievalConfig
from bot.dense import Floats
from bot.fusion import best_first, convex_combination

Scores = NDArray[np.float64]
Likeness = Callable[[Sequence[str]], Floats]  # chunk ids to their cosines, (n, n)

# Chosen on six collections, each left out once: tests/benchmarks/quality/quality.md.
_ENOUGH = 8  # terms of a question by which the words have their whole weight
_LEAN = 0.15  # of the best passage in what the others are compared with
_MOST = 256  # candidates that are compared with each other, 65,536 cosines


def joined(
    bm25: Mapping[str, float],
    cosines: Mapping[str, float],
    terms: int,
    likeness: Likeness,
    config: RetrievalConfig,
) -> dict[str, float]:
    """Score each candidate by both halves and by the candidates that are like it.

    - The best passage by a convex combination is believed to be relevant, and the
      others are compared with it as well as with the question (Rocchio 1971).
    - The weight of words is less for a question of few: what BM25 tells grows with
      their number, what misleads it only with the root of the number.
    - A passage's score is the mean over itself and the ``config.neighbours`` most
      like it: what is relevant to a question is alike (van Rijsbergen 1979), so
      scores that differ between like passages are partly chance (Diaz, CIKM 2005).

    Beyond 256 candidates the rest follow in the order of the convex combination.

    Args:
        bm25: chunk id to raw score.
        cosines: the same ids to cosines with the question.
        terms: number of terms of the question, repeated ones counted.
        likeness: tells how like candidates are.
        config: weight and neighbours; without neighbours this is
            ``bot.fusion.convex_combination``.

    Returns:
        Chunk id to score in [0, 1], best first; equal scores are ordered by id.
    """
    first = convex_combination(bm25, cosines, config.lexical_weight)
    if not config.neighbours or not first:
        return first
    near = [*islice(first, _MOST)]
    alike = likeness(near)
    words = rescaled(np.array([bm25[each] for each in near]))
    likened = np.array([cosines[each] for each in near]) + _LEAN * alike[0]
    weight = config.lexical_weight * min(1.0, (terms / _ENOUGH) ** 0.5)
    scores = shared(
        weight * words + (1 - weight) * rescaled(likened), alike, config.neighbours
    )
    found = best_first(dict(zip(near, scores.tolist(), strict=True)))
    return followed(found, first)


def followed(
    first: Mapping[str, float], others: Mapping[str, float]
) -> dict[str, float]:
    """Put what is only in the other ranking after the first one.

    Args:
        first: id to score in [0, 1], best first.
        others: the same of more ids; it keeps its order, and its scores, unless one
            would exceed the least of the first.
    """
    rest = {id_: score for id_, score in others.items() if id_ not in first}
    least = min(first.values(), default=1.0)
    highest = max(rest.values(), default=0.0)
    factor = least / highest if highest > least else 1.0
    scaled = {id_: min(least, score * factor) for id_, score in rest.items()}
    return {**first, **scaled}


def rescaled(scores: Scores) -> Scores:
    """Bring scores to 0 to 1; equal ones, which tell nothing apart, to 0."""
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def shared(scores: Scores, alike: Floats, neighbours: int) -> Scores:
    """Return the mean of each score and those of its neighbours.

    A neighbour weighs the sixth power of its cosine, and what is scored itself 1, so
    that a passage like no other keeps its score. Sums are taken row by row in
    numpy's order, not by BLAS: the same numbers give the same bits everywhere.

    Args:
        scores: (n,), in [0, 1].
        alike: (n, n) cosines of what is scored.
        neighbours: how many count; all that are equally near to the last one do.

    Returns:
        (n,), each between the least and the greatest of ``scores``.
    """
    squares = np.maximum(alike, 0).astype(np.float64) ** 2
    weights = squares * squares * squares
    np.fill_diagonal(weights, 1.0)
    outside = len(scores) - 1 - neighbours
    if outside > 0:
        least = np.partition(weights, outside, axis=1)[:, outside, None]
        weights *= weights >= least
    means: Scores = (weights * scores).sum(axis=1) / weights.sum(axis=1)
    return means.clip(scores.min(), scores.max())  # but for rounding they are within
