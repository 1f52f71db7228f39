"""The measures of a run: each a function with its definition and source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.curves import area_under_risk_coverage, calibration_error
from bot.evaluation.outcomes import Outcome

Values = NDArray[np.float64]
Group = Literal["retrieval", "short answer", "evidence", "answering", "latency"]
NOT_APPLICABLE = float("nan")


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


def accuracy(outcome: Outcome) -> float:
    """Share of all questions answered rightly or rightly refused."""
    return float(outcome.right)


def coverage(outcome: Outcome) -> float:
    """Share of all questions that are answered (El-Yaniv and Wiener, JMLR 11, 2010)."""
    return float(outcome.answered)


def answered_answerable(outcome: Outcome) -> float:
    """Share of the answerable questions that are answered, rightly or not."""
    return float(outcome.answered) if outcome.question.answerable else NOT_APPLICABLE


def error(outcome: Outcome) -> float:
    """Share of wrong answers among those given, also to questions without an answer.

    The selective risk of El-Yaniv and Wiener, JMLR 11, 2010, with 0/1 loss.
    """
    return float(not outcome.right) if outcome.answered else NOT_APPLICABLE


def refusal_precision(outcome: Outcome) -> float:
    """Share of the refused questions that have no answer in the documents.

    With recall, the unanswerable class of SQuAD 2.0 (Rajpurkar et al., ACL 2018).
    """
    unanswerable = float(not outcome.question.answerable)
    return NOT_APPLICABLE if outcome.answered else unanswerable


def refusal_recall(outcome: Outcome) -> float:
    """Share of the questions without an answer that are refused."""
    refused = float(not outcome.answered)
    return NOT_APPLICABLE if outcome.question.answerable else refused


def exact(outcome: Outcome) -> float:
    """Share of answerable questions whose short answer is an accepted one.

    Exact match as in SQuAD (Rajpurkar et al., EMNLP 2016); a refusal scores 0, and so
    does an answer without a short one.
    """
    return NOT_APPLICABLE if outcome.exact is None else outcome.exact


def f1(outcome: Outcome) -> float:
    """Mean token F1 of the short answer over the answerable questions.

    As in SQuAD (Rajpurkar et al., EMNLP 2016), the best over the accepted answers; a
    refusal scores 0, and so does an answer without a short one.
    """
    return NOT_APPLICABLE if outcome.f1 is None else outcome.f1


def supported(outcome: Outcome) -> float:
    """Share of answerable questions with a cited quote that supports the answer.

    A quote supports it when it overlaps an evidence quote by half of the shorter one,
    or says the same word by word; a refusal scores 0.
    """
    return NOT_APPLICABLE if outcome.supported is None else outcome.supported


def citation_precision(outcome: Outcome) -> tuple[float, float]:
    """Share of all citations that support the answer.

    After ALCE (Gao et al., EMNLP 2023), with evidence quotes in place of a language
    model as the judge. No citation of a question without an answer supports anything.
    """
    return float(sum(outcome.supports)), float(len(outcome.supports))


def citation_recall(outcome: Outcome) -> float:
    """Share of the needed evidence that is cited, over the answerable questions.

    After ALCE (Gao et al., EMNLP 2023). Evidence quotes are alternatives; only where
    an answer needs two documents must each of them be cited. A refusal scores 0.
    """
    recall = outcome.citation_recall
    return NOT_APPLICABLE if recall is None else recall


def risk(outcome: Outcome) -> tuple[float, float]:
    """Area under the risk-coverage curve: the mean error over all coverages.

    Geifman, Uziel and El-Yaniv, ICLR 2019. Answers are taken in the order of their
    confidence; those withheld are judged as if they had been given, and where there is
    none, it is wrong.
    """
    return outcome.confidence, float(bool(outcome.answer_right))


def expected_calibration_error(outcome: Outcome) -> tuple[float, float]:
    """Mean distance of confidence from the share of right answers, in ten bins.

    Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., ICML 2017: bins of equal
    width, weighted by their size. Over the answers given and those withheld.
    """
    if outcome.answer_right is None:
        return NOT_APPLICABLE, NOT_APPLICABLE
    return outcome.confidence, float(outcome.answer_right)


def latency(outcome: Outcome) -> float:
    """Milliseconds from question to answer, the earlier turns of a thread apart."""
    value = outcome.timing()
    return NOT_APPLICABLE if value is None else value


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
    _averaged("EM", "short answer", exact),
    _averaged("F1", "short answer", f1),
    _averaged("evidence", "evidence", supported),
    Measure(
        "citation-precision",
        "evidence",
        citation_precision,
        ratio,
        citation_precision.__doc__ or "",
    ),
    _averaged("citation-recall", "evidence", citation_recall),
    _averaged("accuracy", "answering", accuracy),
    _averaged("coverage", "answering", coverage),
    _averaged("answerable-coverage", "answering", answered_answerable),
    _averaged("error", "answering", error, lower_is_better=True),
    _averaged("refusal-precision", "answering", refusal_precision),
    _averaged("refusal-recall", "answering", refusal_recall),
    Measure(
        "AURC",
        "answering",
        risk,
        area_under_risk_coverage,
        risk.__doc__ or "",
        lower_is_better=True,
    ),
    Measure(
        "ECE",
        "answering",
        expected_calibration_error,
        calibration_error,
        expected_calibration_error.__doc__ or "",
        lower_is_better=True,
    ),
    *(
        Measure(
            f"p{percent}",
            "latency",
            _column(latency),
            _percentile(percent),
            f"{percent} % of the answers took no longer, in milliseconds.",
            lower_is_better=True,
        )
        for percent in (50, 95, 99)
    ),
)
BY_NAME: Mapping[str, Measure] = {each.name: each for each in MEASURES}
