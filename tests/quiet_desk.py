"""A small honest desk for the chat: it knows nothing, and may take for ever."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from bot.channels.terminal_chat.desk import Check
from bot.conversation.threads import Conversation
from bot.records import Answer, DocumentInfo, Reading, Segment, Shown, text_hash


def refusal(question: str) -> Answer:
    """Refuse a question that needs no documents to be refused."""
    text = f"Nothing is known of: {question}\n"
    return Answer(
        id="0",
        question=question,
        reading=Reading(text=question, type="other", focus=()),
        status="abstained",
        text=text,
        segments=(Segment("template", text),),
        confidence=0.0,
        index="quiet",
        reason="Nothing is known.",
    )


class QuietDesk:
    """Refuses every question; one with "for ever" in it never comes back."""

    def __init__(self) -> None:
        """Know nothing, and remember what is done."""
        self.done: list[str] = []

    def conversation(self, turns: Sequence[Answer] = ()) -> Conversation:
        """Open a thread."""
        return Conversation(self._ask, turns=list(turns))

    def _ask(
        self, question: str, *, skip: Shown = frozenset(), also: str | None = None
    ) -> Answer:
        self.done.append(f"asked {question} {sorted(skip)} {also}")
        if "for ever" in question:
            threading.Event().wait()
        return refusal(question)

    def prepare(self) -> None:
        """There is nothing to load."""

    def refresh(self) -> bool:
        """There is never a newer index."""
        return False

    def documents(self) -> Sequence[DocumentInfo]:
        """One document."""
        return [DocumentInfo("a.md", "a.md", "", "A", text_hash(""))]

    def text(self, document: str) -> str | None:
        """The document is empty, and others are not there."""
        return "" if document == "a.md" else None

    def file(self, document: str) -> str | None:
        """No document has a file."""
        self.done.append(f"file of {document}")
        return None

    def narrow(self, wanted: str | None) -> int:
        """Every filter leaves the one document."""
        self.done.append(f"only {wanted}")
        return 1

    def explain(self, answer: Answer) -> str:
        """Say the reason."""
        return answer.reason or ""

    def verify(self, answer: Answer) -> list[Check]:
        """Say that every quote is gone."""
        return [Check(each.number, "gone", "no document") for each in answer.citations]

    def suggest(self, count: int) -> list[str]:
        """Nothing is surely answered."""
        return ["?"] * min(count, 0)

    def vote(self, answer: Answer, *, helpful: bool, comment: str) -> None:
        """Remember the vote."""
        self.done.append(f"vote {answer.id} {helpful} {comment}")

    def rebuild(self) -> str:
        """Report that there is nothing to build."""
        return "There is nothing to build."

    def close(self) -> None:
        """Remember it."""
        self.done.append("closed")
