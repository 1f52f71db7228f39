"""Arrays and texts in one block of bytes, in a form that is read without trust.

An archive is one line of JSON, ``[[name, kind, shape], ...]``, padded with spaces to a
multiple of 64 bytes, then each part in that order, padded with zero bytes to the same.
A kind is a little-endian number type or ``bytes``. Nothing in it can name code, and
nothing is allocated because a header says so: arrays are views of the bytes read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.fsio import Block

_ALIGNMENT = 64  # bytes: a cache line, and more than any number type asks for
_KINDS = {"|u1", "<i4", "<i8", "<f4", "<f8"}
_BYTES = "bytes"
_LONGEST_HEADER = 1 << 16  # bytes: an archive has a handful of parts

Part = NDArray[Any] | bytes
_View = NDArray[Any] | memoryview


class ArchiveError(ValueError):
    """The bytes are no archive, or not the one that was expected."""


def pack(parts: Mapping[str, Part]) -> list[Block]:
    """Return the blocks of an archive; equal parts give equal bytes."""
    entries: list[tuple[str, str, list[int]]] = []
    blocks: list[Block] = []
    for name, part in parts.items():
        if isinstance(part, bytes):
            entries.append((name, _BYTES, [len(part)]))
            block: Block = part
        else:
            array = np.ascontiguousarray(part, part.dtype.newbyteorder("<"))
            if array.dtype.str not in _KINDS:
                raise ArchiveError(f"part {name} is of type {array.dtype.str}")
            entries.append((name, array.dtype.str, list(array.shape)))
            block = array.reshape(-1).view(np.uint8).data
        blocks += [block, bytes(-len(block) % _ALIGNMENT)]
    header = json.dumps(entries, separators=(",", ":")).encode()
    padding = b" " * (-(len(header) + 1) % _ALIGNMENT)
    return [header + padding + b"\n", *blocks]


class Archive:
    """The parts of an archive, as views of the bytes they were read from."""

    def __init__(self, data: bytes) -> None:
        """Find the parts.

        Raises:
            ArchiveError: the bytes are not exactly one archive.
        """
        found = [*_parts(data)]
        self._parts = {name: part for name, part, _ in found}
        self._offsets = {name: offset for name, _, offset in found}

    def blob(self, name: str) -> memoryview:
        """Return a part that is bytes, as a view of them.

        Raises:
            ArchiveError: there is none of this name.
        """
        part = self._parts.get(name)
        if not isinstance(part, memoryview):
            raise ArchiveError(f"part {name} is missing or not bytes")
        return part

    def offset(self, name: str) -> int:
        """Return the number of bytes before a part that there is."""
        return self._offsets[name]

    def array(
        self, name: str, kind: str, shape: tuple[int | None, ...]
    ) -> NDArray[Any]:
        """Return a part that is an array; it cannot be written to.

        Args:
            name: of the part.
            kind: its number type, as ``numpy.dtype.str`` spells it.
            shape: its length in each direction; None allows any.

        Raises:
            ArchiveError: there is none of this name, type and shape.
        """
        part = self._parts.get(name)
        if not isinstance(part, np.ndarray) or part.dtype.str != kind:
            raise ArchiveError(f"part {name} is missing or not of type {kind}")
        if len(part.shape) != len(shape) or any(
            wanted not in {None, found}
            for wanted, found in zip(shape, part.shape, strict=True)
        ):
            raise ArchiveError(f"part {name} has shape {part.shape}, not {shape}")
        return part

    def all(self) -> dict[str, Part]:
        """Return every part, by name; bytes are copied."""
        return {
            name: bytes(part) if isinstance(part, memoryview) else part
            for name, part in self._parts.items()
        }


def _parts(data: bytes) -> Iterator[tuple[str, _View, int]]:
    line = data.find(b"\n", 0, _LONGEST_HEADER)
    if line < 0:
        raise ArchiveError("there is no header")
    try:
        entries = json.loads(data[:line])
        offset = line + 1
        for name, kind, shape in entries:
            size = _size(kind, shape)
            if offset + size > len(data):
                raise ArchiveError(f"part {name} ends behind the end")
            yield str(name), _part(data, offset, kind, shape), offset
            offset += size + -size % _ALIGNMENT
    except (ValueError, TypeError, RecursionError) as error:
        raise ArchiveError(f"the header is malformed: {error}") from error
    if offset != len(data):
        raise ArchiveError(f"{len(data)} bytes, not {offset}")


def _size(kind: str, shape: list[int]) -> int:
    if any(type(each) is not int or each < 0 for each in shape):
        raise ArchiveError(f"a shape is {shape}")
    if kind == _BYTES:
        (size,) = shape
        return size
    if kind not in _KINDS:
        raise ArchiveError(f"a kind is {kind!r}")
    return math.prod(shape) * np.dtype(kind).itemsize


def _part(data: bytes, offset: int, kind: str, shape: list[int]) -> _View:
    if kind == _BYTES:
        return memoryview(data)[offset : offset + shape[0]]
    flat = np.frombuffer(data, np.dtype(kind), math.prod(shape), offset)
    return flat.reshape(shape)
