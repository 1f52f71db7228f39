"""Bytes that are named by their checksum, kept in Redis in parts of some megabytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.fsio import Block
from bot.redis_link import Link
from bot.stores.manifest import ObjectRef
from bot.stores.objects import damaged
from bot.stores.redis.locks import BuildLock
from bot.stores.redis.names import Names

_PART = 4 << 20  # bytes: sent in less than the time a command may take


@dataclass(slots=True)
class RedisObjects:
    """The objects of an index."""

    link: Link
    names: Names
    written: int = 0  # bytes

    def put(self, blocks: Iterable[Block]) -> ObjectRef:
        """Keep an object, unless it is there already.

        Raises:
            EngineError: the server cannot be reached or has no room.
        """
        data = b"".join(blocks)
        reference = ObjectRef(hashlib.sha256(data).hexdigest(), len(data))
        self.link.change("SADD", self.names.at("objects"), _member(reference))
        for number in range(_parts(reference)):
            part = data[number * _PART : (number + 1) * _PART]
            key = self._key(reference, number)
            if self.link.call("GET", key) != part:  # what was damaged is mended
                self.link.change("SET", key, part)
                self.written += len(part)
        return reference

    def read_all(self, references: Sequence[ObjectRef]) -> list[bytes]:
        """Read some objects, aligned.

        Raises:
            IndexDamagedError: one is missing or not what was written.
        """
        return [self.read(each) for each in references]

    def read(self, reference: ObjectRef) -> bytes:
        """Read an object whole.

        Raises:
            IndexDamagedError: it is missing or not what was written.
        """
        parts = [
            self.link.call("GET", self._key(reference, number))
            for number in range(_parts(reference))
        ]
        data = b"".join(part or b"" for part in parts)
        if hashlib.sha256(data).hexdigest() != reference.sha256:
            raise damaged(self.path(reference), "is missing or has changed")
        return data

    def check_size(self, reference: ObjectRef) -> None:
        """See that an object is there and as long as it should be.

        Raises:
            IndexDamagedError: it is not.
        """
        size = sum(
            self.link.call("STRLEN", self._key(reference, number))
            for number in range(_parts(reference))
        )
        if size != reference.size:
            raise damaged(
                self.path(reference), f"has {size} bytes, not {reference.size}"
            )

    def remove_all_but(self, needed: Iterable[ObjectRef], lock: BuildLock) -> None:
        """Remove what is not needed.

        Raises:
            IndexBusyError: the lock was lost; what another build needs is still there.
        """
        kept = {_member(each) for each in needed}
        for member in self.link.call("SMEMBERS", self.names.at("objects")):
            if member.decode() not in kept:
                sha256, size = member.decode().split()
                reference = ObjectRef(sha256, int(size))
                keys = [self._key(reference, each) for each in range(_parts(reference))]
                lock.remove(keys)
                self.link.change("SREM", self.names.at("objects"), member)

    def _key(self, reference: ObjectRef, number: int) -> str:
        return self.names.at("object", reference.sha256, number)

    def path(self, reference: ObjectRef) -> str:
        """Where the object is, for messages."""
        return f"{self.link.config.url}, {self._key(reference, 0)}"


def _parts(reference: ObjectRef) -> int:
    return max(1, -(-reference.size // _PART))


def _member(reference: ObjectRef) -> str:
    return f"{reference.sha256} {reference.size}"
