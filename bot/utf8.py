"""Reads a text file whole, or says in one line why that cannot be."""

from __future__ import annotations

from pathlib import Path

from bot.errors import BotError


def read_utf8(path: Path, error: type[BotError]) -> str:
    """Return the text of a file, without a byte order mark, line ends as newlines.

    Raises:
        BotError: of the kind given; the file cannot be read, or is no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as cause:
        raise error(f"{path} cannot be read: {cause.strerror}.") from cause
    except UnicodeDecodeError as cause:
        raise error(f"{path} is not UTF-8 text: {cause}.") from cause
