# ruff: noqa: T201 - it says what it wrote
"""Draw a session of the terminal chat: real answers, the chat's own rendering.

Usage: python tests/benchmarks/chat_picture.py FILE.svg [--index DIR]

Without an index, one of `corpus/` is built in a temporary folder.
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.app import Bot, open_bot
from bot.channels.terminal_chat import commands
from bot.channels.terminal_chat.desk import Desk
from bot.channels.terminal_chat.memory import Memory
from bot.channels.terminal_chat.screens import RichScreen
from bot.channels.terminal_chat.session import Session
from bot.channels.terminal_chat.waiting import Later
from bot.cli.desk import LocalDesk

_MESSAGES = (
    "How many companies founded US-JOINT?",
    "what about JOINT3?",
    "and who leads it?",
    "/source 1",
    "thanks!",
)
_WIDTH = 92
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # would be fetched


class StillScreen(RichScreen):
    """A terminal whose picture has no turning wheels."""

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:  # noqa: ARG002 - never shown
        """Show nothing."""
        yield


def main() -> None:
    """Hold the session, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--index", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        index = arguments.index or Path(place) / "index"

        def opened() -> Bot:
            return open_bot(index=index, receipts=False)

        console = Console(
            file=io.StringIO(),
            record=True,
            width=_WIDTH,
            force_terminal=True,
            color_system="truecolor",
            highlight=False,
        )
        desk = LocalDesk(opened, lambda _: "")
        screen = StillScreen(console, links=True)  # the drawing leaves them out
        session = Session(Later[Desk](lambda: desk).begin(), screen, Memory(None))
        for message in _MESSAGES:
            console.print(Text(f"> {message}", "bold"))
            if message.startswith("/"):
                commands.run(session, message)
            else:
                session.ask(message)
        desk.close()
    drawn = console.export_svg(title="bot chat", unique_id="chat")
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    arguments.file.write_text(_FONTS.sub("", drawn), encoding="utf-8")
    print(f"{arguments.file} written.")


if __name__ == "__main__":
    main()
