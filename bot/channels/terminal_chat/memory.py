"""What the chat remembers on disk: lines that were typed, and threads."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.payloads import answer_payload, read_answer
from bot.records import Answer

_KEPT = 20  # threads; the oldest go first
_REMEMBERED = 50  # answers of a thread kept in memory when none can be written
_LONGEST_LINE = 1_000_000  # characters of a stored answer; a longer one is damage


def state_folder(index: Path, environment: Mapping[str, str]) -> Path:
    """Return where one person's chats with one index are kept.

    They are the person's own, so they are in the home folder (by the XDG rules, or
    LOCALAPPDATA), not beside an index that others share.
    """
    if sys.platform == "win32" and "LOCALAPPDATA" in environment:
        base = Path(environment["LOCALAPPDATA"])
    elif environment.get("XDG_STATE_HOME", "").startswith("/"):
        base = Path(environment["XDG_STATE_HOME"])
    else:
        base = Path.home() / ".local" / "state"
    name = hashlib.sha256(os.fsencode(index.absolute())).hexdigest()[:16]
    return base / "bot" / "chats" / name


class Memory:
    """The threads of one person and one index; it may fail, and never stops a chat."""

    def __init__(self, folder: Path | None) -> None:
        """Take a folder; None keeps nothing beyond this session."""
        self._folder = folder
        self._thread: Path | None = None
        self._unwritten: deque[Answer] = deque(maxlen=_REMEMBERED)
        self.problem = ""
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                self._folder = None
                self.problem = f"{folder} cannot be used ({error.strerror})"

    @property
    def history(self) -> Path | None:
        """The file of lines that were typed."""
        if self._folder is None:
            return None
        file = self._folder / "history"
        try:
            file.touch(mode=0o600)
        except OSError as error:
            self.problem = f"{file} cannot be written ({error.strerror})"
            return None
        return file

    def past_questions(self, limit: int) -> list[str]:
        """Return questions of earlier threads, the latest first, each once."""
        found: dict[str, None] = {}
        for file in reversed(self._threads()):
            for each in reversed(list(_answers(file))):
                found[each.question] = None
                if len(found) == limit:
                    return list(found)
        return list(found)

    def begin(self, *, resume: bool) -> list[Answer]:
        """Begin a thread, or go on with the last one; returns its answers so far."""
        threads = self._threads()
        if resume and threads:
            self._thread = threads[-1]
            return list(_answers(self._thread))
        if self._folder is not None:
            last = int(threads[-1].stem) if threads else 0
            self._thread = self._folder / f"{last + 1:06}.jsonl"
            for old in threads[: 1 - _KEPT]:
                old.unlink(missing_ok=True)
        self._unwritten.clear()
        return []

    def keep(self, answer: Answer) -> None:
        """Add an answer to the thread."""
        if self._thread is None:
            self._unwritten.append(answer)
            return
        text = json.dumps(answer_payload(answer), ensure_ascii=True)
        try:
            file = os.open(self._thread, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(file, "w", encoding="ascii") as opened:
                opened.write(f"{text}\n")
        except OSError as error:
            self.problem = f"{self._thread} cannot be written ({error.strerror})"
            self._thread = None
            self._unwritten.append(answer)

    def thread(self) -> list[Answer]:
        """Return the answers of the thread, oldest first."""
        written = [] if self._thread is None else list(_answers(self._thread))
        return [*written, *self._unwritten]

    def _threads(self) -> list[Path]:
        if self._folder is None:
            return []
        return sorted(
            each for each in self._folder.glob("*.jsonl") if each.stem.isdecimal()
        )


def _answers(file: Path) -> Iterator[Answer]:
    """Read a thread; a line that was cut by a crash is left out."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            while line := opened.readline(_LONGEST_LINE):
                try:
                    yield read_answer(json.loads(line))
                except (ValueError, KeyError, TypeError):
                    continue
    except OSError:
        return
