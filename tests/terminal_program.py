"""Runs the real program in a pseudo-terminal, as a person at a keyboard would."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pexpect

_SEQUENCE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>]"
)
_WHERE = "\x1b[6n"  # the program asks where the cursor is
_PATIENCE = 120  # seconds; a busy machine is slow, a broken program never answers


def bare(text: str) -> str:
    """Take the control sequences out of what a terminal was sent."""
    return _SEQUENCE.sub("", text).replace("\r", "")


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        columns: int = 80,
    ) -> None:
        """Start `python ARGUMENTS` in a folder that is also its home."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in {"PATH", "LANG", "LC_ALL", "COV_CORE_CONFIG", "PYTHONPATH"}
            or name.startswith(("COV", "COVERAGE"))
        }
        self._child: Any = pexpect.spawn(
            sys.executable,
            list(arguments),
            cwd=str(folder),
            env={
                "LANG": "C.UTF-8",
                **kept,
                "HOME": str(folder),
                "TERM": "xterm-256color",
                "FORCE_HYPERLINK": "1",
                **(environment or {}),
            },
            dimensions=(40, columns),
            encoding="utf-8",
            codec_errors="replace",
            timeout=_PATIENCE,
        )
        self.raw = ""  # everything that was sent to the terminal so far
        self._unread = ""

    @property
    def pid(self) -> int:
        """The program's process id."""
        pid: int = self._child.pid
        return pid

    def see(self, pattern: str) -> str:
        """Wait until the pattern was shown; returns what was shown up to its end.

        The pattern is matched with control sequences left out of the text.
        """
        wanted = re.compile(pattern)
        end = time.monotonic() + _PATIENCE
        while not (match := wanted.search(bare(self._unread))):
            try:
                # A sign that turns while it waits is output without end.
                self._unread += self._receive(end - time.monotonic())
            except (pexpect.EOF, pexpect.TIMEOUT) as error:
                problem = f"{type(error).__name__} before {pattern!r}"
                raise AssertionError(f"{problem}: {bare(self._unread)!r}") from None
        return self._read_up_to(match.end())

    def _read_up_to(self, length: int) -> str:
        """Take so many characters off what was not read yet, sequences not counted."""
        place, shown = 0, ""
        while len(shown) < length:
            sequence = _SEQUENCE.match(self._unread, place)
            if sequence:
                place = sequence.end()
                continue
            shown += bare(self._unread[place])
            place += 1
        self._unread = self._unread[place:]
        return shown

    def _receive(self, patience: float = _PATIENCE) -> str:
        if patience <= 0:
            raise pexpect.TIMEOUT("patience is at an end")
        sent: str = self._child.read_nonblocking(4_096, patience)
        if _WHERE in sent:
            self._child.send("\x1b[1;1R")
        self.raw += sent
        return sent

    def type(self, text: str) -> None:
        """Press keys."""
        self._child.send(text)

    def enter(self, text: str) -> None:
        """Type a line and press Enter."""
        self._child.send(f"{text}\r")

    def resize(self, columns: int) -> None:
        """Make the window wider or narrower."""
        self._child.setwinsize(40, columns)

    def end(self) -> int:
        """Wait for the program to end; returns its exit code."""
        with contextlib.suppress(pexpect.EOF):
            while True:
                self._receive()
        self._child.close()
        code: int = self._child.exitstatus
        return code

    def stop(self) -> None:
        """End the program if it still runs."""
        self._child.close(force=True)
