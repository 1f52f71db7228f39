"""How sure a figure is: bootstrap intervals, and a paired test of two runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Statistic = Callable[[Values], float]

SEED = 20_111  # fixed: the same runs give the same intervals and p values
_RESAMPLES = 1_000
_EXCHANGES = 2_000
_PERCENTILES = (2.5, 97.5)


class Interval(NamedTuple):
    """A range that holds the true value with 95 % confidence."""

    low: float
    high: float


def bootstrap(
    table: Values, statistic: Statistic, resamples: int = _RESAMPLES
) -> Interval | None:
    """Return the 95 % percentile bootstrap interval of a statistic.

    Efron, Annals of Statistics 7, 1979: questions are drawn again with replacement, as
    the questions are a sample of what people ask.

    Args:
        table: (n, c), a row for each question.
        statistic: of such a table; NaN when undefined, which draws nothing.
        resamples: number of draws.

    Returns:
        None when the statistic is undefined on every draw.
    """
    if not len(table):
        return None
    random = np.random.default_rng(SEED)
    draws = random.integers(0, len(table), size=(resamples, len(table)))
    values = np.array([statistic(table[each]) for each in draws])
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.percentile(values, _PERCENTILES)
    return Interval(float(low), float(high))


def randomisation_test(
    one: Values, other: Values, statistic: Statistic, exchanges: int = _EXCHANGES
) -> float | None:
    """Return the two-sided p value of a paired randomisation test.

    Fisher's test as Smucker, Allan and Carterette, CIKM 2007, recommend it: if the two
    runs were equal, exchanging their results on any question would change nothing. The
    value is (1 + as extreme) / (1 + exchanges), never 0 (Phipson and Smyth 2010).

    Args:
        one: (n, c), a row for each question.
        other: (n, c), rows of the same questions.
        statistic: of such a table; NaN when undefined.
        exchanges: random ways to exchange.

    Returns:
        None when the statistic is undefined for a run.
    """
    observed = statistic(other) - statistic(one)
    if np.isnan(observed):
        return None
    differs = ~_same(one, other)
    if not differs.any():
        return 1.0
    random = np.random.default_rng(SEED)
    extreme = 0
    for _ in range(exchanges):
        exchanged = differs & (random.random(len(one)) < 0.5)  # noqa: PLR2004 - a fair coin
        left = np.where(exchanged[:, None], other, one)
        right = np.where(exchanged[:, None], one, other)
        difference = statistic(right) - statistic(left)
        # Rounding must not turn an equal difference into a smaller one.
        extreme += bool(abs(difference) >= abs(observed) - 1e-12)
    return (1 + extreme) / (1 + exchanges)


def _same(one: Values, other: Values) -> NDArray[np.bool_]:
    """Say which rows are equal, NaN being equal to itself."""
    equal: NDArray[np.bool_] = ((one == other) | (np.isnan(one) & np.isnan(other))).all(
        axis=1
    )
    return equal
