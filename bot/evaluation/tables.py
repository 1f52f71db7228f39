"""A run as text: a table for the terminal, and Markdown for pull requests."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bot.evaluation.comparison import Change, Comparison, Difference
from bot.evaluation.outcomes import Outcome
from bot.evaluation.summary import COLUMNS, Figure, Group, Summary

_SHOWN = 60  # characters of a question in a list
_LISTED = 20  # questions of one kind in a list
Rows = list[tuple[str, ...]]


def terminal_text(
    summary: Summary, outcomes: Sequence[Outcome], comparison: Comparison | None = None
) -> str:
    """Return all figures for a terminal."""
    sections = [
        aligned(figure_rows(summary.figures, comparison)),
        *(
            aligned(group_rows(summary.groups, kind))
            for kind in ("type", "tag")
            if any(each.kind == kind for each in summary.groups)
        ),
        f"First stage that failed: {stage_line(outcomes)}",
    ]
    if comparison is not None:
        sections.append("\n".join(_change_lines(comparison)))
    return "\n\n".join(sections)


def markdown(
    summary: Summary,
    comparison: Comparison | None = None,
    failures: Sequence[str] = (),
) -> str:
    """Return the figures as Markdown, for a comment on a pull request."""
    verdict = "The gate is passed." if not failures else "**The gate fails.**"
    lines = ["## Evaluation of the bot", "", verdict, ""]
    lines += [f"- {_escape(each)}" for each in failures]
    lines += ["", *_pipes(figure_rows(summary.figures, comparison)), ""]
    lines += [*_pipes(group_rows(summary.groups, "type")), ""]
    if comparison is not None:
        lines += [_escape(each) for each in _change_lines(comparison, bullet="- ")]
    return "\n".join(lines).rstrip() + "\n"


def figure_rows(
    figures: Sequence[Figure], comparison: Comparison | None = None
) -> Rows:
    """Return one row a measure: value, interval, questions, and the baseline's."""
    differences = {
        each.measure.name: each
        for each in (comparison.differences if comparison else ())
    }
    header = ("measure", "value", "95 % interval", "questions")
    rows: Rows = [(*header, "baseline", "change", "p") if comparison else header]
    for each in figures:
        low_high = "" if each.interval is None else _range(*each.interval)
        row = (each.measure.name, number(each.value), low_high, str(each.count))
        rows.append((*row, *_beside(differences.get(each.measure.name), comparison)))
    return rows


def group_rows(groups: Sequence[Group], kind: str) -> Rows:
    """Return one row a group of the kind."""
    rows: Rows = [(kind, "questions", *COLUMNS)]
    rows += [
        (each.name, str(each.count), *(number(value) for value in each.values))
        for each in groups
        if each.kind == kind
    ]
    return rows


def stage_line(outcomes: Sequence[Outcome]) -> str:
    """Count the questions that failed by the stage that failed first."""
    stages = [each.stage for each in outcomes if each.stage is not None]
    counts = sorted({(-stages.count(each), each) for each in stages})
    return ", ".join(f"{stage} {-count}" for count, stage in counts) or "none"


def number(value: float) -> str:
    """Show a figure: three decimals below 10, one above, and - when undefined."""
    if math.isnan(value):
        return "-"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"  # noqa: PLR2004 - said above


def _range(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"


def _beside(
    difference: Difference | None, comparison: Comparison | None
) -> tuple[str, ...]:
    if comparison is None:
        return ()
    if difference is None or math.isnan(difference.before):
        return "-", "-", "-"
    moved = difference.after - difference.before
    p = "-" if difference.p is None else f"{difference.p:.3f}"
    return number(difference.before), f"{moved:+.3f}", p


def _change_lines(comparison: Comparison, bullet: str = "  ") -> Iterator[str]:
    for kind in ("broken", "fixed", "changed"):
        found = comparison.of_kind(kind)
        yield f"{kind.capitalize()} answers: {len(found)}"
        yield from (f"{bullet}{_change(each)}" for each in found[:_LISTED])
        if len(found) > _LISTED:
            yield f"{bullet}and {len(found) - _LISTED} more"
    for name, ids in (
        ("Added", comparison.added),
        ("Removed", comparison.removed),
        ("Asked differently", comparison.reworded),
    ):
        if ids:
            yield f"{name} questions, not compared: {len(ids)}"


def _change(change: Change) -> str:
    question = change.after.question
    text = " ".join(question.question.split())
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]}..."
    before, after = (_said(each) for each in (change.before, change.after))
    return f"{question.id}: {text} | {before} -> {after}"


def _said(outcome: Outcome) -> str:
    if not outcome.answered:
        return "refused"
    answer = outcome.observation.answer
    return str(answer["short"] or answer["citations"][0]["document"])


def aligned(rows: Rows) -> str:
    """Return rows as columns of a terminal, the first to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _pipes(rows: Rows) -> Iterator[str]:
    for number_, row in enumerate(rows):
        yield f"| {' | '.join(_escape(each) for each in row)} |"
        if number_ == 0:
            yield f"|{' --- |' * len(row)}"


def _escape(text: str) -> str:
    """Keep document and question text from becoming markup."""
    for mark in "\\`*_[]<>|#@":
        text = text.replace(mark, f"\\{mark}" if mark != "<" else "&lt;")
    return text
