"""The process that parses: it limits itself, then answers one file after another.

Started by `bot.ingest.isolation` as ``python -m bot.ingest.worker LIMITS``, with the
limits as JSON. On its standard input a file is a line of JSON (``path``, ``size``) and
the content; on its standard output the answer is lines of JSON: ``document`` or
``skipped``, and last ``done`` or ``refused``. It ends when its input does, and with
the status OUT_OF_MEMORY when a file needs too much.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import IO, Any

from bot.config import CorpusConfig
from bot.ingest.decoding import UndecodableError
from bot.ingest.documents import UnusableError, parser_failed
from bot.ingest.formats import find_format
from bot.ingest.frames import pack_frame, pack_line

OUT_OF_MEMORY = 77  # exit status
_MEBIBYTE = 1_048_576


def limit_process(limits: CorpusConfig) -> list[str]:
    """Give up what a parser never needs; return what the system cannot limit."""
    import resource  # noqa: PLC0415 - only this process needs it

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file can be written
    size = limits.max_memory_mib * _MEBIBYTE
    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    except (ValueError, OSError):
        return ["memory"]
    # macOS accepts the limit and does not keep it.
    return ["memory"] if sys.platform == "darwin" else []


def limit_next_file(limits: CorpusConfig) -> None:
    """Allow as much more processor time as one file may take."""
    import resource  # noqa: PLC0415 - only this process needs it

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + limits.max_cpu_seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def serve(
    requests: IO[bytes],
    answers: IO[bytes],
    limits: CorpusConfig,
    before_each: Callable[[CorpusConfig], None],
) -> None:
    """Answer requests until there are no more."""
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        before_each(limits)
        _answer(request["path"], data, answers, limits)


def _answer(path: str, data: bytes, answers: IO[bytes], limits: CorpusConfig) -> None:
    try:
        for each in find_format(path, data).reader()(path, data, limits):
            answers.write(pack_frame(each))
        last: dict[str, Any] = {"done": True}
    except (UnusableError, UndecodableError) as error:
        last = {"refused": str(error)}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a library raises costs one file
        last = {"refused": parser_failed(error)}
    answers.write(pack_line(last))
    answers.flush()


def main() -> None:
    """Serve the process that started this one."""
    limits = CorpusConfig(**json.loads(sys.argv[1]))
    # Libraries that print must not be able to speak for this process.
    with os.fdopen(os.dup(1), "wb") as answers, os.fdopen(os.dup(0), "rb") as requests:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        answers.write(pack_line({"missing": limit_process(limits)}))
        answers.flush()
        try:
            serve(requests, answers, limits, limit_next_file)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # at once: there may be no memory to end in order


if __name__ == "__main__":
    main()
