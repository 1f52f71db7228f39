"""Single vectors, read from the objects of an index when a search needs them.

The objects were verified whole when the index was opened. A checksum of every vector
is kept from then on, so what is read later is what was verified then, or an error:
a file is read and never mapped, since a mapped one that is cut kills the process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import BoundedSemaphore, Lock

import numpy as np
from numpy.typing import NDArray

from bot import fsio
from bot.dense import Floats
from bot.stores.objects import damaged

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Checksums = NDArray[np.uint32]

_SLOTS = BoundedSemaphore(512)  # files kept open, of 1,024 that a process commonly may
_FACTOR = (
    0x9E3779B97F4A7C15  # odd, so are its powers: no changed word is multiplied away
)


class ExactRows:
    """Reads the exact vectors of rows; may be used by several threads at once."""

    def __init__(
        self, files: Sequence[Path], counts: Sequence[int], dimensions: int
    ) -> None:
        """Say where the vectors are.

        Args:
            files: one a bucket.
            counts: vectors in each file.
            dimensions: of every vector.
        """
        self._files = files
        self._dimensions = dimensions
        self._width = 4 * dimensions
        self._starts = np.cumsum([0, *counts])
        self._offsets = np.zeros(len(files), np.int64)
        self._places = np.empty(self._starts[-1], np.int32)
        self._checksums = np.empty(self._starts[-1], np.uint32)
        self._factors = _factors(dimensions)
        self._open: dict[int, int] = {}  # number of the file -> descriptor
        self._lock = Lock()

    def expect(self, number: int, offset: int, rows: Longs, vectors: Floats) -> None:
        """Say what is in a file: its rows, aligned with its vectors.

        Args:
            number: of the file.
            offset: bytes before its vectors.
            rows: of the collection.
            vectors: as they were verified.
        """
        start, end = self._starts[number : number + 2].tolist()
        self._offsets[number] = offset
        self._places[rows] = np.arange(start, end)
        self._checksums[rows] = self._checksum(vectors)

    def __call__(self, rows: Longs) -> Floats:
        """Return the vectors of rows, aligned.

        Raises:
            IndexDamagedError: a file is missing, cut, or not what it was.
        """
        places = self._places[rows]
        numbers = np.searchsorted(self._starts, places, side="right") - 1
        starts = self._offsets[numbers] + (places - self._starts[numbers]) * self._width
        files = numbers.tolist()
        parts = self._parts(files, starts.tolist())
        flat = np.frombuffer(b"".join(parts), np.float32)
        vectors = flat.reshape(len(rows), self._dimensions)
        wrong = np.flatnonzero(self._checksum(vectors) != self._checksums[rows])
        if len(wrong):
            raise damaged(
                self._files[files[wrong[0]]], "has changed since the index was opened"
            )
        return vectors

    def close(self) -> None:
        """Close the files that are kept open."""
        with self._lock:
            for descriptor in self._open.values():
                fsio.close(descriptor)
                _SLOTS.release()
            self._open.clear()

    def _parts(self, files: Sequence[int], starts: Sequence[int]) -> Iterable[bytes]:
        try:
            descriptors = [self._open[number] for number in files]
            parts = fsio.read_each(descriptors, starts, self._width)
        except (KeyError, OSError):  # not all are open, or one has a fault to be named
            return map(self._read, files, starts)
        whole = all(len(part) == self._width for part in parts)
        return parts if whole else map(self._read, files, starts)

    def _read(self, number: int, start: int) -> bytes:
        try:
            descriptor = self._open.get(number)
            if descriptor is not None:
                data = fsio.read_at(descriptor, start, self._width)
            else:
                data = self._read_new(number, start)
        except OSError as error:
            what = f"cannot be read: {error.strerror}"
            raise damaged(self._files[number], what) from error
        if len(data) != self._width:
            raise damaged(self._files[number], "ends before its last vector")
        return data

    def _read_new(self, number: int, start: int) -> bytes:
        with self._lock:
            descriptor = self._open.get(number)
            if descriptor is None:
                descriptor = fsio.open_to_read(self._files[number])
                if _SLOTS.acquire(blocking=False):
                    self._open[number] = descriptor
            try:
                return fsio.read_at(descriptor, start, self._width)
            finally:
                if number not in self._open:
                    fsio.close(descriptor)

    def _checksum(self, vectors: Floats) -> Checksums:
        words = vectors.view(np.uint64 if self._dimensions % 2 == 0 else np.uint32)
        sums = np.einsum("ij,j->i", words.astype(np.uint64, copy=False), self._factors)
        checksums: Checksums = (sums >> np.uint64(32)).astype(np.uint32)
        return checksums


def _factors(dimensions: int) -> NDArray[np.uint64]:
    words = dimensions // 2 if dimensions % 2 == 0 else dimensions
    return np.cumprod(np.full(words, _FACTOR, np.uint64), dtype=np.uint64)
