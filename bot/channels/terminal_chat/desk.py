"""What the chat is handed: a thread, the documents, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.records import Answer, DocumentInfo

if TYPE_CHECKING:  # it needs the index's parts, which load while the person types
    from bot.conversation.threads import Conversation


@dataclass(frozen=True, slots=True)
class Check:
    """What has become of one quote since it was given."""

    number: int
    state: str  # intact, moved, changed or gone
    detail: str


class Desk(Protocol):
    """Everything that the chat may ask of the bot.

    All methods raise BotError where something expected goes wrong. `conversation` and
    what it returns may be called on any thread.
    """

    def conversation(self, turns: Sequence[Answer] = ()) -> Conversation:
        """Open a thread that asks within what `narrow` left."""
        ...

    def prepare(self) -> None:
        """Load what the first question would otherwise wait for."""
        ...

    def refresh(self) -> bool:
        """Take up an index that was built meanwhile; True if there was one."""
        ...

    def documents(self) -> Sequence[DocumentInfo]:
        """All documents, by id."""
        ...

    def text(self, document: str) -> str | None:
        """The text of a document; None when it is gone."""
        ...

    def file(self, document: str) -> str | None:
        """Where the document's file is, for a link; None when nobody knows."""
        ...

    def narrow(self, wanted: str | None) -> int:
        """Ask only documents of this path or tag from now on; returns how many."""
        ...

    def explain(self, answer: Answer) -> str:
        """Say step by step what an answer was decided on."""
        ...

    def verify(self, answer: Answer) -> list[Check]:
        """Read the sources again, and say what became of each quote."""
        ...

    def suggest(self, count: int) -> list[str]:
        """Questions that the documents surely answer."""
        ...

    def vote(self, answer: Answer, *, helpful: bool, comment: str) -> None:
        """Store what the person thinks of an answer."""
        ...

    def rebuild(self) -> str:
        """Bring the index up to date, showing how far it is; returns the report."""
        ...

    def close(self) -> None:
        """Let everything go."""
        ...
