"""A million passages for the lexical and vector parts, made of pairs of real ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.dense import Floats
from bot.lexical.bm25 import Postings
from bot.stores.archive import Archive, pack

Numbers = NDArray[np.int32]

_STRIDE = 7_919  # prime: every round joins other halves


def passages(terms: Sequence[Sequence[str]], size: int) -> Iterator[list[str]]:
    """Yield passages: the first half of one and the second half of another.

    Terms keep the frequencies that they have in the real passages.
    """
    for number in range(size):
        turn, own = divmod(number, len(terms))
        first = terms[own]
        second = terms[(own + turn * _STRIDE) % len(terms)]
        yield [*first[: len(first) // 2], *second[len(second) // 2 :]]


def write_million(terms: Sequence[Sequence[str]], folder: Path, size: int) -> None:
    """Write the postings of `passages`, unless they are there."""
    file = folder / "postings"
    if file.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {each: n for n, each in enumerate(sorted(set(chain(*terms))))}
    coded = [np.array([numbers[each] for each in some], np.int32) for some in terms]
    lengths = np.empty(size, np.int32)
    keys = []
    for number, some in enumerate(_coded(coded, size)):
        lengths[number] = len(some)
        keys.append(some.astype(np.int64) * size + number)
    distinct, counts = np.unique(np.concatenate(keys), return_counts=True)
    bounds = np.searchsorted(distinct, np.arange(len(numbers) + 1) * size)
    postings = Postings(
        tuple(numbers),
        bounds.astype(np.int64),
        (distinct % size).astype(np.int32),
        counts.astype(np.int32),
        lengths,
    )
    file.write_bytes(b"".join(pack(postings.to_arrays())))


def write_vectors(vectors: Floats, file: Path, size: int) -> None:
    """Write unit vectors between those of pairs of passages, unless they are there."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    shape = (size, vectors.shape[1])
    made = np.lib.format.open_memmap(file, "w+", np.float32, shape)
    for start in range(0, size, len(vectors)):
        turn = start // len(vectors)
        pairs = vectors + 0.5 * np.roll(vectors, turn * _STRIDE, axis=0)
        pairs /= np.linalg.norm(pairs, axis=1, keepdims=True)
        made[start : start + len(vectors)] = pairs[: size - start]
    made.flush()


def read_million(folder: Path) -> Postings:
    """Read what `write_million` wrote."""
    return Postings.from_arrays(Archive((folder / "postings").read_bytes()).all())


def _coded(coded: Sequence[Numbers], size: int) -> Iterator[Numbers]:
    for number in range(size):
        turn, own = divmod(number, len(coded))
        first = coded[own]
        second = coded[(own + turn * _STRIDE) % len(coded)]
        yield np.concatenate([first[: len(first) // 2], second[len(second) // 2 :]])
