"""One sitting at the terminal: messages go in, answers and listings come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from bot.channels.terminal_chat.desk import Desk
from bot.channels.terminal_chat.lines import (
    Line,
    answer_lines,
    confidence_words,
    line,
    lines_of,
)
from bot.channels.terminal_chat.links import file_url, safe_url
from bot.channels.terminal_chat.memory import Memory
from bot.channels.terminal_chat.screens import Screen
from bot.channels.terminal_chat.waiting import Later
from bot.errors import BotError
from bot.records import Answer, Citation

if TYPE_CHECKING:  # as in desk.py
    from bot.conversation.threads import Conversation

_Result = TypeVar("_Result")

_SHOWN_AGAIN = 3  # turns of a thread that is taken up again


class LeaveError(Exception):
    """The person leaves."""


@dataclass(slots=True)
class Session:
    """What a sitting holds: the desk, the thread, and the answer spoken of.

    Attributes:
        opening: the desk, which may still be opening.
        screen: where everything is shown.
        memory: what outlives the sitting.
        resume: go on with the last thread.
        filter: the path or tag that questions are limited to.
    """

    opening: Later[Desk]
    screen: Screen
    memory: Memory
    resume: bool = False
    filter: str | None = None
    answer: Answer | None = None
    _conversation: Conversation | None = field(default=None, repr=False)
    _past: list[Answer] = field(default_factory=list, repr=False)
    _told: str = ""

    def desk(self) -> Desk:
        """Wait for the desk."""
        return self.opening.get(lambda: self.screen.waiting("Opening the index"))

    def conversation(self) -> Conversation:
        """Return the thread, opened on first use."""
        if self._conversation is None:
            self._conversation = self.desk().conversation(self._past)
            self._past = []
        return self._conversation

    def begin(self) -> None:
        """Begin a thread or take one up again, with its last turns shown."""
        self._past = self.memory.begin(resume=self.resume)
        if self.resume and not self._past:
            self.say("There is no earlier thread to go on with.", "hint")
        for each in self._past[-_SHOWN_AGAIN:]:
            self.screen.show([line(f"> {each.question}", "heading"), Line()])
            self.show(each)

    def ask(self, message: str) -> None:
        """Answer a message."""
        self.take_turn(lambda thread: thread.ask(message))

    def take_turn(self, turn: Callable[[Conversation], Answer]) -> None:
        """Do one turn of the thread in the background, and show its answer.

        It is done on a branch of the thread: when the person stops waiting, the
        thread is as if nothing had been asked.
        """
        desk = self.desk()
        if desk.refresh():
            self.say(
                "The index was built anew meanwhile: this answer is from it.", "hint"
            )
            self._conversation = desk.conversation(self.conversation().turns)
        branch = self.conversation().branch()
        answer = self.wait(lambda: turn(branch), "Looking it up")
        self._conversation = branch
        if branch.turns and branch.turns[-1] is answer:
            self.memory.keep(answer)  # first: what was seen can be taken up again
        self.show(answer)
        self._tell_problem()

    def show(self, answer: Answer) -> None:
        """Show an answer; commands speak of it from now on."""
        if answer.index:  # small talk is from no index, and nothing to speak of
            self.answer = answer
        self.screen.show([*answer_lines(answer, self.address), Line()])

    def say(self, text: str, look: str = "plain") -> None:
        """Show words of ours."""
        self.screen.show([*lines_of(text, look), Line()])  # type: ignore[arg-type]

    def wait(self, work: Callable[[], _Result], text: str) -> _Result:
        """Do work in a thread of its own; Ctrl-C stops the waiting."""
        return Later(work).begin().get(lambda: self.screen.waiting(text))

    def address(self, citation: Citation) -> str | None:
        """Return where a source can be opened: its web page, else its file."""
        url = safe_url(citation.url)
        if url:
            return url
        desk = self.opening.peek()
        path = desk.file(citation.document) if desk else None
        return file_url(path) if path else None

    def reset(self) -> None:
        """Forget the thread, and begin another."""
        self._conversation = None
        self.answer = None
        self._past = self.memory.begin(resume=False)

    def narrow(self, wanted: str | None) -> int:
        """Ask only some documents from now on; the thread goes on."""
        count = self.desk().narrow(wanted)
        self.filter = wanted
        return count

    def status(self) -> str:
        """Say in one line where things stand; for the bottom of the screen."""
        desk = self.opening.peek()
        if desk is None:
            return "opening the index ..." if not self.opening.ready else ""
        parts = [f"{len(desk.documents())} documents"]
        if self.filter:
            parts.append(f"only {self.filter}")
        if self.answer is not None and self.answer.status == "answered":
            parts.append(f"confidence {confidence_words(self.answer)}")
        parts.append("/help")
        return " · ".join(parts)

    def _tell_problem(self) -> None:
        if self.memory.problem and self.memory.problem != self._told:
            self._told = self.memory.problem
            self.say(f"This thread is not kept: {self._told}.", "warning")


def failed(error: BotError) -> list[Line]:
    """Show an expected error in one line."""
    return [line(" ".join(str(error).split()), "warning"), Line()]
