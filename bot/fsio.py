"""The only module that changes files of an index, one announced operation at a time.

Before each operation the audit event ``bot.fsio`` is raised with the operation's name
and the paths it concerns (``sys.addaudithook`` listens). A monitor can watch an index
being written this way; the tests fail or kill the process at every single step.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from bot.errors import IndexWriteError

Block = bytes | memoryview  # memoryviews are of plain bytes

_BLOCK = 1 << 20  # bytes written at once: a full disk is met within a large file too
_READ_BLOCK = 1 << 24  # bytes hashed at once


def read(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        OSError: the file is missing or cannot be read.
    """
    sys.audit("bot.fsio", "read", str(path))
    return path.read_bytes()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, without holding it in memory.

    Raises:
        OSError: the file is missing or cannot be read.
    """
    sys.audit("bot.fsio", "read", str(path))
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(_READ_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write(path: Path, blocks: Sequence[Block]) -> None:
    """Write a new file and wait until the disk has it; on failure leave none.

    The name may still be lost in a power cut until `sync_folder` has run.

    Raises:
        IndexWriteError: the file exists, or the disk refuses.
    """
    with step("create", path):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o644)
    try:
        for block in blocks:
            write_all(descriptor, block, path)
        with step("fsync", path):
            os.fsync(descriptor)
    except BaseException:
        with suppress(IndexWriteError):
            remove(path)
        raise
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Give a file another name, replacing in one step what had that name.

    Raises:
        IndexWriteError: the file system refuses.
    """
    with step("rename", target, source):
        source.replace(target)


def link(source: Path, target: Path) -> None:
    """Give a file a second name that nothing may have had.

    Raises:
        IndexWriteError: the name is taken, or the file system refuses.
    """
    with step("link", target, source):
        target.hardlink_to(source)


def remove(path: Path) -> None:
    """Remove a file; one that is gone already is no error.

    Raises:
        IndexWriteError: the file system refuses.
    """
    with step("remove", path):
        path.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, durably; one that exists is kept.

    Raises:
        IndexWriteError: the file system refuses.
    """
    with step("mkdir", path):
        if path.is_dir():
            return
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def list_folder(path: Path) -> list[Path]:
    """Return what is in a folder, sorted by name.

    Raises:
        IndexWriteError: the folder cannot be read.
    """
    with step("list", path):
        return sorted(path.iterdir())


def sync_folder(path: Path) -> None:
    """Wait until the disk has the names of the files in a folder.

    Raises:
        IndexWriteError: the disk refuses.
    """
    with step("fsync-folder", path):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Log:
    """A file that only grows, read and written through one descriptor."""

    def __init__(self, descriptor: int, path: Path) -> None:
        """Take over a descriptor opened for reading and appending."""
        self._descriptor = descriptor
        self._path = path
        self.size = os.fstat(descriptor).st_size

    def append(self, block: bytes) -> int:
        """Write at the end, without waiting for the disk; return where it starts.

        Raises:
            IndexWriteError: the disk refuses.
        """
        start = self.size
        write_all(self._descriptor, block, self._path)
        self.size += len(block)
        return start

    def read(self, start: int, size: int) -> bytes:
        """Return ``size`` bytes from ``start``; fewer where the file ends."""
        return read_at(self._descriptor, start, size)

    def cut(self, size: int) -> None:
        """Drop everything from ``size`` on.

        Raises:
            IndexWriteError: the disk refuses.
        """
        with step("truncate", self._path):
            os.ftruncate(self._descriptor, size)
        self.size = size

    def close(self) -> None:
        """Let the file go."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        """Use the log in a ``with`` statement."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the log at the end of the ``with`` statement."""
        self.close()


def open_log(path: Path) -> Log:
    """Open a log, made when missing.

    Raises:
        IndexWriteError: the file system refuses.
    """
    with step("create", path):
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        return Log(os.open(path, flags, 0o644), path)


def open_scratch(folder: Path) -> Log:
    """Open a log without a name: it is gone when closed, or when we are killed.

    Raises:
        IndexWriteError: the file system refuses.
    """
    with (
        step("create", folder / "scratch"),
        tempfile.TemporaryFile(dir=folder, buffering=0) as file,
    ):
        return Log(os.dup(file.fileno()), folder / "scratch")


@contextmanager
def step(operation: str, path: Path, *others: Path) -> Iterator[None]:
    """Announce an operation, and name it and the file when the system refuses it.

    Raises:
        IndexWriteError: the operation failed.
    """
    try:
        sys.audit("bot.fsio", operation, str(path), *map(str, others))
        yield
    except OSError as error:
        raise IndexWriteError(
            f"{path}: {operation} failed ({error.strerror or error}). The index in use "
            "is unchanged; mend the cause and run the command again."
        ) from error


def write_all(descriptor: int, block: Block, path: Path) -> None:
    """Write a block whole, wherever the descriptor stands.

    Raises:
        IndexWriteError: the disk refuses.
    """
    rest = memoryview(block)
    while rest:
        with step("write", path):
            rest = rest[os.write(descriptor, rest[:_BLOCK]) :]


def read_at(descriptor: int, start: int, size: int) -> bytes:
    """Return ``size`` bytes from ``start``; fewer where the file ends."""
    blocks = []
    while size and (block := os.pread(descriptor, size, start)):
        blocks.append(block)
        start += len(block)
        size -= len(block)
    return b"".join(blocks)


def read_each(
    descriptors: Iterable[int], starts: Iterable[int], size: int
) -> list[bytes]:
    """Return ``size`` bytes from a place in each of some files; fewer at an end.

    Raises:
        OSError: a file cannot be read.
    """
    read = os.pread
    return [
        read(descriptor, size, start)
        for descriptor, start in zip(descriptors, starts, strict=True)
    ]


def open_to_read(path: Path) -> int:
    """Return a descriptor of a file.

    Raises:
        OSError: the file is missing or cannot be read.
    """
    sys.audit("bot.fsio", "read", str(path))
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def read_into(descriptor: int, view: memoryview, start: int) -> bool:
    """Fill a view with the bytes from ``start`` on; False where the file ends before.

    Raises:
        OSError: the file cannot be read.
    """
    while view:
        size = os.preadv(descriptor, [view], start)
        if not size:
            return False
        start += size
        view = view[size:]
    return True


def close(descriptor: int) -> None:
    """Let a descriptor go."""
    os.close(descriptor)
