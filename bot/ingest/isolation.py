"""Files that could harm a parser are read by another process, which may be lost.

It has limits on memory, processor time and time, cannot write files, and knows no
secret of the environment. A crash or a hang costs the file that caused it.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from bot.config import CorpusConfig
from bot.ingest.documents import Found, UnusableError
from bot.ingest.frames import FrameError, pack_line, read_frame
from bot.ingest.worker import OUT_OF_MEMORY

_LONGEST_ANSWER = 1 << 30  # bytes; a process that says more is not to be believed
_ADVICE = "simplify or split it, or raise the limit"


def read_apart(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a file in a process of its own, which later files share.

    Args:
        path: inside the corpus.
        data: the whole content.
        limits: what one file may cost.

    Raises:
        UnusableError: nothing of the file can be used, or it cost more than allowed.
    """
    return _parser(limits).read(path, data)


def unlimited(limits: CorpusConfig) -> list[str]:
    """Return what this system cannot limit, such as "memory" on macOS."""
    return _parser(limits).missing()


@cache
def _parser(limits: CorpusConfig) -> Parser:
    parser = Parser(limits)
    atexit.register(parser.close)
    return parser


class _LostError(Exception):
    """The process cannot be used any more; the message says what the file did."""


class Parser:
    """A process that parses, started when it is needed and again when it was lost."""

    def __init__(self, limits: CorpusConfig) -> None:
        """Start nothing yet."""
        self._limits = limits
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._missing: list[str] = []
        self._answered = 0  # files, by the present process

    def read(self, path: str, data: bytes) -> Found:
        """Read one file.

        What a process read before must not decide what becomes of this file: only a
        process that has read nothing else is believed when it fails.

        Raises:
            UnusableError: nothing of the file can be used, or it cost too much.
        """
        with self._guard:
            try:
                if self._answered:
                    try:
                        return self._ask(path, data)
                    except _LostError:
                        pass
                return self._ask(path, data)
            except _LostError as error:
                raise UnusableError(str(error)) from error

    @property
    def process_id(self) -> int:
        """Number of the process, which is started if there is none."""
        with self._guard:
            return self._running().pid

    def missing(self) -> list[str]:
        """Return what the system cannot limit."""
        with self._guard:
            self._running()
            return self._missing

    def close(self) -> None:
        """End the process."""
        with self._guard:
            self._end()

    def _ask(self, path: str, data: bytes) -> Found:
        """Send a file and read the answer.

        Raises:
            UnusableError: the file is refused, or takes too long.
            _LostError: the process failed.
        """
        process = self._running()
        with _deadline(process, self._limits.max_seconds) as late:
            try:
                found = self._exchange(process, path, data)
            except UnusableError:
                self._answered += 1
                raise
            except (OSError, FrameError) as error:
                self._end()
                if late.is_set():
                    raise UnusableError(
                        f"takes more than corpus.max_seconds "
                        f"({self._limits.max_seconds}) to parse; {_ADVICE}"
                    ) from error
                raise _LostError(self._reason(process.returncode, error)) from error
            except BaseException:
                self._end()  # it may be in the middle of an answer
                raise
        self._answered += 1
        return found

    def _exchange(
        self, process: subprocess.Popen[bytes], path: str, data: bytes
    ) -> Found:
        requests, answers = _pipes(process)
        requests.write(pack_line({"path": path, "size": len(data)}))
        requests.write(data)
        requests.flush()
        found: Found = []
        left = _LONGEST_ANSWER
        while left > 0:
            line = answers.readline(left)
            left -= len(line)
            answer = _object(line)
            if "done" in answer:
                return found
            if "refused" in answer:
                raise UnusableError(str(answer["refused"]))
            found.append(read_frame(answer))
        raise FrameError("endless")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = _start(self._limits)
            self._answered = 0
            _, answers = _pipes(self._process)
            self._missing = list(_object(answers.readline())["missing"])
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            for pipe in _pipes(process):
                with suppress(OSError):  # what was not sent is not wanted any more
                    pipe.close()
            process.kill()
            process.wait()

    def _reason(self, status: int, error: Exception) -> str:
        """Say what a file did to the process, by how that ended."""
        if status == OUT_OF_MEMORY:
            return (
                f"needs more than corpus.max_memory_mib ({self._limits.max_memory_mib})"
                f" to parse; {_ADVICE}"
            )
        if status == -signal.SIGXCPU:
            return (
                "needs more processor time than corpus.max_cpu_seconds "
                f"({self._limits.max_cpu_seconds}) to parse; {_ADVICE}"
            )
        how = f"status {status}"
        if status == -signal.SIGKILL and isinstance(error, FrameError):
            how = f"an answer {error}"
        elif status < 0:
            how = signal.Signals(-status).name
        return (
            f"crashes its parser ({how}); it may be damaged, so save it again with the "
            "program it comes from or remove it"
        )


@contextmanager
def _deadline(
    process: subprocess.Popen[bytes], seconds: float
) -> Iterator[threading.Event]:
    """Kill the process, and say so, if the block takes longer."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, give_up)
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _start(limits: CorpusConfig) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-P", "-m", "bot.ingest.worker"]
    root = str(Path(__file__).parents[2])  # that holds the package bot
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(  # noqa: S603 - this program, with its own settings
        [*program, json.dumps(asdict(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Nothing else of the environment, which may hold secrets; a fixed seed, so
        # that a library's hash order is the same in every run.
        env={
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
        },
        start_new_session=True,  # Ctrl-C is for this process, which ends that one
    )


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    return cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)


def _object(line: bytes) -> dict[str, Any]:
    """Read a line of the process.

    Raises:
        FrameError: it is cut off, as by the end of the process, or no object.
    """
    try:
        values = json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError) as error:
        raise FrameError("which is not JSON") from error
    if not isinstance(values, dict):
        raise FrameError("which is cut off")
    return values
