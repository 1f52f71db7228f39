"""One build at a time, readers that are not forgotten, and claims on documents.

Each is a key that lapses by itself, so that a process that dies holds nothing for
long. Time is always the server's: clocks of machines differ.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.errors import IndexBusyError
from bot.redis_link import Link
from bot.stores.redis.names import Names

_LOCK_SECONDS = 60  # a build says far more often that it lives
_KEPT_AFTER = 5.0  # seconds: each renewal waits for the server's disk
READER_SECONDS = 600  # an opened generation is kept so long after its last use
CLAIM_SECONDS = 60  # to encode some passages takes a few
_POLL = 0.2  # seconds between two looks at a lock that another build holds

# Who asks is noted also when the memory is full: it needs some bytes, and answers must
# not stop. As the documentation of Redis says, a first line with flags is for EVAL too.
_HOLD = """#!lua flags=allow-oom
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
return 1
"""
# What is removed of an index is removed by whoever has its lock, checked in the same
# step: a build that stood still must not remove what another has begun meanwhile.
_FORGET = """
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return -1 end
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) > 0 then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
return 1
"""
_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
_REMOVE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for at = 2, #KEYS do redis.call('UNLINK', KEYS[at]) end
return 1
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""


@dataclass(frozen=True, slots=True)
class BuildLock:
    """The right to write and to switch, until it is released or not renewed."""

    link: Link
    key: str
    token: str

    def renew(self) -> None:
        """Say that the build lives.

        Raises:
            IndexBusyError: it did not for so long that another may have begun.
        """
        if not self.link.script(_RENEW, [self.key], [self.token, _LOCK_SECONDS]):
            raise self.lost()

    def keeping(self) -> Callable[[], None]:
        """Return what renews the lock when called often: every few seconds."""
        renewed = time.monotonic()

        def keep() -> None:
            nonlocal renewed
            if time.monotonic() - renewed > _KEPT_AFTER:
                self.renew()
                renewed = time.monotonic()

        return keep

    def remove(self, keys: Sequence[str]) -> None:
        """Remove keys, if the lock is still held.

        Raises:
            IndexBusyError: it is not, and nothing was removed.
        """
        if not self.link.script(_REMOVE, [self.key, *keys], [self.token]):
            raise self.lost()

    def lost(self) -> IndexBusyError:
        """Return the error for a lock that is held no more."""
        return IndexBusyError(
            f"This build of {self.link.config.url} stood still for more than "
            f"{_LOCK_SECONDS} s, so another may have begun; the index is unchanged. "
            "Run the command again."
        )


@contextmanager
def build_lock(
    link: Link, names: Names, patience: float, notice: Callable[[str], None]
) -> Iterator[BuildLock]:
    """Hold the lock of an index.

    Args:
        link: to the server.
        names: of the index.
        patience: seconds to wait for another build to end.
        notice: told once, in one line, that it waits and for whom.

    Raises:
        IndexBusyError: another process is still building.
    """
    holder = f"process {os.getpid()} on {os.uname().nodename}"
    lock = BuildLock(link, names.at("lock"), f"{holder} {secrets.token_hex(8)}")
    deadline = time.monotonic() + patience
    noticed = False
    while other := _acquire(lock):
        if time.monotonic() >= deadline:
            raise IndexBusyError(
                f"{link.config.url} is being built by {other}. Run the command again "
                "when that has ended."
            )
        if not noticed:
            notice(f"Waiting for {other}, which is building {link.config.url}.")
            noticed = True
        time.sleep(_POLL)
    try:
        yield lock
    finally:
        link.script(_RELEASE, [lock.key], [lock.token])


def read_holder(link: Link, names: Names) -> tuple[str, int] | None:
    """Return who builds, and in how many seconds the lock lapses; None for nobody."""
    key = names.at("lock")
    held, seconds = link.calls([("GET", key), ("TTL", key)])
    return (_named(held), int(seconds)) if held else None


def _named(token: bytes) -> str:
    return token.decode().rpartition(" ")[0]


def _acquire(lock: BuildLock) -> str | None:
    """Take the lock; or return who has it."""
    words = ("SET", lock.key, lock.token, "NX", "EX", _LOCK_SECONDS)
    if lock.link.change(*words) is not None:
        return None
    held = lock.link.call("GET", lock.key)
    if held == lock.token.encode():  # the reply was lost, and the command sent again
        return None
    return _named(held) if held else "another process"


@dataclass(slots=True)
class Hold:
    """A generation that is not removed while it is used."""

    link: Link
    names: Names
    generation: int
    member: str = field(default_factory=lambda: secrets.token_hex(8))

    def renew(self) -> bool:
        """Say that the generation is used; False when it has been removed."""
        keys = [self._readers, self._manifest]
        words = (self.member, READER_SECONDS)
        # Answers go on while replicas are missing.
        return bool(self.link.script(_HOLD, keys, words, wait=False))

    def release(self) -> None:
        """Let the generation go."""
        self.link.change("ZREM", self._readers, self.member, wait=False)

    def forget(self, lock: BuildLock) -> bool:
        """Remove the manifest, unless someone uses the generation.

        Raises:
            IndexBusyError: the lock was lost; nothing was removed.
        """
        keys = [self._readers, self._manifest, lock.key]
        removed = int(self.link.script(_FORGET, keys, [lock.token]))
        if removed < 0:
            raise lock.lost()
        return bool(removed)

    @property
    def _readers(self) -> str:
        return self.names.at(self.generation, "readers")

    @property
    def _manifest(self) -> str:
        return self.names.at(self.generation, "manifest")


def count_readers(link: Link, names: Names, generation: int) -> int:
    """Count who has opened a generation and used it not long ago."""
    seconds, _ = link.call("TIME")
    key = names.at(generation, "readers")
    return int(link.call("ZCOUNT", key, int(seconds), "+inf"))


@dataclass(frozen=True, slots=True)
class Claims:
    """Which process encodes which document."""

    link: Link
    names: Names
    owner: str = field(default_factory=lambda: secrets.token_hex(8))

    def take(self, documents: Sequence[str]) -> list[bool]:
        """Claim documents that nobody has claimed; tell for each whether it is ours."""
        replies = self.link.changes(
            ("SET", self._key(each), self.owner, "NX", "GET", "EX", CLAIM_SECONDS)
            for each in documents
        )
        return [each in {None, self.owner.encode()} for each in replies]

    def release(self, documents: Sequence[str]) -> None:
        """Let documents go that are ours and done."""
        self.link.changes(("DEL", self._key(each)) for each in documents)

    def renew(self, documents: Sequence[str]) -> None:
        """Say that documents are still being encoded."""
        self.link.changes(
            ("SET", self._key(each), self.owner, "EX", CLAIM_SECONDS)
            for each in documents
        )

    def _key(self, document: str) -> str:
        return self.names.at("claim", document)
