"""Parts of an object that are read again when they are needed, and checked again.

The object was verified whole when it was opened. A checksum of each block of it is
kept from then on, so that what is read later is what was verified then, or an error.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot import fsio
from bot.stores.objects import damaged

_BLOCK = 4096  # bytes that share a checksum


class Blocks:
    """A verified object whose bytes are on the disk only."""

    def __init__(self, file: Path, data: bytes) -> None:
        """Take the checksums of the bytes that were verified."""
        self.file = file
        self._size = len(data)
        view = memoryview(data)
        self._checksums: NDArray[np.uint32] = np.array(
            [zlib.crc32(view[at : at + _BLOCK]) for at in range(0, self._size, _BLOCK)],
            np.uint32,
        )

    def read(self, start: int, end: int) -> bytes:
        """Return some bytes.

        Raises:
            IndexDamagedError: the file is missing, cut, or not what it was.
        """
        first = start // _BLOCK
        begin = first * _BLOCK
        size = min(-(-end // _BLOCK) * _BLOCK, self._size) - begin
        buffer = memoryview(bytearray(max(size, 0)))
        try:
            descriptor = fsio.open_to_read(self.file)
            try:
                whole = fsio.read_into(descriptor, buffer, begin)
            finally:
                fsio.close(descriptor)
        except OSError as error:
            raise damaged(self.file, f"cannot be read: {error.strerror}") from error
        for at in range(0, len(buffer), _BLOCK):
            expected = self._checksums[first + at // _BLOCK]
            if not whole or zlib.crc32(buffer[at : at + _BLOCK]) != expected:
                raise damaged(self.file, "has changed since the index was opened")
        return bytes(buffer[start - begin : end - begin])


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an object; a slice of it is read from the disk."""

    blocks: Blocks
    start: int
    size: int

    def __len__(self) -> int:
        """Number of bytes."""
        return self.size

    def __getitem__(self, wanted: slice) -> bytes:
        """Return the bytes of a slice without a step."""
        start, end, _ = wanted.indices(self.size)
        return self.blocks.read(self.start + start, self.start + max(start, end))
