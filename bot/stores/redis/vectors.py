"""Vectors of passages, shared by all processes that build, until the build is done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bot.dense import Floats
from bot.redis_link import Command, Link
from bot.stores.redis.locks import BuildLock
from bot.stores.redis.names import Names

T = TypeVar("T")

_AT_ONCE = 256  # vectors in a command: 400 kB at 384 dimensions
_CHECKSUM = 8  # bytes of a SHA-256: chance damage is noticed, nothing more is needed


@dataclass(frozen=True, slots=True)
class SharedVectors:
    """Key of a text to its vector, for one encoder."""

    link: Link
    names: Names
    encoder: str
    dimensions: int

    def missing(self, keys: Sequence[bytes]) -> list[bytes]:
        """Return the keys that have no vector yet, each once, in order."""
        wanted = list(dict.fromkeys(keys))
        replies = self.link.calls(("HEXISTS", self._table, key) for key in wanted)
        return [key for key, reply in zip(wanted, replies, strict=True) if not reply]

    def add(self, keys: Sequence[bytes], vectors: Floats) -> None:
        """Keep vectors, aligned with their keys.

        Raises:
            EngineError: the server cannot be reached or has no room.
        """
        if not keys:
            return
        rows = np.ascontiguousarray(vectors, "<f4")
        pairs = [
            (key, data + _sum(key, data))
            for key, data in zip(keys, map(np.ndarray.tobytes, rows), strict=True)
        ]
        commands: list[Command] = [("SADD", self.names.at("caches"), self._table)]
        commands += [
            ("HSET", self._table, *(word for pair in group for word in pair))
            for group in _groups(pairs)
        ]
        self.link.changes(commands)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the vectors that are there, as bytes, by key."""
        found = {}
        groups = list(_groups(list(dict.fromkeys(keys))))
        replies = self.link.calls(("HMGET", self._table, *each) for each in groups)
        for group, values in zip(groups, replies, strict=True):
            for key, value in zip(group, values, strict=True):
                data = (value or b"")[: 4 * self.dimensions]
                if value and value == data + _sum(key, data):
                    found[key] = data
        return found

    def remove_all(self, lock: BuildLock) -> None:
        """Forget the vectors of every encoder: a build has what it needs.

        Raises:
            IndexBusyError: the lock was lost; another build may need them.
        """
        registry = self.names.at("caches")
        tables = [each.decode() for each in self.link.call("SMEMBERS", registry)]
        lock.remove([*tables, registry])

    @property
    def _table(self) -> str:
        return self.names.at("vectors", self.encoder)


def _groups(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE)]


def _sum(key: bytes, data: bytes) -> bytes:
    return hashlib.sha256(key + data).digest()[:_CHECKSUM]
