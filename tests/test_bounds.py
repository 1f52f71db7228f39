"""Exact bounds, and that a chosen threshold rarely breaks its promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped] # has no stubs

from bot.calibration.bounds import (
    Demand,
    Labelled,
    binomial_cdf,
    choose_threshold,
    counts,
    meets,
    shortage,
    upper_bound,
)

DEMAND = Demand(max_error=0.05, confidence=0.9)
numbers = st.integers(1, 400).flatmap(
    lambda answered: st.tuples(st.integers(0, answered), st.just(answered))
)
answers_made = st.lists(
    st.builds(Labelled, st.floats(0, 1, allow_nan=False), st.booleans()), max_size=150
)


def sample(*groups: tuple[float, int, int]) -> list[Labelled]:
    """Make answers: confidence, how many are right, how many wrong."""
    return [
        Labelled(confidence, right)
        for confidence, good, bad in groups
        for right in [True] * good + [False] * bad
    ]


@given(numbers, st.floats(0.5, 0.999))
def test_the_bound_is_that_of_clopper_and_pearson(
    pair: tuple[int, int], confidence: float
) -> None:
    wrong, answered = pair
    expected = 1.0
    if wrong < answered:
        expected = stats.beta.ppf(confidence, wrong + 1, answered - wrong)

    assert upper_bound(wrong, answered, confidence) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)  # sums over every number of errors
@given(st.integers(1, 40), st.floats(0.001, 0.999), st.floats(0.5, 0.99))
def test_the_bound_is_below_the_true_rate_no_more_often_than_allowed(
    answered: int, rate: float, confidence: float
) -> None:
    missed = math.fsum(
        math.comb(answered, wrong) * rate**wrong * (1 - rate) ** (answered - wrong)
        for wrong in range(answered + 1)
        if upper_bound(wrong, answered, confidence) < rate
    )

    assert missed <= 1 - confidence + 1e-9


@given(numbers, st.floats(0.001, 0.999))
def test_the_distribution_is_the_binomial_one(
    pair: tuple[int, int], rate: float
) -> None:
    wrong, answered = pair

    expected = stats.binom.cdf(wrong, answered, rate)
    assert binomial_cdf(wrong, answered, rate) == pytest.approx(expected, abs=1e-9)


def test_rates_of_nothing_and_of_everything_are_certain() -> None:
    assert binomial_cdf(0, 5, 0.0) == 1.0
    assert binomial_cdf(4, 5, 1.0) == 0.0


def test_nothing_is_proven_without_an_answer() -> None:
    assert not meets(DEMAND, 0, 0)
    assert choose_threshold([], DEMAND) is None


@pytest.mark.parametrize(
    ("limit", "confidence"), [(0.05, 0.9), (0.1, 0.95), (0.3, 0.5)]
)
def test_just_enough_answers_without_an_error_meet_the_demand(
    limit: float, confidence: float
) -> None:
    demand = Demand(limit, confidence)

    assert meets(demand, 0, demand.fewest)
    assert not meets(demand, 0, demand.fewest - 1)


def test_the_lowest_threshold_that_can_be_proven_is_chosen() -> None:
    found = choose_threshold(sample((0.9, 60, 0), (0.6, 60, 1), (0.3, 0, 50)), DEMAND)

    assert found is not None
    assert (found.threshold, found.answered, found.wrong) == (0.305, 121, 1)


def test_testing_begins_where_a_single_error_does_not_end_it() -> None:
    answers = sample((0.9, 45, 1), (0.8, 900, 2))
    assert not meets(DEMAND, 1, 46)

    found = choose_threshold(answers, DEMAND)

    assert found is not None
    assert found.answered == 948


def test_testing_ends_at_the_first_threshold_that_cannot_be_proven() -> None:
    answers = sample((0.9, 45, 0), (0.8, 0, 5), (0.5, 300, 0))
    assert meets(DEMAND, 5, 350)  # a later one could be, taken alone

    found = choose_threshold(answers, DEMAND)

    assert found is not None
    assert found.threshold == 0.805


@given(answers_made, st.floats(0.05, 0.6), st.floats(0.5, 0.95))
def test_what_is_chosen_meets_the_demand_and_counts_its_own_answers(
    answers: list[Labelled], limit: float, confidence: float
) -> None:
    demand = Demand(limit, confidence)
    found = choose_threshold(answers, demand)

    if found is not None:
        passed = [each for each in answers if each.confidence >= found.threshold]
        assert found.answered == len(passed)
        assert found.wrong == sum(not each.right for each in passed)
        assert upper_bound(found.wrong, found.answered, confidence) <= limit + 1e-9


@pytest.mark.parametrize(
    "errors",
    [
        pytest.param([0.101] * 20, id="just too many everywhere"),
        pytest.param(np.linspace(0.35, 0.02, 20).tolist(), id="fewer at the top"),
    ],
)
def test_the_limit_is_broken_no_more_often_than_promised(errors: list[float]) -> None:
    """Draw question sets from a known population, and count the broken promises."""
    demand, rounds, size = Demand(0.1, 0.9), 600, 150
    random = np.random.default_rng(20261122)
    steps = len(errors)
    broken = 0
    for _ in range(rounds):
        places = random.integers(steps, size=size)
        wrong = random.random(size) < np.array(errors)[places]
        answers = [
            Labelled((place + 0.5) / steps, not bad)
            for place, bad in zip(places, wrong, strict=True)
        ]
        found = choose_threshold(answers, demand)
        if found is not None:
            passed = [
                rate
                for place, rate in enumerate(errors)
                if (place + 0.5) / steps >= found.threshold
            ]
            broken += float(np.mean(passed)) > demand.max_error
    allowed = 1 - demand.confidence

    assert broken / rounds <= allowed + 3 * math.sqrt(allowed * (1 - allowed) / rounds)


@given(st.integers(1, 30), st.integers(0, 40))
def test_as_many_more_questions_as_said_are_enough(good: int, refused: int) -> None:
    answers = sample((0.8, good, 0))
    questions = good + refused
    found = shortage(answers, questions, DEMAND)

    assert found is not None
    scaled = math.floor(good * (questions + found.more) / questions)
    assert choose_threshold(sample((0.8, scaled, 0)), DEMAND) is not None


def test_more_questions_would_not_help_where_errors_are_too_many() -> None:
    assert shortage(sample((0.9, 30, 5)), 40, DEMAND) is None


def test_an_error_rate_a_hair_below_the_limit_would_need_too_many_questions() -> None:
    demand = Demand(0.05000001, 0.9)

    assert shortage(sample((0.9, 95, 5)), 100, demand) is None


def test_errors_are_counted_at_every_threshold() -> None:
    strictest, *_, loosest = counts(sample((0.999, 1, 0), (0.0, 0, 3)))

    assert (strictest.answered, strictest.wrong) == (1, 0)
    assert (loosest.threshold, loosest.answered, loosest.wrong) == (0.0, 4, 3)
