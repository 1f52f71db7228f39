"""A verdict as one HTML page that needs nothing but a browser."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from string import Template

from bot.evaluation.contexts import Contexts
from bot.evaluation.html_parts import part, policy_hash, table, warning_list
from bot.evaluation.html_plots import plots
from bot.evaluation.html_questions import change_of, question_html
from bot.evaluation.outcomes import Outcome
from bot.evaluation.tables import figure_rows, group_rows, stage_line
from bot.evaluation.verdict import Verdict

_KINDS = ("type", "tag", "document", "split")
_FILTERS = (
    ("result", "Result"),
    ("change", "Against the baseline"),
    ("type", "Type"),
    ("tag", "Tag"),
    ("document", "Document"),
    ("stage", "Stage that failed"),
    ("split", "Split"),
)


def html_page(verdict: Verdict, contexts: Contexts, title: str = "Evaluation") -> str:
    """Return the page. It loads nothing, and its policy forbids it to.

    All text of questions and documents is escaped; the only script is ours, allowed by
    its hash.
    """
    style, script = part("page.css"), part("page.js")
    return Template(part("page.html")).substitute(
        title=escape(title),
        style=style,
        style_hash=policy_hash(style),
        script=script,
        script_hash=policy_hash(script),
        verdict="The gate fails." if verdict.failures else "The gate is passed.",
        failures=warning_list(verdict.failures),
        facts=_facts(verdict),
        settings=escape(json.dumps(verdict.run.settings, indent=2, sort_keys=True)),
        figures=_figures(verdict),
        plots=plots(verdict),
        groups="".join(_groups(verdict)),
        changes=_changes(verdict),
        filters=_filters(verdict),
        questions="".join(_questions(verdict, contexts)),
        documents="".join(contexts.html()),
    )


def result_of(outcome: Outcome) -> str:
    """Name what became of a question."""
    if outcome.answered:
        return "right" if outcome.right else "wrong"
    return "rightly refused" if outcome.right else "wrongly refused"


def _facts(verdict: Verdict) -> str:
    run = verdict.run
    count = len(run.outcomes)
    return escape(
        f"{count} questions on index {run.index[:12]}. "
        f"First stage that failed: {stage_line(run.outcomes)}."
    )


def _figures(verdict: Verdict) -> str:
    rows = figure_rows(verdict.summary.figures, verdict.comparison)
    measures = [each.measure for each in verdict.summary.figures]
    said = [" ".join(each.definition.split("\n\n")[0].split()) for each in measures]
    sources = "".join(
        f"<dt>{escape(each.name)}</dt>"
        f"<dd>{escape(' '.join(each.definition.split()))}</dd>"
        for each in measures
    )
    return (
        f"{table('All questions', rows, said)}<details><summary>Definitions and sources"
        f"</summary><dl>{sources}</dl></details>"
    )


def _groups(verdict: Verdict) -> Iterator[str]:
    for kind in _KINDS:
        rows = group_rows(verdict.summary.groups, kind)
        if len(rows) > 1:
            opened = " open" if kind == "type" else ""
            yield (
                f"<details{opened}><summary>By {kind}</summary>"
                f"{table(f'By {kind}', rows)}</details>"
            )


def _changes(verdict: Verdict) -> str:
    comparison = verdict.comparison
    if comparison is None:
        return ""
    places = {each.question.id: i for i, each in enumerate(verdict.run.outcomes)}
    parts = []
    for kind in ("broken", "fixed", "changed"):
        found = comparison.of_kind(kind)
        items = "".join(
            f'<li><a href="#q-{places[each.after.question.id]}">'
            f"{escape(each.after.question.id)}</a> "
            f"{escape(each.after.question.question)}</li>"
            for each in found
        )
        parts.append(f"<h3>{kind.capitalize()}: {len(found)}</h3><ul>{items}</ul>")
    uncompared = len(comparison.added) + len(comparison.removed)
    uncompared += len(comparison.reworded)
    return (
        '<section aria-labelledby="changes">'
        '<h2 id="changes">Answers against the baseline</h2>'
        f"{''.join(parts)}<p>{uncompared} questions are in one run only, or are asked "
        "differently, and were not compared.</p></section>"
    )


def _filters(verdict: Verdict) -> str:
    words = '<label>Words<input type="search" name="words"></label>'
    selects = []
    for name, label in _FILTERS:
        found = {
            value
            for each in verdict.run.outcomes
            for value in _values(name, each, verdict)
            if value
        }
        options = "".join(
            f'<option value="{escape(each)}">{escape(each)}</option>'
            for each in sorted(found)
        )
        if found:
            selects.append(
                f'<label>{label}<select name="{name}"><option value="">any</option>'
                f"{options}</select></label>"
            )
    return f'{words}{"".join(selects)}<button type="reset">Show all</button>'


def _values(name: str, outcome: Outcome, verdict: Verdict) -> Iterable[str]:
    """Return the values that a question is filtered by."""
    if name == "tag":
        return outcome.question.tags[1:]
    if name == "document":
        cited = outcome.observation.answer["citations"]
        return (*outcome.question.documents, *(each["document"] for each in cited))
    change = change_of(outcome, verdict.comparison)
    return (
        {
            "result": result_of(outcome),
            "change": change.kind if change else "",
            "type": outcome.question.type,
            "stage": outcome.stage or "",
            "split": outcome.split,
        }[name],
    )


def _questions(verdict: Verdict, contexts: Contexts) -> Iterator[str]:
    for number, each in enumerate(verdict.run.outcomes):
        data = " ".join(
            f'data-{name}="{escape(chr(10).join(_values(name, each, verdict)))}"'
            for name, _ in _FILTERS
        )
        badge = "good" if each.right else "bad"
        change = change_of(each, verdict.comparison)
        changed = f' <span class="bad">{change.kind}</span>' if change else ""
        yield (
            f'<details class="question" id="q-{number}" {data}><summary>'
            f'<span class="badge {badge}">{result_of(each)}</span> '
            f'{escape(each.question.question)} <span class="soft">'
            f"{escape(each.question.id)}, {escape(each.question.type)}</span>{changed}"
            f"</summary>{question_html(each, contexts, change)}</details>"
        )
