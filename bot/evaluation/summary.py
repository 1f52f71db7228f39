"""A run in figures: each measure with its interval, and the measures of each group."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.measures import BY_NAME, MEASURES, Measure
from bot.evaluation.outcomes import Outcome
from bot.evaluation.uncertainty import Interval, bootstrap

COLUMNS = (
    "accuracy",
    "answerable-coverage",
    "error",
    "refusal-recall",
    "F1",
    "nDCG@10",
)
_UNNAMED = "(none)"


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of a run."""

    measure: Measure
    value: float  # NaN when no question tells anything about it
    count: int  # questions it is computed from
    interval: Interval | None = None

    def payload(self) -> dict[str, Any]:
        """Return the figure for JSON, None where it is undefined."""
        undefined = math.isnan(self.value)
        return {
            "measure": self.measure.name,
            "value": None if undefined else self.value,
            "interval": None if self.interval is None else list(self.interval),
            "questions": self.count,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """The questions that share a type, a tag, a document or a stage."""

    kind: str
    name: str
    count: int
    values: tuple[float, ...]  # aligned with COLUMNS

    def payload(self) -> dict[str, Any]:
        """Return the group for JSON, undefined values as None."""
        values = (None if math.isnan(each) else each for each in self.values)
        named = dict(zip(COLUMNS, values, strict=True))
        return {"kind": self.kind, "name": self.name, "questions": self.count, **named}


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of a run."""

    figures: tuple[Figure, ...]
    groups: tuple[Group, ...]

    def payload(self) -> dict[str, Any]:
        """Return the summary for JSON."""
        return {
            "measures": [each.payload() for each in self.figures],
            "groups": [each.payload() for each in self.groups],
        }


def summarise(outcomes: Sequence[Outcome]) -> Summary:
    """Compute every measure, over all questions and over each group of them."""
    figures = tuple(_figure(each, outcomes) for each in MEASURES)
    return Summary(figures, groups_of(outcomes))


def groups_of(outcomes: Sequence[Outcome]) -> tuple[Group, ...]:
    """Compute the measures of each group."""
    return (
        *group_by("type", outcomes, lambda each: (each.question.type,)),
        *group_by("tag", outcomes, lambda each: each.question.tags[1:]),
        *group_by("document", outcomes, lambda each: each.question.documents),
        *group_by("split", outcomes, lambda each: (each.split,)),
    )


def group_by(
    kind: str,
    outcomes: Sequence[Outcome],
    names_of: Callable[[Outcome], Iterable[str]],
) -> list[Group]:
    """Group outcomes, by name; one may be in several groups, or in none."""
    members: dict[str, list[Outcome]] = {}
    for each in outcomes:
        for name in dict.fromkeys(names_of(each)):
            members.setdefault(name or _UNNAMED, []).append(each)
    return [
        Group(
            kind,
            name,
            len(members[name]),
            tuple(BY_NAME[each].value(members[name]) for each in COLUMNS),
        )
        for name in sorted(members)
    ]


def _figure(measure: Measure, outcomes: Sequence[Outcome]) -> Figure:
    table = measure.table(outcomes)
    if not len(table):
        return Figure(measure, math.nan, 0)
    return Figure(
        measure,
        measure.whole(table),
        measure.count(outcomes),
        bootstrap(table, measure.whole),
    )
