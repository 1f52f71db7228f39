"""Confidence against correctness: the risk-coverage curve and calibration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
BINS = 10


class Bin(NamedTuple):
    """Answers of about the same confidence."""

    low: float
    high: float
    size: int  # answers in it
    confidence: float  # mean of its answers, NaN when empty
    right: float  # share of them, NaN when empty


def risk_coverage(table: Values) -> tuple[Values, Values]:
    """Return coverages and the share of wrong answers among those covered.

    Answers are taken in the order of falling confidence. Equally confident ones enter
    together, as no threshold can part them: the risk between is its expectation over
    their orders, whatever order they come in.

    Args:
        table: (n, 2) confidence and 1 or 0 for right or wrong; NaN rows are left out.

    Returns:
        Coverages and risks, each (n,), coverage rising from 1/n to 1.
    """
    rows = _complete(table)
    if not len(rows):
        return np.empty(0), np.empty(0)
    order = np.argsort(-rows[:, 0], kind="stable")
    confidence, wrong = rows[order, 0], 1 - rows[order, 1]
    # Within a group of equal confidence each answer carries the group's mean error.
    _, groups = np.unique(-confidence, return_inverse=True)
    means = np.bincount(groups, weights=wrong) / np.bincount(groups)
    ranks = np.arange(1, len(rows) + 1, dtype=np.float64)
    return ranks / len(rows), np.cumsum(means[groups]) / ranks


def area_under_risk_coverage(table: Values) -> float:
    """Return the mean risk over the coverages 1/n, 2/n, ..., 1; NaN without a row."""
    _, risks = risk_coverage(table)
    return float(risks.mean()) if len(risks) else float("nan")


def reliability(table: Values, bins: int = BINS) -> list[Bin]:
    """Sort answers into bins of equal width; 1 belongs to the last one.

    Args:
        table: (n, 2) confidence in [0, 1] and 1 or 0 for right or wrong.
        bins: number of bins.
    """
    rows = _complete(table)
    numbers = np.clip((rows[:, 0] * bins).astype(np.int64), 0, bins - 1)
    found = []
    for number in range(bins):
        inside = rows[numbers == number]
        means = inside.mean(axis=0) if len(inside) else np.full(2, np.nan)
        low, high = number / bins, (number + 1) / bins
        found.append(Bin(low, high, len(inside), float(means[0]), float(means[1])))
    return found


def calibration_error(table: Values) -> float:
    """Return the expected calibration error in ten bins; NaN without a row."""
    filled = [each for each in reliability(table) if each.size]
    total = sum(each.size for each in filled)
    if not total:
        return float("nan")
    return sum(each.size * abs(each.confidence - each.right) for each in filled) / total


def _complete(table: Values) -> Values:
    rows: Values = table.reshape(-1, 2)
    return rows[~np.isnan(rows).any(axis=1)]
