"""A bot that follows its index: opened again when another generation is current."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from bot.errors import BotError

if TYPE_CHECKING:
    from bot.app import Bot

_LOG = logging.getLogger("bot")


def is_current(bot: Bot) -> bool:
    """Tell whether a bot reads the index as it is now.

    Where that cannot be told, what is open goes on answering as long as it can.
    """
    asked = getattr(bot.reader, "is_current", None)
    try:
        return asked is None or bool(asked())
    except BotError:
        return True


@dataclass(slots=True)
class _Open:
    """A bot, and how many questions it is answering."""

    bot: Bot
    users: int = 0


class Following:
    """Lends the bot that reads the current index, to any number of threads.

    A question goes on with the generation that it began with, and a bot that was
    replaced is closed once nobody uses it.
    """

    def __init__(self, opened: Callable[[], Bot]) -> None:
        """Open the bot.

        Args:
            opened: opens it, and opens it again.
        """
        self._opened = opened
        self._open = _Open(opened())
        self._guard = Lock()
        self._replacing = Lock()  # one thread opens; others use what there is

    @contextmanager
    def lent(self) -> Iterator[Bot]:
        """Lend the bot for one question."""
        used = self._take()
        try:
            if not is_current(used.bot) and self._replace(used):
                old, used = used, self._take()
                self._give_back(old)
            yield used.bot
        finally:
            self._give_back(used)

    def close(self) -> None:
        """Let the index go; nothing may be lent any more."""
        self._open.bot.close()

    def _take(self) -> _Open:
        with self._guard:
            self._open.users += 1
            return self._open

    def _give_back(self, used: _Open) -> None:
        with self._guard:
            used.users -= 1
            over = not used.users and used is not self._open
        if over:
            used.bot.close()

    def _replace(self, old: _Open) -> bool:
        """Open the bot again; False when that is being done or cannot be."""
        if not self._replacing.acquire(blocking=False):
            return False
        try:
            if self._open is old:
                new = _Open(self._opened())
                with self._guard:
                    self._open = new
        except BotError as error:
            _LOG.warning("The new index is not used: %s", error)
            return False
        finally:
            self._replacing.release()
        return True
