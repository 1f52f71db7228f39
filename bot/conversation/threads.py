"""One thread: what was asked and answered, and questions read in its light."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.conversation.followups import FollowUp, read_follow_up
from bot.conversation.rewording import (
    missing_words,
    noted,
    prefixed,
    refuse_borrowed,
    reworded,
    talk,
)
from bot.conversation.smalltalk import small_talk
from bot.questions.languages import language_of
from bot.records import Answer, Shown
from bot.wording import Templates

_TURNS_KEPT = 50  # a thread may last for months


class Ask(Protocol):
    """Answers one question that stands alone."""

    def __call__(
        self, question: str, *, skip: Shown = frozenset(), also: str | None = None
    ) -> Answer:
        """Answer or refuse.

        Args:
            question: complete; the evidence is weighed against it.
            skip: what is not to be quoted.
            also: another wording, whose passages are looked at as well.
        """
        ...


def _unknown_languages() -> Sequence[str]:
    return ()


def _unlogged(_answer: Answer, _message: str) -> None:
    pass


def _unheard(_answer: Answer) -> None:
    pass


@dataclass(slots=True)
class Conversation:
    """A thread that reads each question in the light of those before.

    The bare question is tried first. Words of the thread are added only where the
    question cannot be understood alone, or has no answer alone; what was added is
    said in the answer ("Reading this as: ..."), and the completed question passes
    the same evidence bar as any other. An answer's `question` is what was typed, its
    `reading.text` what was answered.

    Attributes:
        answer: answers a question that stands alone.
        languages: names the languages of the documents, the commonest first.
        corrected: is told which answer a person called wrong, and in which words.
        given: is told each answer that is given; others are tried before it.
        turns: the answers so far, oldest first; small talk is not among them.
        templates: the words around the quotes.
    """

    answer: Ask
    languages: Callable[[], Sequence[str]] = _unknown_languages
    corrected: Callable[[Answer, str], None] = _unlogged
    given: Callable[[Answer], None] = _unheard
    turns: list[Answer] = field(default_factory=list)
    templates: Templates = field(default_factory=Templates)

    def ask(self, question: str) -> Answer:
        """Answer a message: a question, a follow-up, a correction or small talk.

        Raises:
            InputError: the message holds no letter and no digit.
        """
        kind = small_talk(question)
        if kind:
            return talk(kind, question, self.templates)
        follow_up = read_follow_up(question, self.turns)
        if follow_up.act == "more":
            return self.more(question)
        if follow_up.act == "others":
            return self._beyond(question, "reading_others", "no_others")
        if follow_up.act == "correction":
            return self._correct(question, follow_up)
        return self._keep(self._in_language(self._read(question, follow_up)))

    def more(self, message: str = "more") -> Answer:
        """Quote further evidence for the last question."""
        return self._beyond(message, "reading_more", "no_more")

    def next(self, message: str = "next") -> Answer:
        """Give the next best answer to the last question, and log the correction."""
        if self.turns:
            self.corrected(self.turns[-1], message)
        return self._beyond(message, "reading_next", "no_next")

    def branch(self) -> Conversation:
        """Return a thread with the same past, whose future leaves this one alone."""
        return dataclasses.replace(self, turns=list(self.turns))

    def reset(self) -> None:
        """Forget what was said."""
        self.turns.clear()

    @property
    def shown(self) -> Shown:
        """What the last question's answers have quoted so far."""
        found: set[tuple[str, int, int]] = set()
        for turn in reversed(self.turns):
            if turn.reading.text != self.turns[-1].reading.text:
                break
            found |= {(each.document, each.start, each.end) for each in turn.citations}
        return frozenset(found)

    def _keep(self, answer: Answer) -> Answer:
        self.turns.append(answer)
        self.given(answer)
        del self.turns[:-_TURNS_KEPT]
        return answer

    def _read(self, question: str, follow_up: FollowUp) -> Answer:
        if follow_up.lack == "surely":
            return self._completed(question, follow_up)
        if follow_up.lack == "nothing" or not follow_up.readings:
            bare = self.answer(question)
            if bare.status == "answered" or not follow_up.readings:
                return bare
        # The thread may know passages that the words alone do not find; whether they
        # answer is first decided by the words alone.
        wider = self.answer(question, also=follow_up.readings[0])
        if wider.status == "answered":
            return wider
        completed = self._completed(question, follow_up)
        return completed if completed.status == "answered" else wider

    def _completed(self, question: str, follow_up: FollowUp) -> Answer:
        """Answer the first reading that the documents answer, or refuse the first.

        A question that might have stood alone keeps its own passages in view: ranking
        by both wordings finds more than by either (tests/benchmarks/follow_ups.py).
        """
        also = None if follow_up.lack == "surely" else question
        refused: Answer | None = None
        answered: list[Answer] = []
        for reading in follow_up.readings:
            found = self.answer(reading, also=also)
            missing = missing_words(follow_up, found)
            if missing:
                found = refuse_borrowed(found, missing, self.templates)
            found = noted(found, question, "reading_as", reading, self.templates)
            if found.status == "answered":
                answered.append(found)
                if not follow_up.rivals:
                    break
            refused = refused or found
        if answered:
            return max(answered, key=lambda each: each.confidence)
        return refused or self.answer(question)

    def _correct(self, message: str, follow_up: FollowUp) -> Answer:
        """Answer what was meant if the message says it, else the next best answer."""
        if follow_up.readings == (self.turns[-1].reading.text,):
            return self.next(message)
        self.corrected(self.turns[-1], message)
        return self._keep(self._completed(message, follow_up))

    def _beyond(self, message: str, note: str, nothing: str) -> Answer:
        """Answer the last question again, with none of the quotes it already had."""
        if not self.turns:
            return self._keep(self.answer(message))
        question = self.turns[-1].reading.text
        found = self.answer(question, skip=self.shown)
        if found.status == "abstained":
            found = reworded(
                found, self.templates.fill_text(nothing, {}), self.templates
            )
        return self._keep(noted(found, message, note, question, self.templates))

    def _in_language(self, answer: Answer) -> Answer:
        """Say which languages the documents speak, if the question's is another."""
        asked = language_of(answer.question)
        spoken = self.languages() if asked else ()
        if not asked or not spoken or asked in spoken:
            return answer
        values = {"asked": asked, "spoken": _joined(spoken)}
        return prefixed(answer, self.templates.fill_text("language", values))


def _joined(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
