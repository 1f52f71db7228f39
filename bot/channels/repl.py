"""The terminal chat: reads a line, shows the answer, until the person leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from bot.channels.terminal import harmless
from bot.errors import InputError
from bot.records import Answer

GREETING = "Ask a question; /quit or Ctrl-D leaves."
_LEAVE = frozenset({"/quit", "/exit", "/q"})


def chat(ask: Callable[[str], Answer], read: TextIO, write: TextIO) -> None:
    """Answer each line until the input ends or the person says so.

    Args:
        ask: answers one question.
        read: where questions come from, one a line.
        write: where answers go; the prompt is shown only on a terminal.
    """
    prompt = "> " if read.isatty() and write.isatty() else ""
    if prompt:
        write.write(f"{GREETING}\n")
    while True:
        write.write(prompt)
        write.flush()
        line = read.readline()
        if not line or line.strip() in _LEAVE:
            break
        if line.strip():
            write.write(f"{_reply(ask, line)}\n")
    if prompt:
        write.write("\n")


def _reply(ask: Callable[[str], Answer], question: str) -> str:
    try:
        return harmless(ask(question).text)
    except InputError as error:
        return f"{error}\n"
