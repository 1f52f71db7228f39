"""The files of a corpus: what there is, and their bytes, without leaving the folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from bot.config import CorpusConfig
from bot.errors import DocumentRefusedError, InputError

_ATTEMPTS = 3  # to read a file that somebody is writing
_NO_FILE = "is a device, pipe or socket; remove it"
_PIECE = 1_048_576  # bytes read at a time
_ONLY_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ONLY_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """An entry of the corpus folder.

    Attributes:
        path: relative to the corpus, with forward slashes; where the name is no
            text or has control characters, escaped so that it can be printed.
        size: in bytes, when it was listed.
        modified_ns: time of its last change, in nanoseconds; a hint, never proof.
        status: `readable`; `skipped` is left out on purpose; `refused` is an error.
        reason: why it is not readable, and what to do.
    """

    path: str
    size: int = 0
    modified_ns: int = 0
    status: Literal["readable", "skipped", "refused"] = "readable"
    reason: str = ""


def list_files(root: Path) -> list[CorpusFile]:
    """Return every entry below the folder, by path, each with what becomes of it.

    Hidden entries and links to other places in the corpus are skipped; links that
    leave it, devices, sockets, pipes and unreadable folders are refused. A folder
    that is not entered is one entry. No link below the root is followed.

    Raises:
        InputError: the root is missing, not a folder, or cannot be listed.
    """
    try:
        entries = sorted(os.scandir(root), key=lambda each: each.name)
    except OSError as error:
        raise InputError(
            f"the corpus {root} cannot be listed: {error.strerror}. Name a folder of "
            "documents with --corpus, or as `path` of [corpus] in bot.toml."
        ) from error
    real_root = os.path.realpath(root)
    files: list[CorpusFile] = []
    waiting = entries[::-1]
    while waiting:
        entry = waiting.pop()
        found = _look(entry, Path(root), real_root)
        if found is not None:
            files.append(found)
            continue
        try:
            waiting.extend(os.scandir(entry.path))
        except OSError as error:
            reason = f"cannot be listed: {error.strerror}; allow it or remove it"
            name = _relative(entry, Path(root))
            files.append(CorpusFile(name, status="refused", reason=reason))
    return sorted(files, key=lambda each: each.path)


def _relative(entry: os.DirEntry[str], root: Path) -> str:
    return _printable(PurePosixPath(os.path.relpath(entry.path, root)).as_posix())


def _printable(name: str) -> str:
    """Return a name without lone surrogates and control characters."""
    if name.isprintable():
        return name
    return name.encode("unicode_escape").decode("ascii")


def _look(entry: os.DirEntry[str], root: Path, real_root: str) -> CorpusFile | None:
    """Return what becomes of an entry; None for a folder to enter."""
    path = _relative(entry, root)
    if entry.name.startswith(".") or not entry.name.isprintable():
        return _look_at_name(entry.name, path)
    try:
        if entry.is_symlink():
            return _look_at_link(entry, path, real_root)
        about = entry.stat(follow_symlinks=False)
    except OSError as error:
        reason = f"cannot be looked at: {error.strerror}; mend or remove it"
        return CorpusFile(path, status="refused", reason=reason)
    if stat.S_ISDIR(about.st_mode):
        return None
    if not stat.S_ISREG(about.st_mode):
        return CorpusFile(path, status="refused", reason=_NO_FILE)
    return CorpusFile(path, about.st_size, about.st_mtime_ns)


def _look_at_name(name: str, path: str) -> CorpusFile:
    if name.startswith("."):
        reason = "is hidden; take the dot from its name to index it"
        return CorpusFile(path, status="skipped", reason=reason)
    reason = "has a name that is no printable text; rename it"
    return CorpusFile(path, status="refused", reason=reason)


def _look_at_link(entry: os.DirEntry[str], path: str, real_root: str) -> CorpusFile:
    try:
        target = os.path.realpath(entry.path, strict=True)
    except OSError:
        reason = "is a link to nothing; mend or remove it"
        return CorpusFile(path, status="refused", reason=reason)
    if os.path.commonpath([target, real_root]) == real_root:
        reason = "is a link to another place in the corpus, which counts"
        return CorpusFile(path, status="skipped", reason=reason)
    reason = "is a link out of the corpus; put the document itself here"
    return CorpusFile(path, status="refused", reason=reason)


def read_file(root: Path, path: str, limits: CorpusConfig) -> bytes:
    """Return the bytes that a file had at one moment.

    No link is followed on the way from the root, even if one was put there after
    the listing, and a file that changes while it is read is read again.

    Raises:
        DocumentRefusedError: it is gone, a link, no regular file, too large, or
            kept changing.
    """
    for _ in range(_ATTEMPTS):
        try:
            with _opened(root, path) as file:
                data = _read_once(file, path, limits)
        except OSError as error:
            reason = f"cannot be read: {error.strerror}; mend or remove it"
            raise DocumentRefusedError(path, reason) from error
        if data is not None:
            return data
    raise DocumentRefusedError(
        path, "changed each time it was read; index again when it is at rest"
    )


@contextmanager
def _opened(root: Path, path: str) -> Iterator[int]:
    """Open a file step by step, so that no folder on the way can be a link."""
    parts = PurePosixPath(path).parts
    if not parts or {"..", "/"} & set(parts) or not path.isprintable():
        raise DocumentRefusedError(path, "is not a path inside the corpus")
    *folders, name = parts
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for each in folders:
            inner = os.open(each, _ONLY_FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        file = os.open(name, _ONLY_FILE, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        yield file
    finally:
        os.close(file)


def _read_once(file: int, path: str, limits: CorpusConfig) -> bytes | None:
    """Return the content, or None if the file changed meanwhile."""
    before = os.fstat(file)
    if not stat.S_ISREG(before.st_mode):
        raise DocumentRefusedError(path, _NO_FILE)
    most = limits.max_file_mib * 1_048_576
    if before.st_size > most:
        raise DocumentRefusedError(
            path,
            f"has {before.st_size:,} bytes, more than corpus.max_file_mib "
            f"({limits.max_file_mib}) allows; split it or raise the limit",
        )
    pieces: list[bytes] = []
    left = before.st_size + 1  # one more shows that it grew
    while left > 0 and (piece := os.read(file, min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    after = os.fstat(file)
    changed = (before.st_size, before.st_mtime_ns, before.st_ctime_ns) != (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )
    data = b"".join(pieces)
    return None if changed or len(data) != before.st_size else data
