"""Which plots a report has, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.evaluation.curves import reliability, risk_coverage
from bot.evaluation.html_parts import figure
from bot.evaluation.measures import BY_NAME
from bot.evaluation.outcomes import Outcome
from bot.evaluation.plots import (
    Axes,
    Line,
    Row,
    bar_plot,
    histogram,
    line_plot,
    reliability_plot,
)
from bot.evaluation.summary import COLUMNS, Group, groups_of
from bot.evaluation.tables import number
from bot.evaluation.verdict import Verdict

_BY = COLUMNS.index("accuracy")


def plots(verdict: Verdict) -> str:
    """Return the figures of a run, each with its caption."""
    outcomes = verdict.run.outcomes
    before = _before(verdict)
    drawn = [
        ("Error among answers over the share answered", _risk(outcomes, before)),
        (
            "Share of right answers over confidence, with the number of answers",
            reliability_plot(
                "Reliability", reliability(BY_NAME["ECE"].table(outcomes))
            ),
        ),
        (
            f"Accuracy by type{'; the line is the baseline' if before else ''}",
            _types(verdict, before),
        ),
        ("Milliseconds from question to answer", _latency(outcomes)),
    ]
    return "".join(figure(caption, svg) for caption, svg in drawn)


def _before(verdict: Verdict) -> tuple[Outcome, ...]:
    """Return the baseline's outcomes for the questions of the run."""
    if verdict.baseline is None:
        return ()
    asked = {each.question.id for each in verdict.run.outcomes}
    return tuple(
        each for each in verdict.baseline.outcomes if each.question.id in asked
    )


def _risk(outcomes: Sequence[Outcome], before: Sequence[Outcome]) -> str:
    lines = [Line("this run", _curve(outcomes))]
    if before:
        lines.append(Line("baseline", _curve(before), "before"))
    return line_plot("Risk and coverage", "coverage", "risk", lines, Axes(1.0, 1.0))


def _curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    coverages, risks = risk_coverage(BY_NAME["AURC"].table(outcomes))
    return [(float(x), float(y)) for x, y in zip(coverages, risks, strict=True)]


def _types(verdict: Verdict, before: Sequence[Outcome]) -> str:
    old = {each.name: each for each in _by_type(groups_of(before))}
    rows = [
        Row(
            each.name,
            each.values[_BY],
            old[each.name].values[_BY] if each.name in old else None,
            f"{number(each.values[_BY])} of {each.count}",
        )
        for each in _by_type(verdict.summary.groups)
    ]
    return bar_plot("Accuracy by type", rows)


def _by_type(groups: Sequence[Group]) -> list[Group]:
    return [each for each in groups if each.kind == "type"]


def _latency(outcomes: Sequence[Outcome]) -> str:
    times = [time for each in outcomes if (time := each.timing()) is not None]
    marks = [
        (name, BY_NAME[name].value(outcomes)) for name in ("p50", "p95", "p99") if times
    ]
    return histogram("Latency", "milliseconds", times, marks)
