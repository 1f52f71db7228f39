"""One engine in a process of its own: opens, then answers and times batches of queries.

Usage: python -m tests.benchmarks.speed.worker MODULE FUNCTION FOLDER SIZE

It reads one JSON object a line, ``{"queries": [...], "seconds": ...}``, and writes one:
``wall``, milliseconds of each query that it came to, ``cpu``, milliseconds of
processor time of all, ``resident``, bytes, and ``answers``.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from tests.benchmarks.speed.material import Material


def main(arguments: Sequence[str]) -> None:
    """Serve one engine until the input ends."""
    module_name, function, folder, size = arguments
    replies = _only_replies()
    material = Material(Path(folder), int(size))
    module = importlib.import_module(f"tests.benchmarks.speed.engines.{module_name}")
    imported = resident()
    start = time.perf_counter()
    ask = getattr(module, function)(material)
    opened = time.perf_counter() - start
    _reply(
        replies,
        {"imported": imported, "resident": resident(), "opened": opened},
    )
    for line in sys.stdin:
        _reply(replies, _answered(ask, json.loads(line)))


def resident() -> int:
    """Return the bytes of this process that are in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def _answered(ask: Callable[[int], object], task: dict[str, Any]) -> dict[str, object]:
    wall: list[float] = []
    answers: list[object] = []
    end = time.perf_counter() + task["seconds"]
    cpu = time.process_time()
    for number in task["queries"]:
        start = time.perf_counter()
        if start > end:
            break
        answer = ask(number)
        wall.append((time.perf_counter() - start) * 1000)
        if task.get("answers"):
            answers.append(answer)
    cpu = (time.process_time() - cpu) * 1000
    return {"wall": wall, "cpu": cpu, "resident": resident(), "answers": answers}


def _only_replies() -> TextIO:
    """Return stdout for replies alone: what libraries print goes to stderr."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def _reply(replies: TextIO, value: object) -> None:
    replies.write(json.dumps(value, default=_no_json) + "\n")
    replies.flush()


def _no_json(_: object) -> None:
    """Stand for a library's own kind of answer, which is not compared."""


if __name__ == "__main__":
    main(sys.argv[1:])
