"""Fusion: what both halves find comes first, and one order for equal scores."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fusion import convex_combination, reciprocal_rank_fusion

IDS = st.text("abcdef", min_size=1, max_size=2)
SCORES = st.dictionaries(IDS, st.floats(-1, 40))
WEIGHTS = st.floats(0, 1)


def test_an_id_in_both_rankings_beats_the_top_of_either() -> None:
    fused = reciprocal_rank_fusion([["bm25-top", "both"], ["dense-top", "both"]])

    assert next(iter(fused)) == "both"


def test_equal_scores_are_ordered_by_id() -> None:
    assert list(reciprocal_rank_fusion([["b"], ["a"]])) == ["a", "b"]
    assert list(convex_combination({"b": 1, "a": 1}, {"a": 0, "b": 0}, 0.5)) == [
        "a",
        "b",
    ]


@given(lexical=SCORES, dense=SCORES, weight=WEIGHTS)
def test_every_id_is_scored_from_0_to_1_best_first(
    lexical: dict[str, float], dense: dict[str, float], weight: float
) -> None:
    fused = convex_combination(lexical, dense, weight)

    assert set(fused) == {*lexical, *dense}
    assert all(0 <= each <= 1 for each in fused.values())
    assert list(fused.values()) == sorted(fused.values(), reverse=True)


@given(lexical=SCORES, dense=SCORES, weight=WEIGHTS, seed=st.integers())
def test_the_order_of_the_input_does_not_matter(
    lexical: dict[str, float], dense: dict[str, float], weight: float, seed: int
) -> None:
    shuffled = list(lexical.items())
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - a test's order, no secret

    again = convex_combination(dict(shuffled), dense, weight)

    assert list(again.items()) == list(
        convex_combination(lexical, dense, weight).items()
    )


@given(scores=SCORES, level=st.floats(-1, 40), weight=WEIGHTS.filter(lambda w: w < 1))
def test_a_half_whose_scores_are_all_equal_leaves_the_order_to_the_other(
    scores: dict[str, float], level: float, weight: float
) -> None:
    fused = convex_combination(dict.fromkeys(scores, level), scores, weight)

    alone = convex_combination({}, scores, 0)
    assert fused == pytest.approx({k: (1 - weight) * v for k, v in alone.items()})


def test_what_leads_in_both_halves_has_the_full_score() -> None:
    fused = convex_combination({"a": 9, "b": 3}, {"a": 0.7, "b": 0.1}, 0.3)

    assert fused == {"a": 1.0, "b": 0.0}


def test_nothing_fused_is_nothing() -> None:
    assert convex_combination({}, {}, 0.5) == {}
    assert reciprocal_rank_fusion([]) == {}
