"""Two runs question by question: what changed, and whether it is more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.evaluation.measures import MEASURES, Measure
from bot.evaluation.outcomes import Outcome
from bot.evaluation.uncertainty import randomisation_test

Kind = Literal["fixed", "broken", "changed"]
_LATENCY = "latency"  # noise of the machine is no change of the answers


@dataclass(frozen=True, slots=True)
class Change:
    """A question that two runs answer differently."""

    kind: Kind  # "changed": right in both or wrong in both
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure in two runs, over the questions that both have."""

    measure: Measure
    before: float
    after: float
    p: float | None  # of a paired randomisation test; None: not tested

    @property
    def worse_by(self) -> float:
        """How much worse the second run is; negative when it is better."""
        worse = self.before - self.after
        return -worse if self.measure.lower_is_better else worse


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside its baseline."""

    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    added: tuple[str, ...]  # ids of questions that only the new run has
    removed: tuple[str, ...]  # that only the baseline has
    reworded: tuple[str, ...]  # that ask or accept something else now: not compared

    def of_kind(self, kind: Kind) -> list[Change]:
        """Return the changes of one kind."""
        return [each for each in self.changes if each.kind == kind]

    def payload(self) -> dict[str, Any]:
        """Return the comparison for JSON."""
        return {
            "measures": [
                {
                    "measure": each.measure.name,
                    "before": _number(each.before),
                    "after": _number(each.after),
                    "p": each.p,
                }
                for each in self.differences
            ],
            "changes": [
                {"question": each.after.question.id, "kind": each.kind}
                for each in self.changes
            ],
            "added": list(self.added),
            "removed": list(self.removed),
            "reworded": list(self.reworded),
        }


def compare(before: Sequence[Outcome], after: Sequence[Outcome]) -> Comparison:
    """Compare a run with its baseline over the questions that are the same in both."""
    old = {each.question.id: each for each in before}
    new = {each.question.id: each for each in after}
    shared = [id_ for id_ in new if id_ in old]
    same = [id_ for id_ in shared if _judged_alike(old[id_], new[id_])]
    pairs = [(old[id_], new[id_]) for id_ in same]
    return Comparison(
        tuple(_difference(each, pairs) for each in MEASURES) if pairs else (),
        tuple(change for pair in pairs if (change := _change(*pair)) is not None),
        tuple(id_ for id_ in new if id_ not in old),
        tuple(id_ for id_ in old if id_ not in new),
        tuple(id_ for id_ in shared if id_ not in set(same)),
    )


def shown(outcome: Outcome) -> tuple[Any, ...]:
    """Return what the person who asked sees of an answer, scores and offsets apart.

    A corpus change moves statistics, and so the confidence of all answers, and the
    offsets of what stands behind it; neither makes it another answer.
    """
    answer = outcome.observation.answer
    cited = tuple(
        (each["document"], tuple(each["section"]), each["quote"])
        for each in answer["citations"]
    )
    return answer["status"], answer["short"], cited


def _judged_alike(before: Outcome, after: Outcome) -> bool:
    return _asked(before) == _asked(after)


def _asked(outcome: Outcome) -> Mapping[str, Any]:
    kept = outcome.question.payload()
    # Evidence may follow a corrected document without the question being another.
    return {name: kept.get(name) for name in ("question", "turns", "answerable")}


def _change(before: Outcome, after: Outcome) -> Change | None:
    if before.right != after.right:
        return Change("fixed" if after.right else "broken", before, after)
    return Change("changed", before, after) if shown(before) != shown(after) else None


def _difference(
    measure: Measure, pairs: Sequence[tuple[Outcome, Outcome]]
) -> Difference:
    one, other = (
        measure.table([pair[0] for pair in pairs]),
        measure.table([pair[1] for pair in pairs]),
    )
    tested = measure.group != _LATENCY
    p = randomisation_test(one, other, measure.whole) if tested else None
    return Difference(measure, measure.whole(one), measure.whole(other), p)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
