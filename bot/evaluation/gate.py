"""The gate: bounds that a run must keep, and how far it may fall below a baseline."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.errors import InputError
from bot.evaluation.comparison import Comparison
from bot.evaluation.measures import BY_NAME, Measure
from bot.evaluation.summary import Figure

TOLERANCE = 0.02  # a measure may be so much worse than in the baseline
SIGNIFICANT = 0.05
# Each stage has one, so that whatever breaks is caught, and few are compared by chance.
WATCHED = ("nDCG@10", "F1", "evidence", "accuracy", "error", "refusal-recall")


@dataclass(frozen=True, slots=True)
class Bound:
    """The worst value that a measure may have."""

    measure: Measure
    limit: float


def parse_bounds(text: str) -> list[Bound]:
    """Read bounds such as ``nDCG@10=0.7,error=0.05``.

    A bound is the least value of a measure, or the greatest where lower is better.

    Raises:
        InputError: a measure is unknown, or a limit is no number.
    """
    return [_bound(each.strip()) for each in text.split(",") if each.strip()]


def _bound(text: str) -> Bound:
    name, _, limit = (each.strip() for each in text.partition("="))
    if name not in BY_NAME:
        known = ", ".join(BY_NAME)
        raise InputError(f"--fail-under: no measure {name!r}; there are {known}.")
    try:
        value = float(limit)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"--fail-under: {text!r} must look like {name}=0.7.")
    return Bound(BY_NAME[name], value)


def broken_bounds(bounds: Sequence[Bound], figures: Sequence[Figure]) -> Iterator[str]:
    """Say which bounds a run breaks; a measure that is undefined breaks its bound.

    Values are compared as they are shown, with four decimals, so that a recorded value
    can be used as a bound.
    """
    values = {each.measure.name: each.value for each in figures}
    for measure, limit in ((each.measure, each.limit) for each in bounds):
        value = round(values[measure.name], 4)
        if math.isnan(value):
            yield f"{measure.name} is undefined: no question tells anything about it."
        elif measure.lower_is_better and value > limit:
            yield f"{measure.name} is {value:.4g}; it may be {limit:.4g} at most."
        elif not measure.lower_is_better and value < limit:
            yield f"{measure.name} is {value:.4g}; it must be {limit:.4g} at least."


def regressions(comparison: Comparison, tolerance: float = TOLERANCE) -> Iterator[str]:
    """Say which watched measures fell, by more than the tolerance or significantly."""
    for each in comparison.differences:
        if each.measure.name not in WATCHED or math.isnan(each.worse_by):
            continue
        significant = each.p is not None and each.p < SIGNIFICANT
        if each.worse_by > tolerance or (each.worse_by > 0 and significant):
            yield (
                f"{each.measure.name} fell from {each.before:.3f} to {each.after:.3f}"
                f" (p = {each.p:.3f})."
                if not each.measure.lower_is_better
                else f"{each.measure.name} rose from {each.before:.3f} to "
                f"{each.after:.3f} (p = {each.p:.3f})."
            )
