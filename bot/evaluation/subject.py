"""The bot as evaluation sees it: it is asked, searched and read, and never built."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.config import Config
from bot.evaluation.outcomes import Observation, Passage
from bot.evaluation.question_sets import Question
from bot.evaluation.rankings import DEPTH
from bot.payloads import answer_payload
from bot.records import Answer, Hit
from bot.stores.protocol import Reader


class Thread(Protocol):
    """A conversation."""

    def ask(self, question: str) -> Answer:
        """Answer the next question of the thread."""
        ...


class Bot(Protocol):
    """What evaluation needs of `bot.app.Bot`."""

    @property
    def reader(self) -> Reader:
        """The index."""
        ...

    @property
    def config(self) -> Config:
        """The settings."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Everything set that decides answers, by section."""
        ...

    def conversation(self) -> Thread:
        """Open a thread."""
        ...

    def search(self, query: str, k: int) -> list[Hit]:
        """Return the k best passages, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A bot, and the same bot with a threshold of 0: what it would have said."""

    bot: Bot
    lenient: Bot | None = None
    forget: Callable[[], object] = lambda: None  # called before each question

    @property
    def index(self) -> str:
        """The fingerprint of the index."""
        return self.bot.reader.fingerprint

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that decide answers, by section."""
        return dict(self.bot.settings)

    @property
    def read_at(self) -> int:
        """Passages whose sentences may answer."""
        return self.bot.config.retrieval.k

    def read_text(self, document: str) -> str | None:
        """Return the text of a document, None when the index has no such one."""
        try:
            return self.bot.reader.text(document)
        except KeyError:
            return None

    def observe(self, question: Question) -> Observation:
        """Ask a question after the earlier ones of its thread, and search for it.

        The search is for the question as it was read in its thread, so a follow-up is
        judged by what the bot made of it.
        """
        self.forget()
        answer = _ask(self.bot, question)
        hits = self.bot.search(answer.reading.text, DEPTH)
        anyway = None
        if answer.status == "abstained" and self.lenient is not None:
            anyway = answer_payload(_ask(self.lenient, question))
        passages = tuple(
            Passage(each.id, each.document, each.start, each.end)
            for each in (hit.chunk for hit in hits)
        )
        return Observation(answer_payload(answer), passages, anyway)


def lenient(config: Config) -> Config:
    """Return the settings with which the bot answers as often as it can."""
    answers = dataclasses.replace(config.answers, threshold=0.0)
    return dataclasses.replace(config, answers=answers)


def _ask(bot: Bot, question: Question) -> Answer:
    thread = bot.conversation()
    for each in question.turns:
        thread.ask(each)
    return thread.ask(question.question)
