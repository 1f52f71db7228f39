"""Times the stages of an answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """Times the stages of one answer, in milliseconds."""

    def __init__(self) -> None:
        """Begin with the total."""
        self._start = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time a stage; of one that comes again, the times are added."""
        start = time.perf_counter()
        yield
        before = self._stages.get(stage, 0.0)  # of another question of the message
        self._stages[stage] = round(before + _milliseconds(start), 3)

    def read(self) -> dict[str, float]:
        """Return the time of each stage, and of all until now."""
        return {**self._stages, "total": _milliseconds(self._start)}


def _milliseconds(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)
