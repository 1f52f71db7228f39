"""Answers questions from a folder of documents, in quotes that can be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import Bot, open_bot

__all__ = ["Bot", "open_bot"]


def __getattr__(name: str) -> object:
    """Import the public names when they are asked for: ``bot --help`` stays quick."""
    if name in __all__:
        from bot import app  # noqa: PLC0415 - see above

        return getattr(app, name)
    raise AttributeError(f"module 'bot' has no attribute {name!r}")
