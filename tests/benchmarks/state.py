"""How long the state takes for one question: claimed, begun, finished, each durable.

    python -m tests.benchmarks.state

Prints milliseconds for the three changes together, and how often as long as the file
takes them, in one run on the same disk.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bot.state.protocol import State
from tests.kept import Kept
from tests.redis_server import RedisServer

_QUESTIONS = 300


def _milliseconds(state: State, number: int) -> float:
    start = time.perf_counter()
    state.inbox.claim(str(number), {"text": "x" * 200}, "me", number, 15)
    state.inbox.begin(str(number), "me")
    state.inbox.finish(str(number), "done", "1.1", {"text": "x" * 200})
    return (time.perf_counter() - start) * 1000


def _stores(folder: Path, stack: ExitStack) -> Iterator[tuple[str, Kept]]:
    def started(name: str, *options: str) -> RedisServer:
        server = RedisServer(folder / name, *options)
        stack.callback(server.kill)
        return server

    yield "file", Kept(folder)
    yield "redis, appendfsync always", Kept(folder, started("always").url)
    weaker = started("everysec", "--appendfsync", "everysec")
    yield "redis, appendfsync everysec", Kept(folder, weaker.url)
    primary, replica = started("primary"), started("replica")
    replica.follow(primary)
    yield "redis, always, replicas = 1", Kept(folder, primary.url, {"replicas": 1})


def main() -> None:
    """Measure all stores in turn, question by question."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        states = {}
        for name, kept in _stores(Path(folder), stack):
            states[name] = state = kept.state()
            stack.callback(state.backend.close)
        times: dict[str, list[float]] = {name: [] for name in states}
        for number in range(_QUESTIONS):
            for name, state in states.items():
                times[name].append(_milliseconds(state, number))
        first = statistics.median(times["file"])
        for name, found in times.items():
            middle, late = statistics.median(found), sorted(found)[-_QUESTIONS // 20]
            sys.stdout.write(
                f"{name:30} p50 {middle:6.2f}  p95 {late:6.2f}  {middle / first:5.2f}\n"
            )


if __name__ == "__main__":
    main()
