"""The loop: reads what is typed, until the person leaves."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console

from bot.channels.terminal import harmless
from bot.channels.terminal_chat import commands
from bot.channels.terminal_chat.completing import Known
from bot.channels.terminal_chat.desk import Desk
from bot.channels.terminal_chat.lines import Line, line
from bot.channels.terminal_chat.links import shows_links
from bot.channels.terminal_chat.memory import Memory, state_folder
from bot.channels.terminal_chat.prompting import LivePrompt, Prompt, StreamPrompt
from bot.channels.terminal_chat.screens import PlainScreen, RichScreen, Screen
from bot.channels.terminal_chat.session import LeaveError, Session, failed
from bot.channels.terminal_chat.waiting import Later
from bot.errors import BotError

_GREETING = "Ask a question. /help lists commands, /suggest what to ask; Ctrl-D leaves."
_QUESTIONS = 200  # of earlier threads that are offered for completion


@dataclass(frozen=True, slots=True)
class Manner:
    """How the person wants the chat.

    Attributes:
        resume: go on with the last thread.
        plain: plain text, as a screen reader likes it.
        filter: a path or tag that questions are limited to from the start.
    """

    resume: bool = False
    plain: bool = False
    filter: str | None = None


def chat(
    opened: Callable[[], Desk],
    index: Path,
    manner: Manner,
    read: TextIO = sys.stdin,
    write: TextIO = sys.stdout,
) -> None:
    """Chat until the input ends or the person leaves.

    The prompt is there at once: the desk is opened in the background, the encoder
    with it, while the person types.

    Args:
        opened: opens the desk.
        index: the index's folder, which tells one memory from another.
        manner: how the person wants it.
        read: where lines come from.
        write: where answers go; without a terminal at either end, as plain text.

    Raises:
        BotError: the desk cannot be opened.
    """
    live = read.isatty() and write.isatty()
    plain = manner.plain or os.environ.get("TERM") == "dumb"
    memory = Memory(state_folder(index, os.environ) if live else None)
    redraw: list[Callable[[], None]] = []
    opening = Later(
        lambda: _prepared(opened, manner, live=live),
        lambda: [each() for each in redraw],
    )
    screen: Screen = PlainScreen(write, labels=live)
    if live and not plain:
        console = Console(file=write, highlight=False, markup=False, emoji=False)
        screen = RichScreen(console, links=shows_links(os.environ))
    session = Session(opening, screen, memory, manner.resume, manner.filter)
    prompt: Prompt = StreamPrompt(read, write, "You: " if live else "")
    if live and not plain:
        prompt = LivePrompt(memory.history, _Completions(session), session.status)
        redraw.append(prompt.redraw)
    try:
        if live:
            session.say(_GREETING, "hint")
        opening.begin()
        session.begin()
        _loop(session, prompt, live=live)
    finally:
        desk = opening.peek()
        if desk is not None:
            desk.close()


def _prepared(opened: Callable[[], Desk], manner: Manner, *, live: bool) -> Desk:
    desk = opened()
    if manner.filter:
        desk.narrow(manner.filter)
    if live:
        desk.prepare()
    return desk


def _loop(session: Session, prompt: Prompt, *, live: bool) -> None:
    while True:
        try:
            text = prompt.read().strip()
            if text.startswith("/"):
                commands.run(session, text)
            elif text:
                session.ask(text)
        except (EOFError, LeaveError):
            return
        except KeyboardInterrupt:
            if not live:
                raise
            session.screen.show([line("Stopped. Ctrl-D leaves.", "hint"), Line()])
        except BotError as error:
            if session.opening.failed:
                raise
            session.screen.show(failed(error))


class _Completions:
    """What can be completed, looked up once the desk is open."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._commands = {each.name: each.help for each in commands.COMMANDS}
        self._past: list[str] | None = None

    def __call__(self) -> Known:
        desk = self._session.opening.peek()
        if self._past is None:
            self._past = [
                harmless(each)
                for each in self._session.memory.past_questions(_QUESTIONS)
            ]
        documents = desk.documents() if desk else ()
        tags = sorted({tag for each in documents for tag in each.tags})
        folders = sorted(
            {f"{parent}/" for each in documents for parent in _parents(each.path)}
        )
        answer = self._session.answer
        shown = (answer.citations or answer.nearest) if answer else ()
        arguments = {
            "/filter": ["off", *map(harmless, (*folders, *tags))],
            "/export": ["md", "json", "html"],
            "/feedback": ["good", "bad"],
            "/source": [str(each.number) for each in shown],
        }
        titles = [harmless(each.title) for each in documents]
        return Known(self._commands, arguments, titles, self._past)


def _parents(path: str) -> list[str]:
    return [str(each) for each in Path(path).parents if str(each) != "."]
