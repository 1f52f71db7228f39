"""Intervals, tests and curves: against known values and by their properties."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.curves import (
    area_under_risk_coverage,
    calibration_error,
    reliability,
    risk_coverage,
)
from bot.evaluation.measures import mean, ratio
from bot.evaluation.uncertainty import bootstrap, randomisation_test

NAN = float("nan")


def column(*values: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(values, np.float64).reshape(-1, 1)


def pairs(
    *values: tuple[float, float],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(values, np.float64).reshape(-1, 2)


answers = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1)


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, 400)

    interval = bootstrap(column(*values), mean)

    assert interval is not None
    wanted = 1.96 * values.std() / 20
    assert interval.low == pytest.approx(values.mean() - wanted, abs=0.002)
    assert interval.high == pytest.approx(values.mean() + wanted, abs=0.002)


def test_intervals_are_the_same_every_time() -> None:
    values = column(*np.random.default_rng(1).random(50))

    assert bootstrap(values, mean) == bootstrap(values, mean)


def test_there_is_no_interval_of_nothing() -> None:
    assert bootstrap(column(), mean) is None
    assert bootstrap(column(NAN, NAN), mean) is None


def test_a_value_without_spread_has_an_interval_without_width() -> None:
    assert bootstrap(column(1, 1, NAN), mean) == (1, 1)


def test_the_p_value_is_that_of_all_exchanges() -> None:
    one, other = column(0, 0, 0, 0, 0, 1), column(1, 1, 1, 1, 1, 0)
    differences = (other - one).ravel()
    observed = abs(differences.mean())
    signs = itertools.product([-1, 1], repeat=6)
    exact = np.mean(
        [abs((differences * each).mean()) >= observed - 1e-12 for each in signs]
    )

    assert randomisation_test(one, other, mean, 20_000) == pytest.approx(
        exact, abs=0.01
    )


def test_equal_runs_do_not_differ() -> None:
    values = column(0, 1, NAN)

    assert randomisation_test(values, values, mean) == 1


def test_a_run_that_wins_every_question_is_no_chance() -> None:
    p = randomisation_test(column(*[0] * 30), column(*[1] * 30), mean)

    assert p == 1 / 2_001  # as small as so many exchanges can tell


def test_nothing_is_tested_where_a_measure_is_undefined() -> None:
    assert randomisation_test(column(NAN), column(1), mean) is None


def test_under_chance_p_values_are_rarely_small() -> None:
    random = np.random.default_rng(3)
    p_values = [
        randomisation_test(random.random((20, 1)), random.random((20, 1)), mean, 200)
        for _ in range(200)
    ]

    small = sum(each < 0.05 for each in p_values if each is not None)
    assert small < 22  # 10 expected, and 22 or more once in 2,000 times


@given(answers)
def test_the_risk_at_full_coverage_is_the_error(
    drawn: list[tuple[float, float]],
) -> None:
    coverages, risks = risk_coverage(pairs(*drawn))

    assert coverages[-1] == 1
    assert risks[-1] == pytest.approx(1 - np.mean([right for _, right in drawn]))


@given(answers, st.randoms(use_true_random=False))
def test_the_curve_does_not_depend_on_the_order_of_questions(
    drawn: list[tuple[float, float]], random: object
) -> None:
    shuffled = sorted(drawn, key=lambda _: random.random())  # type: ignore[attr-defined] # a Random

    assert area_under_risk_coverage(pairs(*shuffled)) == pytest.approx(
        area_under_risk_coverage(pairs(*drawn))
    )


def test_the_curve_of_three_answers() -> None:
    coverages, risks = risk_coverage(pairs((0.9, 1), (0.5, 0), (0.7, 1), (NAN, NAN)))

    assert coverages.tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert risks.tolist() == pytest.approx([0, 0, 1 / 3])


def test_equally_sure_answers_enter_the_curve_together() -> None:
    _, risks = risk_coverage(pairs((0.5, 1), (0.5, 0)))

    assert risks.tolist() == [0.5, 0.5]


def test_there_is_no_curve_without_answers() -> None:
    assert math.isnan(area_under_risk_coverage(pairs()))
    assert math.isnan(calibration_error(pairs((NAN, NAN))))
    assert math.isnan(mean(column(NAN)))
    assert math.isnan(ratio(pairs((0, 0))))


def test_bins_hold_every_answer_once() -> None:
    bins = reliability(pairs((0, 1), (0.09, 0), (0.1, 1), (1, 1)))

    assert [each.size for each in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert bins[0].right == 0.5
    assert bins[0].confidence == pytest.approx(0.045)


def test_the_calibration_error_of_a_known_case() -> None:
    # Nine in ten right at 0.95: off by .05; none right at 0.25: off by .25.
    table = pairs(*[(0.95, 1)] * 9, (0.95, 0), *[(0.25, 0)] * 10)

    assert calibration_error(table) == pytest.approx(0.15)


@given(answers)
def test_the_calibration_error_is_a_share(drawn: list[tuple[float, float]]) -> None:
    assert 0 <= calibration_error(pairs(*drawn)) <= 1
