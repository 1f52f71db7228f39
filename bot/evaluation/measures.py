"""The measures of a run: each a function with its definition and source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.evaluation import question_measures as of
from bot.evaluation.curves import area_under_risk_coverage, calibration_error
from bot.evaluation.outcomes import Outcome
from bot.evaluation.question_measures import NOT_APPLICABLE

Values = NDArray[np.float64]
Group = Literal["retrieval", "short answer", "evidence", "answering", "latency"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure under its usual name.

    It is computed from a table with a row for each question, so that questions can be
    drawn again for an interval, or exchanged between two runs for a test.
    """

    name: str
    group: Group
    of: Callable[[Outcome], tuple[float, ...]]  # the row of a question
    whole: Callable[[Values], float]  # (n, c) rows to the measure; NaN: undefined
    definition: str
    lower_is_better: bool = False

    def table(self, outcomes: Sequence[Outcome]) -> Values:
        """Return the rows of questions, (n, c)."""
        rows = [self.of(each) for each in outcomes]
        return np.array(rows, dtype=np.float64) if rows else np.empty((0, 2))

    def value(self, outcomes: Sequence[Outcome]) -> float:
        """Return the measure; NaN when no question tells anything about it."""
        return self.whole(self.table(outcomes))

    def count(self, outcomes: Sequence[Outcome]) -> int:
        """Return the number of questions that it is computed from."""
        return int((~np.isnan(self.table(outcomes)[:, 0])).sum()) if outcomes else 0


def mean(table: Values) -> float:
    """Return the mean of the first column over the questions it applies to."""
    values = table[:, 0]
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else NOT_APPLICABLE


def ratio(table: Values) -> float:
    """Return the sum of the first column over the sum of the second."""
    rows = table[~np.isnan(table).any(axis=1)]
    total = rows[:, 1].sum()
    return float(rows[:, 0].sum() / total) if total else NOT_APPLICABLE


def _ranked(name: str) -> Callable[[Outcome], tuple[float, ...]]:
    return lambda outcome: (outcome.ranking.get(name, NOT_APPLICABLE),)


def _column(function: Callable[[Outcome], float]) -> Callable[[Outcome], tuple[float]]:
    return lambda outcome: (function(outcome),)


def _percentile(percent: float) -> Callable[[Values], float]:
    def whole(table: Values) -> float:
        values = table[~np.isnan(table[:, 0]), 0]
        return float(np.percentile(values, percent)) if len(values) else NOT_APPLICABLE

    return whole


def _averaged(
    name: str,
    group: Group,
    function: Callable[[Outcome], float],
    *,
    lower_is_better: bool = False,
) -> Measure:
    said = function.__doc__ or ""
    return Measure(name, group, _column(function), mean, said, lower_is_better)


_RETRIEVAL: Mapping[str, str] = {
    "R@5": "Share of the passages with evidence among the first 5.",
    "R@10": "Share of the passages with evidence among the first 10.",
    "nDCG@10": "Gain of the first 10, discounted by rank, over the best possible.",
    "RR@10": "1 / rank of the first passage with evidence, 0 beyond 10.",
    "Success@5": "Share of questions with evidence among the first 5 passages.",
    "doc:R@5": "R@5 of documents.",
    "doc:R@10": "R@10 of documents.",
    "doc:nDCG@10": "nDCG@10 of documents.",
    "doc:RR@10": "RR@10 of documents.",
}

MEASURES = (
    *(
        Measure(name, "retrieval", _ranked(name), mean, said)
        for name, said in _RETRIEVAL.items()
    ),
    _averaged("EM", "short answer", of.exact),
    _averaged("F1", "short answer", of.f1),
    _averaged("evidence", "evidence", of.supported),
    Measure(
        "citation-precision",
        "evidence",
        of.citation_precision,
        ratio,
        of.citation_precision.__doc__ or "",
    ),
    _averaged("citation-recall", "evidence", of.citation_recall),
    _averaged("accuracy", "answering", of.accuracy),
    _averaged("coverage", "answering", of.coverage),
    _averaged("answerable-coverage", "answering", of.answered_answerable),
    _averaged("error", "answering", of.error, lower_is_better=True),
    _averaged("refusal-precision", "answering", of.refusal_precision),
    _averaged("refusal-recall", "answering", of.refusal_recall),
    Measure(
        "AURC",
        "answering",
        of.risk,
        area_under_risk_coverage,
        of.risk.__doc__ or "",
        lower_is_better=True,
    ),
    Measure(
        "ECE",
        "answering",
        of.expected_calibration_error,
        calibration_error,
        of.expected_calibration_error.__doc__ or "",
        lower_is_better=True,
    ),
    *(
        Measure(
            f"p{percent}",
            "latency",
            _column(of.latency),
            _percentile(percent),
            f"{percent} % of the answers took no longer, in milliseconds.",
            lower_is_better=True,
        )
        for percent in (50, 95, 99)
    ),
)
BY_NAME: Mapping[str, Measure] = {each.name: each for each in MEASURES}
