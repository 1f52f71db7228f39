"""The vectors that a build has made, kept so that an interrupted build goes on.

A line that names the encoder, then one record a vector: key, vector, checksum. A
record that was cut off or damaged ends the file; what stands before it is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bot import fsio
from bot.dense import Floats
from bot.stores.vectors import KEY

_CHECKSUM = 8  # bytes of a SHA-256: chance damage is noticed, nothing more is needed
_BLOCK = 1 << 22  # bytes read at once


class VectorCache:
    """Key to vector, in a file that only grows."""

    def __init__(self, log: fsio.Log, encoder: str, dimensions: int) -> None:
        """Find the vectors in a log; one of another encoder is emptied.

        Raises:
            IndexWriteError: the disk refuses.
        """
        self._log = log
        self._vector = 4 * dimensions
        self._dimensions = dimensions
        self._places: dict[bytes, int] = {}
        header = f"bot-vectors 1 {encoder} {dimensions}\n".encode()
        if log.read(0, len(header)) != header:
            log.cut(0)
            log.append(header)
        else:
            self._find_records(len(header))

    def __contains__(self, key: bytes) -> bool:
        """Tell whether there is a vector for the key."""
        return key in self._places

    def add(self, keys: Sequence[bytes], vectors: Floats) -> None:
        """Keep vectors, aligned with their keys.

        Raises:
            IndexWriteError: the disk refuses.
        """
        rows = np.ascontiguousarray(vectors, "<f4")
        records = [key + row.tobytes() for key, row in zip(keys, rows, strict=True)]
        place = self._log.append(b"".join(each + _checksum(each) for each in records))
        for key, record in zip(keys, records, strict=True):
            self._places[key] = place + KEY
            place += len(record) + _CHECKSUM

    def get(self, keys: Iterable[bytes]) -> Floats:
        """Return the vectors of keys that are there: (n, dimensions), aligned.

        Raises:
            KeyError: one is not there.
        """
        rows = [self._log.read(self._places[key], self._vector) for key in keys]
        return np.frombuffer(b"".join(rows), "<f4").reshape(-1, self._dimensions)

    def _find_records(self, start: int) -> None:
        payload = KEY + self._vector
        size = payload + _CHECKSUM
        while start < self._log.size:
            block = self._log.read(start, max(_BLOCK // size, 1) * size)
            for at in range(0, len(block), size):
                record = block[at : at + payload]
                if block[at + payload : at + size] != _checksum(record):
                    self._log.cut(start + at)
                    return
                self._places[record[:KEY]] = start + at + KEY
            start += len(block)


@contextmanager
def open_cache(file: Path, encoder: str, dimensions: int) -> Iterator[VectorCache]:
    """Open a cache, made when missing.

    Raises:
        IndexWriteError: the disk refuses.
    """
    with fsio.open_log(file) as log:
        yield VectorCache(log, encoder, dimensions)


def _checksum(record: bytes) -> bytes:
    return hashlib.sha256(record).digest()[:_CHECKSUM]
