"""Answers of a thread: small talk, notes before an answer, refusals reworded."""

from __future__ import annotations

import dataclasses
import secrets

from bot.conversation.followups import FollowUp
from bot.questions.mentions import own_words
from bot.records import Answer, Reading, Segment
from bot.text.terms import tokenize
from bot.wording import Templates, merge, source_line


def talk(kind: str, message: str, templates: Templates) -> Answer:
    """Answer small talk; it is a refusal, because no document says anything."""
    text = templates.fill_text(f"talk_{kind}", {})
    return Answer(
        id=secrets.token_hex(8),
        question=" ".join(message.split()),
        reading=Reading(text=" ".join(message.split()), type=kind, focus=()),
        status="abstained",
        text=f"{text}\n",
        segments=(Segment("template", f"{text}\n"),),
        confidence=0.0,
        index="",
        reason=templates.fill_text("reason_talk", {}),
    )


def missing_words(follow_up: FollowUp, answer: Answer) -> str:
    """Return the question's own words where the answer speaks of none of them.

    So a follow-up is never answered from borrowed words alone: a name of its own has
    to be in what is cited, and without a name either a word of its own, or a short
    answer of the kind that it asks for.
    """
    if answer.status != "answered":
        return ""
    cited = {
        term
        for each in answer.citations
        for term in tokenize(" ".join((each.quote, each.title, *each.section)))
    }
    if follow_up.own:
        if any(cited.issuperset(each.terms) for each in follow_up.own):
            return ""
        return ", ".join(each.text for each in follow_up.own)
    own = own_words(follow_up.text)
    if not own or answer.short or any(cited & set(each.terms) for each in own):
        return ""
    return ", ".join(each.text for each in own)


def refuse_borrowed(answer: Answer, missing: str, templates: Templates) -> Answer:
    """Turn an answer that speaks of something else into a refusal."""
    reason = templates.fill_text("reason_borrowed", {"terms": missing})
    refused = dataclasses.replace(
        answer,
        status="abstained",
        short=None,
        citations=(),
        nearest=answer.citations,
        remarks=(),
        reason=reason,
        text="",
        segments=(),
    )
    opening = templates.fill_text("refused", {"reason": reason})
    return reworded(refused, opening, templates)


def reworded(refused: Answer, opening: str, templates: Templates) -> Answer:
    """Open a refusal with other words; the nearest sections stay."""
    parts = [opening]
    if refused.nearest:
        lines = "\n".join(source_line(each) for each in refused.nearest)
        parts.append(templates.fill_text("nearest", {"nearest": lines}))
    text = "\n\n".join(parts) + "\n"
    return dataclasses.replace(
        refused, text=text, segments=(Segment("template", text),)
    )


def noted(
    answer: Answer, question: str, template: str, reading: str, templates: Templates
) -> Answer:
    """Say in an answer how the question was read, and keep what was typed."""
    note = templates.fill_text(template, {"question": reading})
    return dataclasses.replace(
        prefixed(answer, note), question=" ".join(question.split())
    )


def prefixed(answer: Answer, note: str) -> Answer:
    """Put a note before an answer."""
    opening = Segment("template", f"{note}\n\n")
    return dataclasses.replace(
        answer,
        reading=dataclasses.replace(
            answer.reading, notes=(note, *answer.reading.notes)
        ),
        text=f"{opening.text}{answer.text}",
        segments=merge(iter((opening, *answer.segments))),
    )
