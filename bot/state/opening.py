"""Opens the state where the configuration keeps it: in a file or on a server."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bot.config import Config
from bot.redis_link import open_link
from bot.state import sqlite, sqlite_receipts
from bot.state.protocol import State
from bot.state.receipts import Receipts
from bot.state.redis_answers import RedisAnswers, RedisFeedback
from bot.state.redis_inbox import RedisInbox
from bot.state.redis_receipts import RedisReceipts
from bot.state.redis_space import RedisSpace
from bot.state.redis_threads import RedisThreads


def open_state(config: Config, environment: Mapping[str, str] = os.environ) -> State:
    """Open claims, threads, answers and votes.

    Raises:
        StateError: the file or the server cannot be used.
    """
    if not config.store.url:
        return sqlite.open_state(config.state_path)
    space = _open_space(config, environment)
    return State(
        inbox=RedisInbox(space),
        threads=RedisThreads(space),
        answers=RedisAnswers(space),
        feedback=RedisFeedback(space),
        backend=space,
    )


def open_receipts(
    config: Config, environment: Mapping[str, str] = os.environ
) -> Receipts:
    """Open the receipts.

    Raises:
        StateError: the file or the server cannot be used.
    """
    if not config.store.url:
        return sqlite_receipts.open_receipts(config.state_path)
    return RedisReceipts(_open_space(config, environment))


def has_state(config: Config) -> bool:
    """Whether there may be something to read; a server is not asked."""
    return bool(config.store.url) or config.state_path.exists()


def _open_space(config: Config, environment: Mapping[str, str]) -> RedisSpace:
    space = RedisSpace(open_link(config.store, environment))
    try:
        space.open()
    except BaseException:
        space.close()
        raise
    return space
