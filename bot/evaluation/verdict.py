"""A run with its figures, beside its baseline, and whether it is good enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.comparison import Comparison, compare
from bot.evaluation.gate import (
    TOLERANCE,
    Bound,
    broken_bounds,
    parse_bounds,
    regressions,
)
from bot.evaluation.outcomes import Run, read_run
from bot.evaluation.summary import Summary, summarise
from bot.evaluation.tables import markdown, terminal_text


@dataclass(frozen=True, slots=True)
class Demands:
    """What a run has to keep."""

    baseline: Run | None = None
    bounds: Sequence[Bound] = ()
    tolerance: float = TOLERANCE


@dataclass(frozen=True, slots=True)
class Verdict:
    """A run, measured and compared."""

    run: Run
    summary: Summary
    comparison: Comparison | None = None
    failures: tuple[str, ...] = ()  # of the gate, a sentence each
    baseline: Run | None = None

    def text(self) -> str:
        """Return everything for a terminal."""
        stale = [each.question.id for each in self.run.outcomes if each.stale]
        text = terminal_text(self.summary, self.run.outcomes, self.comparison)
        if stale:
            shown = ", ".join(stale[:10]) + (", ..." if len(stale) > 10 else "")  # noqa: PLR2004 - as many as fit a line
            text += f"\n\nEvidence that the documents no longer state: {shown}"
        return text

    def markdown(self) -> str:
        """Return the figures for a comment on a pull request."""
        return markdown(self.summary, self.comparison, self.failures)

    def payload(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        compared = self.comparison.payload() if self.comparison else None
        return {
            "index": self.run.index,
            "questions": len(self.run.outcomes),
            **self.summary.payload(),
            "comparison": compared,
            "gate": {"passed": not self.failures, "failures": list(self.failures)},
        }


def read_demands(
    baseline: Path | None = None, bounds: str = "", tolerance: float = TOLERANCE
) -> Demands:
    """Read what a run has to keep, before the work of measuring is done.

    Raises:
        InputError: a bound or the baseline cannot be read.
    """
    run = None if baseline is None else read_run(baseline)
    return Demands(run, parse_bounds(bounds), tolerance)


def decide(run: Run, demands: Demands) -> Verdict:
    """Measure a run, compare it and hold it against the demands.

    Bounds hold for all questions of the run; a baseline is compared over the questions
    that both have.
    """
    summary = summarise(run.outcomes)
    failures = list(broken_bounds(demands.bounds, summary.figures))
    comparison = None
    if demands.baseline is not None:
        comparison = compare(demands.baseline.outcomes, run.outcomes)
        failures += regressions(comparison, demands.tolerance)
    return Verdict(run, summary, comparison, tuple(failures), demands.baseline)
