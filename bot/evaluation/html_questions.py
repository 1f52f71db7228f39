"""One question of a report in HTML: what was said, what was wanted, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from bot.evaluation.comparison import Change, Comparison
from bot.evaluation.contexts import Contexts
from bot.evaluation.outcomes import Outcome
from bot.evaluation.tables import number
from bot.payloads import read_citation
from bot.places import short_place
from bot.records import Span


def change_of(outcome: Outcome, comparison: Comparison | None) -> Change | None:
    """Return how a question changed against the baseline, if it did."""
    if comparison is None:
        return None
    return next(
        (each for each in comparison.changes if each.after is outcome),
        None,
    )


def question_html(
    outcome: Outcome, contexts: Contexts, change: Change | None = None
) -> str:
    """Return the details of a question as a list of terms."""
    items = "".join(
        f"<dt>{term}</dt><dd>{said}</dd>"
        for term, said in _terms(outcome, contexts, change)
        if said
    )
    return f"<dl>{items}</dl>"


def _terms(
    outcome: Outcome, contexts: Contexts, change: Change | None
) -> Iterator[tuple[str, str]]:
    question, answer = outcome.question, outcome.observation.answer
    yield "Asked before", _lines(question.turns)
    yield "Answer", _answer(outcome, contexts)
    yield "Accepted", _lines(question.answers) or "a refusal"
    yield "Evidence", _evidence(outcome, contexts)
    yield "Found at", _found(outcome)
    yield "Stage that failed", escape(outcome.stage or "")
    yield "Would have said", _withheld(outcome)
    yield "Confidence", number(outcome.confidence)
    yield "Milliseconds", "" if outcome.timing() is None else number(_time(outcome))
    yield "Read as", escape(f"{answer['reading']['type']}: {answer['reading']['text']}")
    yield "Tags", escape(", ".join(question.tags))
    yield "Note", escape(question.note)
    if change is not None:
        yield "Baseline", _shown(change.before.observation.answer)


def _time(outcome: Outcome) -> float:
    return outcome.timing() or 0.0


def _answer(outcome: Outcome, contexts: Contexts) -> str:
    answer = outcome.observation.answer
    if not outcome.answered:
        nearest = "".join(
            f"<li>{_place(each, contexts)}</li>" for each in answer["nearest"]
        )
        listed = f"<p>Nearest:</p><ul>{nearest}</ul>" if nearest else ""
        return f"<p>Refused: {escape(answer['reason'])}</p>{listed}"
    short = (
        f"<p><strong>{escape(answer['short'])}</strong></p>" if answer["short"] else ""
    )
    quotes = "".join(
        f"<blockquote>{escape(each['quote'])}</blockquote>"
        f"<p>{_place(each, contexts)}: {_verdict(supports)}</p>"
        for each, supports in zip(answer["citations"], outcome.supports, strict=True)
    )
    return short + quotes


def _verdict(supports: bool) -> str:  # noqa: FBT001 - the verdict itself
    if supports:
        return '<span class="good">supports the answer</span>'
    return '<span class="bad">is no known evidence</span>'


def _place(citation: Mapping[str, Any], contexts: Contexts) -> str:
    span = (citation["start"], citation["end"])
    named = " > ".join((citation["document"], *citation["section"]))
    if where := short_place(read_citation(citation)):
        named += f", {where}"
    return _link(contexts, citation["document"], span, named)


def _link(contexts: Contexts, document: str, span: Span, text: str) -> str:
    fragment = contexts.link(document, span)
    if fragment is None:
        return escape(text)
    return f'<a href="#{fragment}">{escape(text)}</a>'


def _evidence(outcome: Outcome, contexts: Contexts) -> str:
    quotes = []
    for document, quote in outcome.question.evidence:
        span = contexts.find(document, quote)
        place = (
            escape(f"{document} (no longer says so)")
            if span is None
            else _link(contexts, document, span, document)
        )
        quotes.append(f"<blockquote>{escape(quote)}</blockquote><p>{place}</p>")
    return "".join(quotes)


def _found(outcome: Outcome) -> str:
    reciprocal = outcome.ranking.get("RR@10")
    if reciprocal is None:
        return ""
    if not reciprocal:
        return "not among the first 10 passages"
    return f"passage {round(1 / reciprocal)}"


def _withheld(outcome: Outcome) -> str:
    if outcome.observation.anyway is None:
        return ""
    return _shown(outcome.observation.anyway)


def _shown(answer: Mapping[str, Any]) -> str:
    if answer["status"] != "answered":
        return f"Refused: {escape(answer['reason'])}"
    short = f"<strong>{escape(answer['short'])}</strong> " if answer["short"] else ""
    quotes = "".join(
        f"<blockquote>{escape(each['quote'])}</blockquote><p>{escape(each['document'])}</p>"
        for each in answer["citations"]
    )
    return short + quotes


def _lines(texts: tuple[str, ...]) -> str:
    return "<br>".join(escape(each) for each in texts)
