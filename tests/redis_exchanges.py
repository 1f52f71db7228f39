"""Sees every exchange of this process with a Redis server before it begins."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.auditing import noting

Act = Callable[[str], object]  # is told the words of the commands


def on_exchange(act: Act) -> AbstractContextManager[None]:
    """Call something before every exchange, until the block ends."""

    def note(arguments: tuple[Any, ...]) -> None:
        act(" ".join(str(word) for each in arguments[0] for word in each))

    return noting("bot.redis", note)


class At:
    """Does something once, at exchange number ``point``, from 0."""

    def __init__(self, point: int, act: Callable[[], object]) -> None:
        """Start counting."""
        self._point, self._act = point, act
        self.count = 0

    def __call__(self, _: str) -> None:
        """Count one, and act if it is the one."""
        number, self.count = self.count, self.count + 1
        if number == self._point:
            self._act()
