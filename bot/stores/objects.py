"""Immutable files that are named by their checksum, and checked when they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot import fsio
from bot.errors import IndexDamagedError
from bot.stores.manifest import ObjectRef

_CHECKERS = 2  # threads: hashing lets go of the interpreter
_WORTH_THREADS = 1 << 23  # bytes: below this, starting threads costs more than it saves


def damaged(place: object, what: str) -> IndexDamagedError:
    """Return the error that names what is damaged and the way out."""
    return IndexDamagedError(
        f"{place}: {what}. Run `bot index --rebuild` to build the index again."
    )


class ReadableObjects(Protocol):
    """Objects, wherever they are kept."""

    def path(self, reference: ObjectRef) -> object:
        """Where the object is, for messages."""
        ...

    def read(self, reference: ObjectRef) -> bytes:
        """Read an object whole, or raise an IndexDamagedError."""
        ...

    def read_all(self, references: Sequence[ObjectRef]) -> list[bytes]:
        """Read several objects whole, aligned, or raise an IndexDamagedError."""
        ...


@dataclass(frozen=True, slots=True)
class Objects:
    """The folder of objects; reading is all that a reader may do with it."""

    folder: Path

    def path(self, reference: ObjectRef) -> Path:
        """Where the object is."""
        return self.folder / reference.sha256

    def read(self, reference: ObjectRef) -> bytes:
        """Read an object whole.

        Raises:
            IndexDamagedError: it is missing, unreadable, or not what was written.
        """
        data = self._read(reference)
        self._check(reference, data)
        return data

    def _read(self, reference: ObjectRef) -> bytes:
        file = self.path(reference)
        try:
            data = fsio.read(file)
        except FileNotFoundError as error:
            raise damaged(file, "is missing") from error
        except OSError as error:
            raise damaged(file, f"cannot be read: {error.strerror}") from error
        if len(data) != reference.size:
            raise damaged(file, f"has {len(data)} bytes, not {reference.size}")
        return data

    def _check(self, reference: ObjectRef, data: bytes) -> None:
        if hashlib.sha256(data).hexdigest() != reference.sha256:
            raise damaged(self.path(reference), "has changed since it was written")

    def read_all(self, references: Sequence[ObjectRef]) -> list[bytes]:
        """Read some objects, aligned; large ones are checked beside each other.

        Raises:
            IndexDamagedError: one is missing, unreadable, or not what was written.
        """
        if sum(each.size for each in references) < _WORTH_THREADS:
            return [self.read(each) for each in references]
        # Threads check and do not read: memory that a thread asked for first is never
        # given back to the system as long as the program runs.
        blocks = []
        with ThreadPoolExecutor(_CHECKERS) as pool:
            checks = []
            for each in references:
                blocks.append(self._read(each))
                checks.append(pool.submit(self._check, each, blocks[-1]))
            for check in checks:
                check.result()
        return blocks

    def check_size(self, reference: ObjectRef) -> None:
        """See that an object is there and as long as it should be, without reading it.

        Raises:
            IndexDamagedError: it is not.
        """
        file = self.path(reference)
        try:
            size = file.stat().st_size
        except OSError as error:
            raise damaged(file, f"is missing: {error.strerror}") from error
        if size != reference.size:
            raise damaged(file, f"has {size} bytes, not {reference.size}")


@dataclass(slots=True)
class ObjectWriter:
    """Adds objects; only the holder of the build lock has one."""

    objects: Objects
    workspace: Path  # where bytes are written before they get their name
    written: int = 0  # bytes
    _numbers: int = field(default=0, repr=False)

    def put(self, blocks: Iterable[fsio.Block]) -> ObjectRef:
        """Write an object unless it is there already, whole and unchanged.

        Its name is on the disk for good only after `sync`.

        Raises:
            IndexWriteError: the disk refuses.
        """
        blocks = list(blocks)
        digest = hashlib.sha256()
        for block in blocks:
            digest.update(block)
        size = sum(len(block) for block in blocks)
        reference = ObjectRef(digest.hexdigest(), size)
        target = self.objects.path(reference)
        if not _is_intact(target, reference):
            draft = self.draft()
            fsio.write(draft, blocks)
            fsio.rename(draft, target)
            self.written += size
        return reference

    def sync(self) -> None:
        """Wait until the disk has the names of all objects.

        Raises:
            IndexWriteError: the disk refuses.
        """
        fsio.sync_folder(self.objects.folder)

    def draft(self) -> Path:
        """Return an unused path in the workspace."""
        self._numbers += 1
        return self.workspace / f"{self._numbers:08}"


def _is_intact(file: Path, reference: ObjectRef) -> bool:
    try:
        if file.stat().st_size != reference.size:
            return False
        return fsio.hash_file(file) == reference.sha256
    except OSError:
        return False  # to be written anew; if that fails too, it says why
