"""What the machine can do: the limits that times are compared with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tests.benchmarks.speed.material import Material

BYTES = 1 << 29  # read in one go, in as many rounds as it takes
FLOPS = 2 * 2048**3  # of a product of matrices of 2048 rows and columns
HASHED = 1 << 26  # bytes
_DIMENSIONS = 384
_LEAST = 1 << 22  # bytes; of less, the calls would be measured


def read_memory(material: Material) -> Callable[[int], object]:
    """Read, with all cores, as many bytes as narrow vectors have, over and over.

    What fits into a cache is read from there, as it is between two questions. Of a
    maximum of bytes and a sum of whole numbers the former is the quicker where a
    cache serves it, the latter from memory: they take turns.
    """
    size = max(material.size * _DIMENSIONS, _LEAST)
    cores = len(os.sched_getaffinity(0))
    parts = [np.ones(size // cores // 8 * 8, np.uint8) for _ in range(cores)]
    rounds = BYTES // size + 1
    pool = ThreadPoolExecutor(cores)

    def read(number: int) -> None:
        def work(part: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
            numbers = part.view(np.int64)
            for _ in range(rounds):
                _ = part.max() if number % 2 else numbers.sum()

        list(pool.map(work, parts))

    return read


def bytes_read(size: int) -> int:
    """Return how many bytes `read_memory` reads in one go."""
    size = max(size * _DIMENSIONS, _LEAST)
    return size * (BYTES // size + 1)


def multiply(_: Material) -> Callable[[int], object]:
    """Multiply two large matrices of float32 with all cores."""
    matrix = np.ones((2048, 2048), np.float32)
    return lambda _: float((matrix @ matrix)[0, 0])


def hash_bytes(_: Material) -> Callable[[int], object]:
    """Hash bytes with SHA-256, as whatever is read of an index is, on one core."""
    data = bytes(HASHED)
    return lambda _: hashlib.sha256(data).hexdigest()
