"""Sees what this process is about to do, by the audit events of the bot."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Note = Callable[[tuple[Any, ...]], object]  # is told an event's arguments

_notes: list[tuple[str, Note]] = []
_installed: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    for name, note in [*_notes]:
        if event == name:
            note(arguments)


@contextmanager
def noting(event: str, note: Note) -> Iterator[None]:
    """Call something before every event of a name, until the block ends."""
    if not _installed:  # an audit hook can never be taken out again
        sys.addaudithook(_hook)
        _installed.append(True)
    noted = (event, note)
    _notes.append(noted)
    try:
        yield
    finally:
        _notes.remove(noted)
