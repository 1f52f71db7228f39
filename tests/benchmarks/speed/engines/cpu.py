"""What the machine can do: the limits that times are compared with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.benchmarks.speed.material import Material

BYTES = 1 << 29  # read in one go: far more than any cache holds
FLOPS = 2 * 1024**3  # of a product of matrices of 1024 rows and columns


def read_memory(_: Material) -> Callable[[int], object]:
    """Add up half a gigabyte."""
    numbers = np.ones(BYTES // 8, np.int64)
    return lambda _: int(numbers.sum())


def multiply(_: Material) -> Callable[[int], object]:
    """Multiply two matrices of float32 with all cores."""
    matrix = np.ones((1024, 1024), np.float32)
    return lambda _: float((matrix @ matrix)[0, 0])
