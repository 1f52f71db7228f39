"""From the start of a process to the first answer: the commands that people type.

As an installed program has it, modules are compiled: the first run of each command,
which is not counted, writes their bytecode.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.benchmarks.speed.material import Material
from tests.benchmarks.speed.rounds import Measured

_TIMES = 7
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def measure_commands(material: Material) -> list[Measured]:
    """Time `bot ask`, with the evidence model, and `bot search`, in turns."""
    index = ["--index", str(material.config.index_path)]
    query = material.queries[0]
    corpus = ["--corpus", str(material.config.corpus_path)]
    commands = {
        "bot ask": ["ask", query, *corpus, *index],
        "bot search": ["search", query, *corpus, *index],
    }
    results = {
        name: Measured("cold", name, material.size, cold=float("inf"))
        for name in commands
    }
    for turn in range(1 + _TIMES):
        for name, command in commands.items():
            seconds = _seconds(command)
            if turn:
                results[name].wall.append(1000 * seconds)
    for each in results.values():
        each.cold = each.p50 / 1000
    return [*results.values()]


def _seconds(command: Sequence[str]) -> float:
    environment = {k: v for k, v in os.environ.items() if k != _NO_BYTECODE}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot.cli", *command],
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    return time.perf_counter() - start
