"""Two screens: one with looks and links, one of plain text for pipes and readers."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from bot.channels.terminal import harmless
from bot.channels.terminal_chat.lines import Line, Look, Piece

_STYLES: dict[Look, str] = {
    "plain": "",
    "note": "italic yellow",
    "short": "bold green",
    "quote": "cyan",
    "source": "blue",
    "hint": "dim",
    "warning": "bold red",
    "mark": "reverse",
    "heading": "bold",
}
_WIDEST = 100  # columns; longer lines are hard to read
_NARROWEST = 10  # columns; below this the terminal may break lines as it likes
_MOST_COPIED = 70_000  # bytes; xterm takes no more by OSC 52


class Screen(Protocol):
    """Shows lines to a person; what they say is made harmless here."""

    def show(self, lines: Sequence[Line]) -> None:
        """Show lines."""
        ...

    def waiting(self, text: str) -> AbstractContextManager[None]:
        """Say that something takes a moment, while it does."""
        ...

    def copy(self, text: str) -> bool:
        """Put text in the clipboard; False if none can be reached."""
        ...


class RichScreen:
    """A terminal: colours where it has them, quotes beside a bar, links."""

    def __init__(self, console: Console, *, links: bool) -> None:
        """Take a console; `links` tells whether it shows OSC 8 links."""
        self._console = console
        self._links = links
        self._bar = "▌ " if _can_write(console, "▌") else "| "

    def show(self, lines: Sequence[Line]) -> None:
        """Show lines, wrapped at words to the width that the terminal has now."""
        width = max(_NARROWEST, min(self._console.width, _WIDEST))
        for each in lines:
            text = self._text(each)
            bar = self._bar if each.quoted else ""
            for part in text.wrap(self._console, width - len(bar)) or [Text()]:
                part.rstrip()
                self._console.print(
                    Text(bar, _STYLES["quote"]) + part if bar else part,
                    no_wrap=True,
                    overflow="ignore",
                    crop=False,
                )

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Turn a wheel beside the text."""
        spinner = "dots" if _can_write(self._console, "⠋") else "line"
        with self._console.status(Text(text, "dim"), spinner=spinner):
            yield

    def copy(self, text: str) -> bool:
        """Hand text to the terminal's clipboard (OSC 52), also over ssh."""
        data = text.encode("utf-8", "replace")
        if not self._console.is_terminal or len(data) > _MOST_COPIED:
            return False
        self._console.file.write(f"\x1b]52;c;{base64.b64encode(data).decode()}\x07")
        self._console.file.flush()
        return True

    def _text(self, shown: Line) -> Text:
        text = Text()
        for each in shown.pieces:
            style = Style.parse(_STYLES[each.look])
            if each.url and self._links:
                style += Style(link=each.url)
            text.append(harmless(each.text), style)
            if not self._links:
                text.append(_spelled_out(each), "dim")
        return text


class PlainScreen:
    """Plain text, one line of the answer a line, for pipes and screen readers."""

    def __init__(self, write: TextIO, *, labels: bool) -> None:
        """Take a stream; `labels` names quotes by a word, for those who listen."""
        self._write = write
        self._labels = labels

    def show(self, lines: Sequence[Line]) -> None:
        """Write lines; a marked sentence stands between >>> and <<<."""
        before = False
        for each in lines:
            text = "".join(
                f">>> {piece.text} <<<" if piece.look == "mark" else piece.text
                for piece in each.pieces
            )
            label = "Quote: " if self._labels and each.quoted and not before else ""
            before = each.quoted
            text = harmless(label + text).encode("utf-8", "replace").decode()
            encoding = getattr(self._write, "encoding", None) or "utf-8"
            text = text.encode(encoding, "replace").decode(encoding)
            self._write.write(f"{text}\n")
        self._write.flush()

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Say it once to those who listen, and nothing in a pipe."""
        if self._labels:
            self._write.write(f"{text}\n")
            self._write.flush()
        yield

    def copy(self, _text: str) -> bool:
        """There is no clipboard behind plain text."""
        return False


def _spelled_out(piece: Piece) -> str:
    """Show a web address beside a link that cannot be shown as one."""
    return f" <{piece.url}>" if piece.url and piece.url.startswith("http") else ""


def _can_write(console: Console, text: str) -> bool:
    try:
        text.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
