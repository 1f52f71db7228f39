"""What the terminal chat is handed: the bot, its documents, feedback and the index."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import getpass
import time
from collections.abc import Callable, Sequence
from threading import Lock

from bot.app import Bot
from bot.channels.terminal_chat.desk import Check
from bot.cli.following import is_current
from bot.conversation.suggestions import suggest
from bot.conversation.threads import Conversation
from bot.errors import BotError, StateError
from bot.payloads import answer_payload
from bot.receipts.sources import Sources
from bot.receipts.verify import Check as QuoteCheck
from bot.receipts.verify import verify
from bot.receipts.writing import Asked, write_receipt
from bot.records import Answer, DocumentInfo, Shown
from bot.reports.explanations import explanation
from bot.retrieval.scope import documents_of
from bot.state.opening import open_state
from bot.state.protocol import Vote


class LocalDesk:
    """The desk over a bot on this machine; see `bot.channels.terminal_chat.desk`.

    The index may be built anew by anyone: `refresh` opens the bot again. What is
    still being answered goes on with the generation it began with.
    """

    def __init__(
        self, opened: Callable[[], Bot], rebuilt: Callable[[Bot], str]
    ) -> None:
        """Open the bot.

        Args:
            opened: opens it, and opens it again.
            rebuilt: brings the index up to date and reports.
        """
        self._opened = opened
        self._rebuilt = rebuilt
        self._bot = opened()
        self._documents: Sequence[DocumentInfo] | None = None
        self._wanted: str | None = None
        self._within: frozenset[str] | None = None
        self._guard = Lock()

    def conversation(self, turns: Sequence[Answer] = ()) -> Conversation:
        """Open a thread that asks within what `narrow` left."""
        thread = self._bot.conversation()
        inner = thread.answer

        def within(
            question: str, *, skip: Shown = frozenset(), also: str | None = None
        ) -> Answer:
            return inner(  # type: ignore[call-arg] # Bot's own takes it
                question, skip=skip, also=also, within=self._within
            )

        return dataclasses.replace(
            thread, answer=within, corrected=self._correct, turns=list(turns)
        )

    def prepare(self) -> None:
        """Run one question, so that the models are loaded."""
        self.documents()
        self._bot.answer("Is everything ready?")

    def refresh(self) -> bool:
        """Open the bot again when the index is another than when it was opened."""
        if is_current(self._bot):
            return False
        new = self._opened()
        with self._guard:
            old, self._bot, self._documents = self._bot, new, None
        if self._wanted is not None:
            try:
                self.narrow(self._wanted)
            except BotError:  # the last document of the filter has gone
                self._wanted, self._within = None, None
        old.close()
        return True

    def documents(self) -> Sequence[DocumentInfo]:
        """All documents, by id."""
        with self._guard:
            if self._documents is None:
                self._documents = self._bot.reader.documents()
            return self._documents

    def text(self, document: str) -> str | None:
        """The text of a document; None when it is gone."""
        try:
            return self._bot.reader.text(document)
        except KeyError:
            return None

    def file(self, document: str) -> str | None:
        """Where the document's file is; None where it is no longer there."""
        try:
            path = self._bot.reader.document(document).path
        except KeyError:
            return None
        file = (self._bot.config.corpus_path / path).absolute()
        return str(file) if file.is_file() else None

    def narrow(self, wanted: str | None) -> int:
        """Ask only documents of this path or tag from now on."""
        documents = self.documents()
        within = None if wanted is None else documents_of(documents, wanted)
        self._wanted, self._within = wanted, within
        return len(documents if within is None else within)

    def explain(self, answer: Answer) -> str:
        """Find the evidence again, and say step by step what was decided on."""
        find = functools.partial(self._bot.find, within=self._within)
        threshold = self._bot.config.answers.threshold
        return explanation(answer.reading.text, find, threshold, answer.reading.notes)

    def verify(self, answer: Answer) -> list[Check]:
        """Read the sources again, and say what became of each quote."""
        config = self._bot.config
        receipt = write_receipt(
            answer,
            Asked(answer.question),
            place=config.index_path.absolute().name,
            configuration="",
        )
        sources = Sources(config.corpus_path, config.corpus)
        return [_check(each) for each in verify([receipt], sources)[0].checks]

    def suggest(self, count: int) -> list[str]:
        """Questions that the documents surely answer."""
        return suggest(
            lambda question: self._bot.answer(question, within=self._within),
            [
                each
                for each in self.documents()
                if self._within is None or each.id in self._within
            ],
            self._bot.reader.text,
            count,
        )

    def vote(self, answer: Answer, *, helpful: bool, comment: str) -> None:
        """Store what the person thinks of an answer."""
        state = open_state(self._bot.config)
        try:
            state.feedback.vote(
                Vote(
                    answer=answer.id,
                    voter=f"terminal:{_person()}",
                    verdict="helpful" if helpful else "not_helpful",
                    question=answer.reading.text,
                    given=time.time(),
                    reason="" if helpful else "wrong",
                    comment=comment,
                    payload=answer_payload(answer),
                )
            )
        finally:
            state.backend.close()

    def rebuild(self) -> str:
        """Bring the index up to date, showing how far it is."""
        return self._rebuilt(self._bot)

    def close(self) -> None:
        """Let the bot go."""
        self._bot.close()

    def _correct(self, answer: Answer, message: str) -> None:
        # Whoever corrects an answer wants the next one, logged or not.
        with contextlib.suppress(StateError):
            self.vote(answer, helpful=False, comment=message)


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "someone"


def _check(check: QuoteCheck) -> Check:
    """Say in words what became of a quote."""
    details = {
        "intact": f"{check.document} still says it at the same place",
        "moved": f"{check.document} says it at character {check.start}",
        "changed": f"{check.document} no longer says it",
        "gone": f"{check.document}: {check.reason}",
    }
    return Check(check.mark.number, check.state, details[check.state])
