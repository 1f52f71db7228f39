"""The map from scores to probabilities: it rises, fits, and is read with care."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calibration.bounds import Labelled
from bot.calibration.probability import (
    IDENTITY,
    Calibration,
    fit_calibration,
    read_calibration,
    write_calibration,
)
from bot.errors import ConfigError, InputError
from bot.evaluation.curves import calibration_error

scores = st.floats(0, 1, allow_nan=False)
maps = st.builds(Calibration, st.floats(0.01, 20), st.floats(-10, 10))


def drawn(count: int, slope: float, intercept: float) -> list[Labelled]:
    """Draw answers whose scores need this map to be probabilities."""
    random = np.random.default_rng(7)
    made = Calibration(slope, intercept)
    return [
        Labelled(float(score), bool(random.random() < made.probability(float(score))))
        for score in random.uniform(0.02, 0.98, count)
    ]


def error_of(answers: list[Labelled], map_: Calibration) -> float:
    table = [(map_.probability(each.confidence), each.right) for each in answers]
    return calibration_error(np.array(table, np.float64))


@given(maps, scores, scores)
def test_the_map_rises_and_stays_within_0_and_1(
    map_: Calibration, one: float, other: float
) -> None:
    low, high = sorted((one, other))

    assert 0 <= map_.probability(low) <= map_.probability(high) <= 1


@given(scores)
def test_without_a_fit_scores_stay_exactly_as_they_are(score: float) -> None:
    assert IDENTITY.probability(score) == score


def test_fitting_finds_the_map_that_the_answers_were_drawn_with() -> None:
    fitted = fit_calibration(drawn(20_000, 2.0, -1.0))

    assert fitted.slope == pytest.approx(2.0, abs=0.1)
    assert fitted.intercept == pytest.approx(-1.0, abs=0.1)


def test_fitting_makes_scores_honest_on_answers_it_has_not_seen() -> None:
    answers = drawn(4_000, 2.5, -2.0)
    fitted = fit_calibration(answers[:300])
    others = answers[300:]

    assert error_of(others, IDENTITY) > 0.15
    assert error_of(others, fitted) < 0.05


@given(
    st.lists(st.builds(Labelled, scores, st.booleans()), min_size=2, max_size=60),
    st.floats(-0.05, 0.05),
    st.floats(-0.05, 0.05),
)
def test_no_map_nearby_fits_better(
    answers: list[Labelled], more_slope: float, more_intercept: float
) -> None:
    try:
        fitted = fit_calibration(answers)
    except InputError:
        return
    right = sum(each.right for each in answers)
    targets = (1 / (len(answers) - right + 2), (right + 1) / (right + 2))

    def loss(slope: float, intercept: float) -> float:
        total = 0.0
        for each in answers:
            inside = min(max(each.confidence, 1e-6), 1 - 1e-6)
            z = slope * math.log(inside / (1 - inside)) + intercept
            total += math.log1p(math.exp(-abs(z))) + max(z, 0) - z * targets[each.right]
        return total

    best = loss(fitted.slope, fitted.intercept)
    near = loss(fitted.slope + more_slope, fitted.intercept + more_intercept)
    assert best <= near + 1e-7


@pytest.mark.parametrize("right", [True, False])
def test_answers_that_are_all_alike_cannot_be_fitted(right: bool) -> None:  # noqa: FBT001 - the data
    with pytest.raises(InputError, match="needs some of both"):
        fit_calibration([Labelled(0.5, right), Labelled(0.7, right)])


@pytest.mark.parametrize("scores", [(0.9, 0.1), (0.5, 0.5)])
def test_scores_that_say_nothing_cannot_be_fitted(scores: tuple[float, float]) -> None:
    wrong, right = (Labelled(scores[0], right=False), Labelled(scores[1], right=True))

    with pytest.raises(InputError, match="not right more often"):
        fit_calibration([wrong, right] * 20)


def test_a_written_map_is_read_back_with_what_it_was_fitted_on(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "index.probability.json"
    made = Calibration(1.5, -0.25, {"name": "questions.jsonl", "answers": 12})

    write_calibration(made, path)

    assert read_calibration(path) == made
    assert read_calibration(path).fitted == made.fitted
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_without_a_file_scores_are_taken_for_probabilities(tmp_path: Path) -> None:
    assert read_calibration(tmp_path / "none.json") is IDENTITY


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        '{"format": 2, "slope": 1, "intercept": 0, "fitted": {}}',
        '{"format": 1, "slope": -1, "intercept": 0, "fitted": {}}',
        '{"format": 1, "slope": "NaN", "intercept": 0, "fitted": {}}',
        '{"format": 1, "slope": 1, "intercept": null, "fitted": {}}',
        '{"format": 1, "slope": 1, "intercept": 0, "fitted": 3}',
    ],
)
def test_a_file_that_is_no_map_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "map.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigError, match=r"map\.json is no calibration"):
        read_calibration(path)


def test_a_map_that_cannot_be_read_or_written_is_an_expected_error(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_calibration(tmp_path)
    with pytest.raises(InputError, match="cannot be written"):
        write_calibration(IDENTITY, tmp_path)


def test_the_file_says_how_to_compute_the_probability(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    write_calibration(Calibration(2.0, 0.5), path)
    values = json.loads(path.read_text(encoding="utf-8"))

    formula = values["method"].removeprefix("probability = ")
    names = {"exp": math.exp, "ln": math.log, "score": 0.3, **values}
    computed = eval(formula, {"__builtins__": {}}, names)  # noqa: S307 - our own words

    assert computed == pytest.approx(Calibration(2.0, 0.5).probability(0.3))
