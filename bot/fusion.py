"""Joins the rankings of several retrievers into one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def reciprocal_rank_fusion(
    rankings: Iterable[Sequence[str]], *, k: int = 60
) -> dict[str, float]:
    """Score each id by the sum of ``1 / (k + rank)`` over the rankings that have it.

    It reads ranks only, so BM25 (unbounded) and cosine ([-1, 1]) need no rescaling.

    Args:
        rankings: ids, best first, one sequence per retriever. Ranks count from 1.
        k: damping; 60 as in Cormack, Clarke and Büttcher, SIGIR 2009.

    Returns:
        Id to score, best first. Equal scores are ordered by id, so that two runs
        over the same index always agree.

    >>> reciprocal_rank_fusion([["b", "a"], ["a", "c"]], k=1)
    {'a': 0.8333333333333333, 'b': 0.5, 'c': 0.3333333333333333}
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, each in enumerate(ranking, start=1):
            scores[each] = scores.get(each, 0.0) + 1 / (k + rank)
    return best_first(scores)


def convex_combination(
    lexical: Mapping[str, float], dense: Mapping[str, float], weight: float
) -> dict[str, float]:
    """Score each id by ``weight * lexical + (1 - weight) * dense``, both from 0 to 1.

    Each half is rescaled linearly, its lowest score to 0 and its highest to 1
    (Bruch, Gai and Ingber, TOIS 2023, found this to beat reciprocal ranks). A half
    whose scores are all equal, such as BM25 where no term is known, cannot tell the
    ids apart and adds nothing, so that the other half alone decides.

    Args:
        lexical: id to raw score. Best given for the same ids as ``dense``: an id
            that is missing counts as the lowest of the half.
        dense: the same.
        weight: of the lexical half, from 0 to 1.

    Returns:
        Id to score in [0, 1], best first; equal scores are ordered by id.

    >>> convex_combination({"a": 8, "b": 0}, {"a": 0.25, "b": 0.75, "c": 0.5}, 0.75)
    {'a': 0.75, 'b': 0.25, 'c': 0.125}
    """
    left, right = _rescaled(lexical), _rescaled(dense)
    return best_first(
        {
            each: weight * left.get(each, 0.0) + (1 - weight) * right.get(each, 0.0)
            for each in {**left, **right}
        }
    )


def _rescaled(scores: Mapping[str, float]) -> dict[str, float]:
    low = min(scores.values(), default=0.0)
    span = max(scores.values(), default=0.0) - low
    return {
        each: (score - low) / span if span > 0 else 0.0
        for each, score in scores.items()
    }


def best_first(scores: Mapping[str, float]) -> dict[str, float]:
    """Order ids by score; equal scores by id."""
    # Sorting keeps the order of equal ones, also when it is from high to low.
    ranked = sorted(sorted(scores), key=scores.__getitem__, reverse=True)
    return {each: scores[each] for each in ranked}
