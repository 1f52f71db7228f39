"""The score of the best evidence becomes the probability that the answer is right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.calibration.bounds import Labelled
from bot.calibration.files import read_kept, write_json
from bot.errors import InputError

FORMAT = 1  # of the file
_METHOD = "probability = 1 / (1 + exp(-(slope * ln(score / (1 - score)) + intercept)))"
_EDGE = 1e-6  # scores are kept so far from 0 and 1, where the logit has no value
_STEPS = 100
_CLOSE = 1e-10  # length of the last step
_RIDGE = 1e-12  # keeps the Newton step defined


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising map from scores to probabilities; as it stands, the identity."""

    slope: float = 1.0  # above 0, so that no two answers change their order
    intercept: float = 0.0
    fitted: dict[str, Any] = field(default_factory=dict, compare=False)  # on what

    def __post_init__(self) -> None:
        """Refuse a map that does not rise."""
        if not (math.isfinite(self.slope) and math.isfinite(self.intercept)):
            raise ValueError("slope and intercept must be numbers")
        if self.slope <= 0:
            raise ValueError(f"slope is {self.slope}; it must be above 0")

    def probability(self, score: float) -> float:
        """Return the probability that an answer with this score is right."""
        if (self.slope, self.intercept) == (1.0, 0.0):
            return score
        return _sigmoid(self.slope * _logit(score) + self.intercept)


IDENTITY = Calibration()


def fit_calibration(answers: Sequence[Labelled]) -> Calibration:
    """Fit the map to judged answers, whose ``confidence`` is the score.

    Platt scaling (Platt 1999) on the score's logit, with his targets, which keep a
    small sample from certainty, and Newton's method with step halving (Lin, Lin and
    Weng, Machine Learning 68, 2007). Of the usual maps it needs the fewest answers
    (Niculescu-Mizil and Caruana, ICML 2005), and unlike isotonic regression it makes
    no two different scores equal.

    Raises:
        InputError: the scores do not tell right from wrong.
    """
    right = sum(each.right for each in answers)
    wrong = len(answers) - right
    if not right or not wrong:
        raise InputError(
            f"{right} right and {wrong} wrong answers: fitting needs some of both."
        )
    targets = (1 / (wrong + 2), (right + 1) / (right + 2))
    points = [(_logit(each.confidence), targets[each.right]) for each in answers]
    slope, intercept = _newton(points, math.log((right + 1) / (wrong + 1)))
    if slope <= 0:
        raise InputError(
            "Answers with a higher score are not right more often here, so that no "
            "probability can be made of it: give more questions."
        )
    return Calibration(slope, intercept)


def _newton(
    points: Sequence[tuple[float, float]], intercept: float
) -> tuple[float, float]:
    slope, loss = 0.0, _loss(points, 0.0, intercept)
    for _ in range(_STEPS):
        parts = [
            (x, p - target, p * (1 - p))
            for x, target in points
            for p in [_sigmoid(slope * x + intercept)]
        ]
        by_slope = math.fsum(x * d for x, d, _ in parts)
        by_intercept = math.fsum(d for _, d, _ in parts)
        xx = math.fsum(x * x * w for x, _, w in parts) + _RIDGE
        x1 = math.fsum(x * w for x, _, w in parts)
        one = math.fsum(w for *_, w in parts) + _RIDGE
        determinant = xx * one - x1 * x1
        if determinant <= 0:  # all scores are equal
            return slope, intercept
        step = (
            (x1 * by_intercept - one * by_slope) / determinant,
            (x1 * by_slope - xx * by_intercept) / determinant,
        )
        size = 1.0
        while size > _CLOSE:
            new = (slope + size * step[0], intercept + size * step[1])
            new_loss = _loss(points, *new)
            if new_loss < loss:
                break
            size /= 2
        else:
            return slope, intercept
        (slope, intercept), loss = new, new_loss
        if size * math.hypot(*step) < _CLOSE:
            break
    return slope, intercept


def _loss(
    points: Sequence[tuple[float, float]], slope: float, intercept: float
) -> float:
    """Return the cross-entropy, in the form that overflows nowhere."""
    return math.fsum(
        max(z, 0) - z * target + math.log1p(math.exp(-abs(z)))
        for x, target in points
        for z in [slope * x + intercept]
    )


def _logit(score: float) -> float:
    inside = min(max(score, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


def _sigmoid(z: float) -> float:
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))


def read_calibration(path: Path) -> Calibration:
    """Read a map; without a file, scores are taken for probabilities.

    Raises:
        ConfigError: the file cannot be read, or is none of ours.
    """
    remedy = (
        "`bot calibrate QUESTIONS --fit` writes one; without the file, scores stay as "
        "they are."
    )
    return read_kept(path, _parse, "calibration", remedy) or IDENTITY


def _parse(values: dict[str, Any]) -> Calibration:
    if values["format"] != FORMAT:
        raise ValueError(f"its format is {values['format']!r}, not {FORMAT}")
    slope, intercept = float(values["slope"]), float(values["intercept"])
    return Calibration(slope, intercept, dict(values["fitted"]))


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write a map with what it was fitted on.

    Raises:
        InputError: the file cannot be written.
    """
    values = {
        "format": FORMAT,
        "method": _METHOD,
        "slope": calibration.slope,
        "intercept": calibration.intercept,
        "fitted": calibration.fitted,
    }
    write_json(values, path)
