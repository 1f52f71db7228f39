"""A program that kills builds: at every operation, or at random moments.

It is run by test_crash.py in a process of its own, since it forks: a fork of a process
with threads is not safe. What it prints is JSON, one line at the end.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.errors import IndexBusyError
from bot.stores.generations import IndexFolder
from tests.faults import Counter, Fault, watched
from tests.scenarios import SCENARIOS, Answers, Scenario, debris, state
from tests.small_index import (
    TEXTS,
    answers,
    build,
    everything,
    read,
    settings,
    write_corpus,
)

_CHILD_FAILED = 3
_BUSY = 4


def kill() -> None:
    """End this process as the system would: at once, with nothing tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(act: Callable[[], object]) -> int:
    """Run something in a process of its own; return that process's id."""
    child = os.fork()
    if child == 0:
        status = _CHILD_FAILED
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return child


def killed_at(point: int, act: Callable[[], object]) -> bool:
    """Run something in a process that dies at an operation; tell whether it did."""

    def run() -> None:
        with watched(Fault(point, kill)):
            act()

    _, status = os.waitpid(in_child(run), 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"the build failed instead of being killed, {status}")
    return os.WIFSIGNALED(status)


def sweep(name: str, folder: Path, sample: int, offset: int) -> dict[str, Any]:
    """Kill a scenario at some operations, and each time its recovery too.

    Args:
        name: of the scenario.
        folder: an empty one to work in.
        sample: points wanted; 0 is every operation.
        offset: moves the points that are chosen.
    """
    scenario = SCENARIOS[name]
    base, work = folder / "base", folder / "work"
    scenario.prepare(base)
    allowed = scenario.states(base)
    total = _operations(scenario, base, work)
    stride = max(total // sample, 1) if sample else 1
    points = range(offset % stride, total, stride)
    final = _fresh(scenario.moved(base), folder / "fresh")
    problems: list[str] = []
    kills = 0
    for point in points:
        config = _restored(scenario, base, work)
        kills += killed_at(point, lambda: scenario.act(config))  # noqa: B023 - run now
        if state(config) not in allowed:
            problems.append(f"{name}, killed at {point}: neither the old nor the new")
            continue
        kills += killed_at(7 * point % total, lambda: build(config))  # noqa: B023
        if state(config) not in [*allowed, final]:
            problems.append(f"{name}, killed at {point} and again: a mixture")
        build(config)
        if answers(config) != final:
            problems.append(f"{name}, killed at {point}: wrong after recovery")
        problems += [
            f"{name}, killed at {point}: left {each}" for each in debris(config)
        ]
    return {"points": len(points), "kills": kills, "problems": problems}


def _operations(scenario: Scenario, base: Path, work: Path) -> int:
    config = _restored(scenario, base, work)
    counter = Counter()
    with watched(counter):
        scenario.act(config)
    return len(counter.names)


def _restored(scenario: Scenario, base: Path, work: Path) -> Config:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(base, work)
    return scenario.moved(work)


def _fresh(config: Config, folder: Path) -> Answers:
    """Return the answers of an index built from nothing for the same corpus."""
    shutil.copytree(config.corpus_path, folder / "corpus")
    other = dataclasses.replace(settings(folder), encoder=config.encoder)
    build(other)
    return answers(other)


def random_moments(kills: int, folder: Path, seed: int) -> dict[str, Any]:
    """Kill builds at random moments while readers open the index again and again."""
    config = settings(folder)
    corpora = [dict(TEXTS), {**TEXTS, "ships/tug.md": "# Tug\n\nAnother tug.\n"}]
    allowed = []
    for texts in corpora:
        write_corpus(config.corpus_path, texts)
        start = time.monotonic()
        build(config, rebuild=True)
        duration = time.monotonic() - start
        allowed.append(answers(config))
    readers = [
        in_child(lambda: _read_on(config, allowed, folder / name))  # noqa: B023
        for name in ("reader-1", "reader-2")
    ]
    moments = random.Random(seed)  # noqa: S311 - a test, not a secret
    done = problems = 0
    for number in range(kills):
        write_corpus(config.corpus_path, corpora[number % 2])
        child = in_child(lambda: build(config, rebuild=True))
        time.sleep(moments.uniform(0, duration))  # the moment of the kill is the test
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        done += os.WIFSIGNALED(status)
        problems += answers(config) not in allowed
    build(config)
    problems += answers(config) != allowed[(kills - 1) % 2] or bool(debris(config))
    for each in readers:
        os.kill(each, signal.SIGTERM)
        problems += os.waitpid(each, 0)[1] != 0
    opened = [len((folder / each).read_bytes()) for each in ("reader-1", "reader-2")]
    return {"kills": done, "problems": problems, "opened": opened}


def together(builders: int, folder: Path) -> dict[str, Any]:
    """Start builds of one index at the same moment, and a patient one after them."""
    config = settings(folder)
    write_corpus(config.corpus_path, TEXTS)

    def hasty() -> None:
        try:
            build(config)
        except IndexBusyError:
            os._exit(_BUSY)

    children = [in_child(hasty) for _ in range(builders)]
    children.append(in_child(lambda: build(config, patience=60)))
    codes = [os.WEXITSTATUS(os.waitpid(each, 0)[1]) for each in children]
    return {"codes": codes, "generation": IndexFolder(config.index_path).generations()}


def _read_on(config: Config, allowed: list[Answers], log: Path) -> None:
    """Open the index until told to end; write one byte for each time."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    while not stopped:
        with log.open("ab") as file:
            file.write(b".")
        with closing(read(config)) as reader:
            found = {"fingerprint": reader.fingerprint, **everything(reader)}
        if found not in allowed:
            raise RuntimeError("a reader saw a mixture")


if __name__ == "__main__":
    mode, where, *numbers = sys.argv[1:]
    first, second = (*map(int, numbers), 0)[:2]
    place = Path(where)
    if mode == "together":
        result = together(first, place)
    elif mode == "random":
        result = random_moments(first, place, second)
    else:
        result = sweep(mode, place, first, second)
    sys.stdout.write(json.dumps(result))
