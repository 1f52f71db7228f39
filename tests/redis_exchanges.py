"""Sees every exchange of this process with a Redis server before it begins."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Act = Callable[[str], object]  # is told the words of the commands

_acts: list[Act] = []
_installed: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "bot.redis":
        words = " ".join(str(word) for each in arguments[0] for word in each)
        for act in [*_acts]:
            act(words)


@contextmanager
def on_exchange(act: Act) -> Iterator[None]:
    """Call something before every exchange, until the block ends."""
    if not _installed:  # an audit hook can never be taken out again
        sys.addaudithook(_hook)
        _installed.append(True)
    _acts.append(act)
    try:
        yield
    finally:
        _acts.remove(act)


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
