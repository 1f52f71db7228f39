"""What the Slack channel is handed: answers, documents, and what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.slack.views import Overview
from bot.records import Answer, Citation, Reading, Segment

Visible = frozenset[str] | None  # collections that may be shown; None is all


class Ask(Protocol):
    """Answers one question from the collections that may be shown."""

    def __call__(
        self, question: str, *, visible: Visible = None, turns: Sequence[Answer] = ()
    ) -> Answer:
        """Answer or refuse; called on a worker thread.

        Args:
            question: in any style.
            visible: collections that the answer may come from.
            turns: what was answered before in the thread, oldest first.
        """
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the channel knows of the bot; all three are called on threads."""

    ask: Ask
    read: Callable[[str, Visible], str | None]  # a document's text, if it may be shown
    overview: Callable[[Visible], Overview]


def within(shown: Visible, allowed: Visible) -> bool:
    """Whether what was made from ``shown`` may appear where ``allowed`` may."""
    return allowed is None or (shown is not None and shown <= allowed)


def read_answer(payload: Mapping[str, Any]) -> Answer:
    """Build an answer from its JSON form, with all checks of its type.

    Raises:
        KeyError: a key is missing.
        ValueError: it states what it does not cite.
    """
    reading = payload["reading"]
    return Answer(
        id=payload["id"],
        question=payload["question"],
        reading=Reading(
            text=reading["text"],
            type=reading["type"],
            focus=tuple(reading["focus"]),
            expects=reading.get("expects", "other"),
            notes=tuple(reading.get("notes", ())),
        ),
        status=payload["status"],
        text=payload["text"],
        segments=tuple(
            Segment(each["kind"], each["text"], each.get("citation"))
            for each in payload["segments"]
        ),
        confidence=payload["confidence"],
        index=payload["index"],
        short=payload["short"],
        citations=tuple(map(_citation, payload["citations"])),
        nearest=tuple(map(_citation, payload["nearest"])),
        reason=payload["reason"],
    )


def _citation(payload: Mapping[str, Any]) -> Citation:
    return Citation(
        number=payload["number"],
        document=payload["document"],
        title=payload["title"],
        section=tuple(payload["section"]),
        quote=payload["quote"],
        start=payload["start"],
        end=payload["end"],
        sha256=payload["sha256"],
        url=payload["url"],
        date=payload.get("date"),
        owner=payload.get("owner"),
    )
