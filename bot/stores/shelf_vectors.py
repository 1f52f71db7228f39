"""Reads the vectors of a collection; exact ones stay in memory where they are few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.dense import Floats
from bot.narrow import HeldVectors, NarrowVectors
from bot.stores.exact_rows import ExactRows
from bot.stores.holding import in_groups, is_whole
from bot.stores.manifest import BucketRef
from bot.stores.objects import Objects, damaged
from bot.stores.vectors import open_vectors

Longs = NDArray[np.int64]


def read_vectors(
    objects: Objects,
    buckets: Sequence[BucketRef],
    rows: Sequence[Longs],
    dimensions: int,
) -> NarrowVectors:
    """Read and check the vectors of a collection.

    Args:
        objects: of the index.
        buckets: of the collection.
        rows: for each bucket the row of each of its chunks.
        dimensions: of every vector.

    Raises:
        IndexDamagedError: an object is missing, changed, or not what it should be.
    """
    shape = (sum(each.chunks for each in buckets), dimensions)
    held = np.empty(shape, np.float32) if is_whole(buckets) else None
    read = ExactRows(
        [objects.path(each.vectors) for each in buckets],
        [each.chunks for each in buckets],
        dimensions,
    )

    def taken_in() -> Iterator[tuple[Longs, Floats]]:
        parts = _parts(objects, buckets, dimensions)
        for number, (own, (part, offset)) in enumerate(zip(rows, parts, strict=True)):
            if held is not None:
                held[own] = part
            else:
                read.expect(number, offset, own, part)
            yield own, part

    exact = read if held is None else HeldVectors(held)
    return NarrowVectors.of(taken_in(), shape, exact)


def _parts(
    objects: Objects, buckets: Sequence[BucketRef], dimensions: int
) -> Iterator[tuple[Floats, int]]:
    """Yield the vectors of each bucket, and the bytes before them in its object."""
    for group in in_groups(buckets, lambda each: each.vectors.size):
        blocks = objects.read_all([each.vectors for each in group])
        for bucket, data in zip(group, blocks, strict=True):
            _, vectors = open_vectors(objects, bucket, data, dimensions)
            start = vectors.ctypes.data - np.frombuffer(data, np.uint8).ctypes.data
            if not np.isfinite(vectors).all():
                file = objects.path(bucket.vectors)
                raise damaged(file, "holds vectors that are no numbers")
            yield vectors, start
