"""Engines side by side: a process each, asked in turns, so that load hits all alike."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROUNDS = 3
PATIENCE = 420.0  # seconds for an engine to open
_WARM = 3  # queries asked before any is timed, besides the very first


@dataclass(frozen=True, slots=True)
class Engine:
    """What is measured: a name for tables, and where it is."""

    name: str
    module: str
    function: str


@dataclass(frozen=True, slots=True)
class Task:
    """What each of some engines is asked."""

    part: str
    folder: Path  # of the material
    size: int  # passages
    queries: Sequence[int]  # shared out over the rounds; a slow engine does some
    seconds: float  # an engine has in a round
    answers: bool = False  # keep them
    long: bool = (
        False  # a query takes seconds, so that the very first is warming enough
    )


@dataclass(slots=True)
class Measured:
    """What was measured of an engine at a size."""

    part: str
    name: str
    size: int
    cold: float = 0.0  # seconds from the start of the process to the first answer
    opened: float = 0.0  # seconds to open, libraries imported
    memory: int = 0  # bytes that opening and answering took
    wall: list[float] = field(default_factory=list)  # milliseconds
    cpu: float = 0.0  # milliseconds of processor time a query
    answers: dict[int, Any] = field(default_factory=dict)
    failed: str = ""

    @property
    def p50(self) -> float:
        """Median time of a query, milliseconds."""
        return _quantile(self.wall, 0.5)

    def summary(self) -> dict[str, Any]:
        """Return what is kept of it."""
        values = asdict(self)
        del values["wall"], values["answers"]
        quantiles = {
            f"p{percent}": _quantile(self.wall, percent / 100)
            for percent in (0, 10, 50, 95)
        }
        return {**values, **quantiles, "queries": len(self.wall)}


class _Worker:
    """A running engine."""

    def __init__(self, engine: Engine, measured: Measured, folder: Path) -> None:
        self.measured = measured
        self._asked = 0
        start = time.perf_counter()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.benchmarks.speed.worker"),
                *(engine.module, engine.function, str(folder), str(measured.size)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / f"{engine.module}.log").open("a"),
            text=True,
        )
        opened = self._receive(PATIENCE)
        self._before = opened["imported"]
        measured.opened = opened["opened"]
        self.ask([0], 60.0, timed=False)
        measured.cold = time.perf_counter() - start

    def ask(
        self,
        queries: Sequence[int],
        seconds: float,
        *,
        timed: bool,
        answers: bool = False,
    ) -> None:
        task = {"queries": [*queries], "seconds": seconds, "answers": answers}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        reply = self._receive(seconds + PATIENCE)
        self.measured.memory = reply["resident"] - self._before
        if timed:
            done, total = len(reply["wall"]), len(self.measured.wall)
            self.measured.wall += reply["wall"]
            if done:
                cpu = self.measured.cpu * total + reply["cpu"]
                self.measured.cpu = cpu / (total + done)
        self.measured.answers |= dict(zip(queries, reply["answers"], strict=False))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _receive(self, seconds: float) -> Any:  # noqa: ANN401 - JSON
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            ready = selector.select(seconds)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            raise RuntimeError("ended without an answer" if ready else "took too long")
        return json.loads(line)


def measure(engines: Sequence[Engine], task: Task) -> list[Measured]:
    """Open engines one after another, then ask them in turns."""
    results = [Measured(task.part, each.name, task.size) for each in engines]
    workers: list[_Worker] = []
    for engine, measured in zip(engines, results, strict=True):
        sys.stderr.write(f"  {task.part} {task.size:,}: {engine.name}\n")
        try:
            worker = _Worker(engine, measured, task.folder)
            if not task.long:
                worker.ask(task.queries[-_WARM:], task.seconds, timed=False)
        except RuntimeError as error:
            measured.failed = str(error)
            continue
        workers.append(worker)
    try:
        for turn in range(ROUNDS):
            share = task.queries[turn::ROUNDS]
            for worker in [*workers]:
                try:
                    worker.ask(share, task.seconds, timed=True, answers=task.answers)
                except RuntimeError as error:
                    worker.measured.failed = str(error)
                    workers.remove(worker)
    finally:
        for worker in workers:
            worker.stop()
    return results


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
