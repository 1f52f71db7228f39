"""What an encoder must do, and the search for the vectors nearest to a query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Progress = Callable[[int], None]  # told the number of texts done so far

_BLOCK = 4096  # rows converted to float64 at a time: 12 MB at 384 dimensions


class Encoder(Protocol):
    """Turns texts into unit vectors whose cosine tells how near they are in meaning.

    A text has one vector, bit for bit: it depends neither on the texts beside it
    nor on the number of threads.
    """

    @property
    def name(self) -> str:
        """SHA-256 over weights, tokenizer and settings: equal names, equal vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Encode passages: (n, dimensions), unit rows, aligned with the texts."""
        ...

    def encode_query(self, text: str) -> Floats:
        """Encode a question: (dimensions,), a unit vector."""
        ...


def cosines(query: Floats, vectors: Floats) -> Floats:
    """Return the cosine of the query with each row, the same on every machine.

    A row's cosine depends on that row and the query alone. A BLAS product does not
    have this property: the number of rows and of threads decides in which order it
    adds. Here the products of float32 values are exact in float64 and numpy adds
    each row in one fixed order.

    Args:
        query: (d,) unit vector.
        vectors: (n, d) unit rows.

    Returns:
        (n,) cosines, rounded once to float32.

    Raises:
        ValueError: the two have different d, i.e. come from different encoders.
    """
    _check_dimensions(query, vectors)
    exact = np.empty(len(vectors), dtype=np.float32)
    wide = query.astype(np.float64)
    for start in range(0, len(vectors), _BLOCK):
        block = np.ascontiguousarray(vectors[start : start + _BLOCK], dtype=np.float64)
        exact[start : start + _BLOCK] = (block * wide).sum(axis=1)
    return exact


def nearest(query: Floats, vectors: Floats, k: int) -> tuple[Rows, Floats]:
    """Find the k rows of ``vectors`` with the highest cosine to ``query``.

    A fast product proposes every row that could be among the k, allowing for its
    rounding error; ``cosines`` then decides, so the result is that of the exact
    cosines over all rows.

    Args:
        query: (d,) unit vector.
        vectors: (n, d) unit rows.
        k: rows wanted; fewer come back when n < k.

    Returns:
        Row numbers and their cosines, each (min(k, n),), best first; equal cosines
        in the order of rows.

    Raises:
        ValueError: the two have different d, i.e. come from different encoders.
    """
    _check_dimensions(query, vectors)
    rows: Rows = np.arange(len(vectors), dtype=np.int64)
    if k <= 0:
        return rows[:0], np.empty(0, dtype=np.float32)
    if k < len(vectors):
        fast = vectors @ query
        least = np.partition(fast, len(fast) - k)[len(fast) - k]
        rows = np.flatnonzero(fast >= least - 2 * _rounding_error(query.size))
    return rank(rows, cosines(query, vectors[rows]), k)


def rank(rows: Rows, cosines: Floats, k: int) -> tuple[Rows, Floats]:
    """Return the k best of some rows and their cosines; equal ones by row."""
    order = np.lexsort((rows, -cosines))[: max(k, 0)]
    return rows[order], cosines[order]


def _rounding_error(dimensions: int) -> float:
    # A float32 sum of d products of unit vectors, in any order, is off by at most
    # about d * eps / 2 (Higham 2002, section 3.1: gamma_d times the sum of the
    # products' sizes, which Cauchy and Schwarz hold to 1). Taken twice for rows that
    # are units only to within rounding.
    return float(dimensions * np.finfo(np.float32).eps)


def _check_dimensions(query: Floats, vectors: Floats) -> None:
    if query.ndim != 1 or vectors.ndim != 2 or query.size != vectors.shape[1]:  # noqa: PLR2004 - a table
        raise ValueError(
            f"query has shape {query.shape}, vectors {vectors.shape}; "
            "they must be (d,) and (n, d)"
        )
