"""Faults at the file operations of a build: kills, refused operations, power cuts."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

from tests.auditing import noting

ALL = os.environ.get("BOT_FAULTS") == "all"  # every point, not a sample of them


def stride(sample: int) -> int:
    """Return the distance between two points: one where all of them are wanted."""
    return 1 if ALL else sample


_NUMBERS = count()
Action = Callable[[str, tuple[Path, ...]], None]


def watched(action: Action) -> AbstractContextManager[None]:
    """Call an action before every file operation of the index."""

    def note(arguments: tuple[str, ...]) -> None:
        action(arguments[0], tuple(map(Path, arguments[1:])))

    return noting("bot.fsio", note)


class Counter:
    """Counts operations, and keeps their names."""

    def __init__(self) -> None:
        """Start at none."""
        self.names: list[str] = []

    def __call__(self, operation: str, _: tuple[Path, ...]) -> None:
        """Count one."""
        self.names.append(operation)


class Fault:
    """Does something at operation number ``at``, from 0, or from there on."""

    def __init__(
        self, at: int, act: Callable[[], None], *, persistent: bool = False
    ) -> None:
        """Start counting."""
        self._at = at
        self._act = act
        self._persistent = persistent
        self._count = 0

    def __call__(self, _: str, __: tuple[Path, ...]) -> None:
        """Count one, and act if it is the one."""
        number, self._count = self._count, self._count + 1
        if number == self._at or (self._persistent and number > self._at):
            self._act()


def refuse(code: int) -> Callable[[], None]:
    """Return an action that fails as the system call would."""

    def act() -> None:
        raise OSError(code, os.strerror(code))

    return act


Choice = Callable[[], int]  # 0 keeps what was synced, 1 what was not


class Disk:
    """What a disk still has after a power cut, as far as it was told to keep it.

    A file's bytes are safe after its fsync, a name after the fsync of its folder. Of
    everything else the disk may have kept the old or the new state, or half of it.
    ``deaf`` lists operations that this disk ignores: a build whose syncs do nothing.
    """

    def __init__(self, root: Path, *, deaf: frozenset[str] = frozenset()) -> None:
        """Take what is there now for safe."""
        self._root = root
        self._deaf = deaf
        self._ids: dict[int, int] = {}  # by inode, which the system uses again
        self._names: dict[Path, dict[str, int]] = {}  # folder to names to ids
        self._data: dict[int, bytes] = {}  # by id
        self._last: tuple[str, tuple[Path, ...]] | None = None
        for folder in [root, *(each for each in root.rglob("*") if each.is_dir())]:
            self._names[folder] = self._now(folder)
        for file in root.rglob("*"):
            if file.is_file():
                self._data[self._id(file)] = file.read_bytes()

    def __call__(self, operation: str, paths: tuple[Path, ...]) -> None:
        """Take note of the operation before this one: it has happened now."""
        self.settle()
        self._last = (operation, paths)

    def settle(self) -> None:
        """Take note of the last operation."""
        if self._last is None or self._last[0] in self._deaf:
            return
        operation, (path, *_) = self._last
        self._last = None
        if operation == "create" and path.exists():
            self._ids.pop(path.stat().st_ino, None)  # another file than before
        elif operation == "fsync":
            self._data[self._id(path)] = path.read_bytes()
        elif operation == "fsync-folder":
            self._names[path] = self._now(path)

    def survivors(self, choose: Choice) -> dict[Path, bytes]:
        """Return the files, relative to the root, that a cut leaves now."""
        found: dict[Path, bytes] = {}
        self._collect(self._root, choose, found)
        return found

    def _collect(self, folder: Path, choose: Choice, found: dict[Path, bytes]) -> None:
        safe, now = self._names.get(folder, {}), self._now(folder)
        for name in sorted(safe.keys() | now.keys()):
            changed = safe.get(name) != now.get(name)
            number = (safe, now)[choose() if changed else 0].get(name)
            path = folder / name
            if number is not None and path.is_dir():
                self._collect(path, choose, found)
            elif number is not None:
                present = number == now.get(name)
                data = self._content(number, path if present else None, choose)
                found[path.relative_to(self._root)] = data

    def _content(self, number: int, path: Path | None, choose: Choice) -> bytes:
        safe = self._data.get(number, b"")
        unsafe = path.read_bytes() if path else safe
        if safe == unsafe or not choose():
            return safe
        return unsafe[: len(unsafe) // 2] if choose() else unsafe

    def _now(self, folder: Path) -> dict[str, int]:
        if not folder.is_dir():
            return {}
        return {each.name: self._id(each) for each in folder.iterdir()}

    def _id(self, path: Path) -> int:
        return self._ids.setdefault(path.stat().st_ino, next(_NUMBERS))
