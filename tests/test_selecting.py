"""The best of many scores: whatever is left out is not among them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lexical.selecting import Rows, Scores, among_all, among_postings

SIZES = st.integers(0, 3_000)
KINDS = st.sampled_from([np.float32, np.float64])


def some_scores(seed: int, size: int, kind: type[np.floating], levels: int) -> Scores:
    """Draw scores of which half are 0 and many are equal."""
    generator = np.random.default_rng(seed)
    drawn = generator.integers(1, levels + 1, size) / levels
    scores: Scores = np.where(generator.random(size) < 0.5, 0, drawn).astype(kind)
    return scores


def wanted(scores: Scores, k: int, slack: float) -> set[int]:
    """Return the rows that must come back: the k best, ties and slack included."""
    positive = np.flatnonzero(scores > 0)
    if len(positive) <= k:
        return {*positive.tolist()}
    least = np.sort(scores[positive])[-k] * (1 - slack)
    return {*positive[scores[positive] >= least].tolist()}


@given(
    seed=st.integers(0, 999),
    size=SIZES,
    kind=KINDS,
    k=st.integers(1, 30),
    slack=st.sampled_from([0.0, 1e-3]),
)
def test_none_of_the_best_of_all_scores_is_left_out(
    seed: int, size: int, kind: type[np.floating], k: int, slack: float
) -> None:
    levels = (1, 9, 10**6)[seed % 3]
    scores = some_scores(seed, size, kind, levels)

    rows, found = among_all(scores, k, slack)

    assert wanted(scores, k, slack) <= {*rows.tolist()}
    assert len(rows) == len({*rows.tolist()})
    assert found.tolist() == scores[rows].tolist()
    assert (found > 0).all()


@given(
    seed=st.integers(0, 999),
    size=st.integers(1, 500),
    kind=KINDS,
    k=st.integers(1, 30),
    slack=st.sampled_from([0.0, 1e-3]),
)
def test_none_of_the_best_in_some_postings_is_left_out_and_all_are_cleared(
    seed: int, size: int, kind: type[np.floating], k: int, slack: float
) -> None:
    scores = some_scores(seed, size, kind, 9)
    generator = np.random.default_rng(seed)
    positive = np.flatnonzero(scores > 0)
    halves: list[Rows] = [positive[generator.random(len(positive)) < 0.5], positive]
    expected = wanted(scores, k, slack)
    before = scores.copy()

    rows, found = among_postings(scores, halves, k, slack)

    assert expected <= {*rows.tolist()}
    assert len(rows) == len({*rows.tolist()})
    assert found.tolist() == before[rows].tolist()
    assert not scores.any()


@pytest.mark.parametrize("size", [64 * 8 * 8 * 3, 64 * 8 * 8 * 3 + 5])
def test_few_of_very_many_scores_come_back(size: int) -> None:
    scores = np.random.default_rng(1).random(size)

    rows, _ = among_all(scores, 1)

    assert wanted(scores, 1, 0.0) <= {*rows.tolist()}
    assert len(rows) < 100
