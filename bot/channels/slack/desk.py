"""What the Slack channel is handed: answers, documents, and what is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.channels.slack.views import Overview
from bot.records import Answer

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
