"""One client of one Redis server: used by all threads, tried again within limits.

Before each exchange with the server the audit event ``bot.redis`` is raised with its
commands (``sys.addaudithook`` listens), as ``bot.fsio`` does for files: the tests kill
or stop a build at any of them.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import ConfigError, EngineUnreachableError
from bot.redis_clients import Credentials, connect, read_credentials
from bot.store_config import StoreConfig

if TYPE_CHECKING:
    from redis import Redis
    from redis.cluster import RedisCluster

Word = str | bytes | int | float
Command = Sequence[Word]
T = TypeVar("T")

_FIRST_WAIT = 0.05  # seconds; doubles up to the longest
_LONGEST_WAIT = 1.0
_MILLISECONDS = 1_000


class Link:
    """Sends commands, and survives what passes.

    A broken connection, a server that starts and one that fails over are tried again
    for `store.retry_seconds`; every other error is raised at once. A command whose
    connection broke may have been carried out already: `again` sends it once more, so
    that it must be one that may happen twice, such as HSET or a script that knows its
    calls.

    Each method raises an EngineError, one line with what to do, when it gives up.
    Replies are as the package `redis` gives them for protocol 2: data is bytes.
    """

    def __init__(self, config: StoreConfig, credentials: Credentials) -> None:
        """Take what is needed to connect, which the first command does."""
        self.config = config
        self._credentials = credentials
        self._client: Redis | RedisCluster | None = None
        self._guard = threading.Lock()

    def key(self, *parts: str) -> str:
        """Name a key of this bot: the prefix and the parts, joined by colons."""
        return ":".join((self.config.prefix, *parts))

    def call(self, *words: Word, again: bool = True) -> Any:  # noqa: ANN401 - Redis' own
        """Send a command that changes nothing; returns its reply."""
        sys.audit("bot.redis", [words])
        return self._try(
            lambda client: client.execute_command(*words),  # type: ignore[no-untyped-call] # theirs
            again=again,
        )

    def change(self, *words: Word, again: bool = True, wait: bool = True) -> Any:  # noqa: ANN401 - Redis' own
        """Send a command that changes something; returns its reply."""
        return self.changes([words], again=again, wait=wait)[0]

    def script(
        self,
        source: str,
        keys: Sequence[str],
        arguments: Sequence[Word] = (),
        *,
        wait: bool = True,
    ) -> Any:  # noqa: ANN401 - Redis' own
        """Run a Lua script that changes something: all of it or nothing.

        The source goes along each time: the server keeps the compiled script, and may
        forget it whenever it is started again or another one is promoted.
        """
        words = ("EVAL", source, len(keys), *keys, *arguments)
        return self.change(*words, wait=wait)

    def changes(
        self, commands: Iterable[Command], *, again: bool = True, wait: bool = True
    ) -> list[Any]:
        """Send commands together, in order, and return their replies.

        All are carried out, whichever fail; the first error is raised afterwards. When
        it returns, `store.replicas` have them as well, unless ``wait`` is False: for
        what hurts nobody when it is lost.
        """
        wanted = self.config.replicas if wait else 0
        listed = list(commands)
        return self._try(lambda client: self._send(client, listed, wanted), again=again)

    def together(self, commands: Iterable[Command]) -> None:
        """Send changes that may happen twice, and are carried out in one step.

        A server that waits for its disk waits once for all of them, and not for each
        16 kB that it has read; others wait meanwhile. Replicas have them when they have
        a later change.
        """
        listed = list(commands)
        self._try(lambda client: self._send(client, listed, 0, step=True), again=True)

    def calls(self, commands: Iterable[Command]) -> list[Any]:
        """Send commands that change nothing together, and return their replies."""
        listed = list(commands)
        return self._try(lambda client: self._send(client, listed, 0), again=True)

    def close(self) -> None:
        """Let the connections go."""
        with self._guard:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _send(
        self,
        client: Redis | RedisCluster,
        commands: list[Command],
        wanted: int,
        *,
        step: bool = False,
    ) -> list[Any]:
        if not commands:
            return []
        sys.audit("bot.redis", commands)
        with client.pipeline(transaction=step) as pipeline:
            for each in commands:
                pipeline.execute_command(*each)
            if wanted:
                # On the same connection: WAIT is about what that one has sent.
                half = self.config.timeout_seconds * _MILLISECONDS / 2
                pipeline.execute_command("WAIT", wanted, int(half))
            replies = pipeline.execute(raise_on_error=False)
        for each in replies:
            if isinstance(each, Exception):
                raise each
        if wanted and replies.pop() < wanted:
            raise EngineUnreachableError(
                f"{self.config.url} has made a change that fewer than "
                f"{wanted} replicas have confirmed: see `redis-cli info "
                "replication`, or lower store.replicas in bot.toml."
            )
        return list(replies)

    def _try(self, run: Callable[[Redis | RedisCluster], T], *, again: bool) -> T:
        from bot.redis_faults import RAISED, explained, passes  # noqa: PLC0415 - slow

        end = time.monotonic() + self.config.retry_seconds
        wait = _FIRST_WAIT
        while True:
            try:
                return run(self._connected())
            except RAISED as error:
                if not again or not passes(error) or time.monotonic() + wait > end:
                    raise explained(error, self.config) from error
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _connected(self) -> Redis | RedisCluster:
        with self._guard:
            if self._client is None:
                self._client = connect(self.config, self._credentials)
            return self._client


def open_link(config: StoreConfig, environment: Mapping[str, str] = os.environ) -> Link:
    """Open the server that store.url names; user and password from the environment.

    Nothing is sent yet, so that a server that is down is reported by what needs it.

    Raises:
        ConfigError: there is no store.url, or a credential cannot be read.
    """
    if not config.url:
        raise ConfigError("store.url in bot.toml names no Redis server.")
    return Link(config, read_credentials(environment))
