"""Locks that the system gives back when a process ends, however it ends.

A reader locks the manifest it reads, a builder the file ``LOCK``.
"""

from __future__ import annotations

import fcntl
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from bot import fsio


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on a file, held until it is released or the process ends, however."""

    descriptor: int

    def read(self) -> bytes:
        """Return the whole content of the locked file."""
        size = os.fstat(self.descriptor).st_size
        return fsio.read_at(self.descriptor, 0, size)

    def is_named(self) -> bool:
        """Tell whether the locked file still has a name, i.e. was not removed."""
        return os.fstat(self.descriptor).st_nlink > 0

    def release(self) -> None:
        """Let the lock go."""
        os.close(self.descriptor)


def lock_to_read(path: Path) -> Lock:
    """Lock an existing file against removal; any number of readers may.

    Raises:
        OSError: the file is missing or cannot be read.
    """
    sys.audit("bot.fsio", "lock", str(path))
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    return _flock(descriptor, fcntl.LOCK_SH)


def lock_to_remove(path: Path) -> Lock | None:
    """Lock an existing file against readers; None when one holds it.

    Raises:
        OSError: the file is missing or cannot be read.
    """
    sys.audit("bot.fsio", "lock", str(path))
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        return _flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def lock_to_build(path: Path, holder: str) -> Lock | None:
    """Lock a file, made when missing, for one process; None when another has it.

    Args:
        path: the file; it is never removed, so that all lock the same one.
        holder: one line about this process, kept in the file for the others to show.

    Raises:
        IndexWriteError: the file cannot be made.
    """
    with fsio.step("lock", path):
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o644)
        try:
            lock = _flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
    try:
        with fsio.step("sign", path):
            os.ftruncate(descriptor, 0)
        fsio.write_all(descriptor, holder.encode(), path)
    except BaseException:
        lock.release()
        raise
    return lock


def _flock(descriptor: int, operation: int) -> Lock:
    try:
        fcntl.flock(descriptor, operation)
    except BaseException:
        os.close(descriptor)
        raise
    return Lock(descriptor)
