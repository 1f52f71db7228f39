"""Joining: both halves, leaning on the best, and like passages speak for each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import RetrievalConfig
from bot.dense import Floats
from bot.fusion import convex_combination
from bot.retrieval.joining import Likeness, followed, joined, rescaled, shared
from tests.test_dense import unit_rows

SEEDS = st.integers(0, 2**32 - 1)
NEIGHBOURS = st.integers(0, 12)
EVEN = RetrievalConfig(lexical_weight=0.5)


def unlike(ids: Sequence[str]) -> Floats:
    """Say that no passage is like another."""
    return np.eye(len(ids), dtype=np.float32)


def scored(seed: int, count: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return BM25 and cosines of some passages, from a seed."""
    generator = np.random.default_rng(seed)
    ids = [f"{each:03}.md#1" for each in range(count)]
    words = generator.choice([0, 2.5, 7.25, 20], count)  # with ties, as BM25 has them
    return (
        dict(zip(ids, words.tolist(), strict=True)),
        dict(zip(ids, generator.uniform(-1, 1, count).tolist(), strict=True)),
    )


def alike(seed: int) -> Likeness:
    """Give passages vectors from a seed; a passage always has the same."""
    vectors = unit_rows(seed, 400, 5)

    def likeness(ids: Sequence[str]) -> Floats:
        rows = vectors[[int(each[:3]) for each in ids]]
        return rows @ rows.T

    return likeness


@given(
    seed=SEEDS,
    count=st.integers(0, 40),
    terms=st.integers(0, 20),
    weight=st.floats(0, 1),
    neighbours=NEIGHBOURS,
)
def test_every_candidate_is_scored_from_0_to_1_best_first(
    seed: int, count: int, terms: int, weight: float, neighbours: int
) -> None:
    bm25, cosines = scored(seed, count)
    config = RetrievalConfig(lexical_weight=weight, neighbours=neighbours)

    found = joined(bm25, cosines, terms, alike(seed), config)

    assert set(found) == set(bm25)
    assert all(0 <= each <= 1 for each in found.values())
    assert list(found) == sorted(found, key=lambda each: (-found[each], each))


@given(seed=SEEDS, count=st.integers(2, 30))
def test_the_order_of_the_candidates_does_not_matter(seed: int, count: int) -> None:
    bm25, cosines = scored(seed, count)
    backwards = dict(reversed(bm25.items()))

    again = joined(backwards, cosines, 3, alike(seed), EVEN)

    assert [*again.items()] == [*joined(bm25, cosines, 3, alike(seed), EVEN).items()]


@given(seed=SEEDS, weight=st.floats(0, 1))
def test_without_neighbours_it_is_the_convex_combination(
    seed: int, weight: float
) -> None:
    bm25, cosines = scored(seed, 12)
    config = RetrievalConfig(lexical_weight=weight, neighbours=0)

    found = joined(bm25, cosines, 2, alike(seed), config)

    assert [*found.items()] == [*convex_combination(bm25, cosines, weight).items()]


@pytest.mark.parametrize(("terms", "first"), [(1, "meant"), (9, "said")])
def test_the_fewer_the_words_of_a_question_the_less_they_weigh(
    terms: int, first: str
) -> None:
    bm25 = {"said": 9.0, "meant": 2.0, "other": 0.0}
    cosines = {"said": 0.3, "meant": 0.8, "other": 0.1}
    config = RetrievalConfig(lexical_weight=0.6)

    found = joined(bm25, cosines, terms, unlike, config)

    assert next(iter(found)) == first


def test_of_two_passages_the_one_that_is_like_the_best_comes_first() -> None:
    bm25 = {"best": 9.0, "far": 3.0, "near": 3.0, "other": 0.0}
    cosines = {"best": 0.9, "far": 0.5, "near": 0.5, "other": 0.0}

    def likeness(ids: Sequence[str]) -> Floats:
        pairs = [[float({one, two} == {"best", "near"}) for one in ids] for two in ids]
        return unlike(ids) + np.array(pairs, np.float32) * np.float32(0.9)

    found = joined(bm25, cosines, 8, likeness, EVEN)

    assert [*found] == ["best", "near", "far", "other"]
    assert [*joined(bm25, cosines, 8, unlike, EVEN)] == ["best", "far", "near", "other"]


def test_what_is_not_compared_follows_in_the_order_of_both_halves() -> None:
    bm25, cosines = scored(1, 300)
    asked = []

    def likeness(ids: Sequence[str]) -> Floats:
        asked.append(len(ids))
        return alike(1)(ids)

    found = joined(bm25, cosines, 8, likeness, EVEN)

    assert asked == [256]
    assert [*found][256:] == [*convex_combination(bm25, cosines, 0.5)][256:]
    assert [*found.values()] == sorted(found.values(), reverse=True)


@given(seed=SEEDS, count=st.integers(1, 30), neighbours=NEIGHBOURS)
def test_a_shared_score_lies_between_the_least_and_the_greatest(
    seed: int, count: int, neighbours: int
) -> None:
    vectors = unit_rows(seed, count, 4)
    scores = np.random.default_rng(seed).random(count)

    means = shared(scores, vectors @ vectors.T, neighbours)

    assert all(scores.min() <= each <= scores.max() for each in means.tolist())


@given(seed=SEEDS, count=st.integers(1, 30), neighbours=NEIGHBOURS)
def test_a_passage_like_no_other_keeps_its_score(
    seed: int, count: int, neighbours: int
) -> None:
    scores = np.random.default_rng(seed).random(count)

    assert shared(
        scores, -np.ones((count, count), np.float32), neighbours
    ).tolist() == (scores.tolist())


def test_the_likest_neighbours_share_by_the_sixth_power_of_their_cosines() -> None:
    cosines = np.array([[1, 0.9, 0.5], [0.9, 1, 0.2], [0.5, 0.2, 1]], np.float32)
    scores = np.array([1.0, 0.5, 0.0])
    half, weak, strong = 0.5**6, np.float32(0.2) ** 6, float(np.float32(0.9)) ** 6

    assert shared(scores, cosines, 1) == pytest.approx(
        [
            (1 + strong / 2) / (1 + strong),
            (0.5 + strong) / (1 + strong),
            half / (1 + half),
        ]
    )
    assert shared(scores, cosines, 2)[2] == pytest.approx(
        (half + weak / 2) / (1 + half + weak)
    )


def test_equal_scores_tell_nothing_apart() -> None:
    assert rescaled(np.array([3.0, 3.0])).tolist() == [0, 0]
    assert rescaled(np.array([1.0, 3.0, 2.0])).tolist() == [0, 1, 0.5]


def test_what_is_only_in_the_other_ranking_follows_in_its_order() -> None:
    assert followed({"a": 0.9, "b": 0.4}, {"c": 0.8, "a": 0.7, "d": 0.2}) == {
        "a": 0.9,
        "b": 0.4,
        "c": 0.4,
        "d": 0.1,
    }
    assert followed({"a": 0.9}, {"b": 0.3}) == {"a": 0.9, "b": 0.3}
    assert followed({}, {"b": 0.3}) == {"b": 0.3}
    assert followed({"a": 0.0}, {"b": 0.3, "c": 0.0}) == {"a": 0.0, "b": 0.0, "c": 0.0}
