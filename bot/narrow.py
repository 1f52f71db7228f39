"""The vectors of a collection at a byte a number, and yet searched exactly."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bot.dense import Floats, Rows, cosines, rank

Codes = NDArray[np.int8]

_LEVELS = 127  # of an int8 on either side of 0
_GROUPS = 64  # rows that share a maximum; a lower bound of the k-th best follows
_SHARE = 16_384  # rows that a core takes at a time: a third of a millisecond
_SLACK = 1e-6  # of a float32 approximation beside the bound, which is exact


class ExactVectors(Protocol):
    """Gives exact vectors again, for as long as it is open."""

    def __call__(self, rows: Rows, /) -> Floats:
        """Return the vectors of some rows, aligned."""
        ...

    def close(self) -> None:
        """Let go of where they come from."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class HeldVectors:
    """Exact vectors that are in memory."""

    vectors: Floats  # (n, d)

    def __call__(self, rows: Rows, /) -> Floats:
        """Return the vectors of some rows."""
        taken: Floats = self.vectors[rows]
        return taken

    def close(self) -> None:
        """Do nothing: nothing is open."""


@dataclass(frozen=True, slots=True, eq=False)
class NarrowVectors:
    """Vectors kept as a byte a number, which propose; exact ones, read, decide.

    With x a row and x' what its bytes stand for, q the query and q' likewise,
    ``|qx - q'x'| <= |q| |x - x'| + |q - q'| |x'|`` (Cauchy and Schwarz). Every row
    that could be among the k by this bound is read and compared exactly, so the
    result is that of the exact vectors. Sums of bytes are integers: they are the
    same on every machine and with any number of threads.
    """

    codes: Codes  # (n, d)
    scales: Floats  # (n,): a row is about its codes times this
    error: float  # at least |x - x'| of every row, in its scale
    reach: float  # at least |x'| of every row
    widest: float  # the largest scale
    exact: ExactVectors

    @classmethod
    def of(
        cls,
        vectors: Iterable[tuple[Rows, Floats]],
        shape: tuple[int, int],
        exact: ExactVectors,
    ) -> Self:
        """Take vectors in, some at a time.

        Args:
            vectors: row numbers and their vectors; together every row, once.
            shape: rows and dimensions.
            exact: gives them again.
        """
        codes = np.empty(shape, np.int8)
        scales = np.empty(shape[0], np.float32)
        error = reach = 0.0
        for rows, some in vectors:
            codes[rows], scales[rows], off, length = _narrowed(some)
            error, reach = max(error, off), max(reach, length)
        widest = float(scales.max(initial=0.0))
        return cls(codes, scales, error, reach, widest, exact)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.codes)

    def take(self, rows: Rows) -> Floats:
        """Return the exact vectors of some rows."""
        return self.exact(rows)

    def rounded(self, rows: Rows) -> tuple[Codes, Floats]:
        """Return the bytes of some rows, and what a row's bytes are multiplied by."""
        return self.codes[rows], self.scales[rows]

    def close(self) -> None:
        """Let go of the exact vectors."""
        self.exact.close()

    def nearest(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        """Find the k rows of highest cosine.

        Raises:
            ValueError: the query has other dimensions, i.e. is of another encoder.
        """
        if query.shape != self.codes.shape[1:]:
            raise ValueError(
                f"query has shape {query.shape}, vectors {self.codes.shape}; "
                "they must be (d,) and (n, d)"
            )
        if not 0 < k < len(self):
            every = np.arange(len(self) if k > 0 else 0, dtype=np.int64)
            return rank(every, cosines(query, self.exact(every)), k)
        fast, margin = self._approximate(query)
        rows = np.flatnonzero(fast >= _lower_bound(fast, k) - 2 * margin)
        fast, margins = self._closer(query, rows)
        # As a rule these are all that is needed; reading twice costs more than some.
        some = min(k + k // 2, len(rows))
        best_first = np.argpartition(-fast, some - 1)
        first, rest = best_first[:some], best_first[some:]
        sure = cosines(query, self.exact(rows[first]))
        # Beyond these, only rows that may reach the k-th of them can be among the best.
        least = np.partition(sure, some - k)[some - k]
        rest = rest[fast[rest] >= least - margins[rest]]
        if len(rest):
            sure = np.concatenate([sure, cosines(query, self.exact(rows[rest]))])
        return rank(rows[np.concatenate([first, rest])], sure, k)

    def _approximate(self, query: Floats) -> tuple[Floats, float]:
        """Return every row's cosine, and by how much each may be off."""
        code, scale, off = _narrowed_query(query)
        fast = np.empty(len(self), np.float32)
        _share_out(partial(self._scaled, code[None], scale, fast), len(self))
        margin = _length(query) * self.error * self.widest + off * self.reach
        return fast, margin + _SLACK

    def _scaled(
        self, code: Codes, scale: np.float32, into: Floats, rows: slice
    ) -> None:
        """Write the cosines of some rows by their codes and the query's."""
        import numkong  # noqa: PLC0415 - asking a small index does without it

        sums = np.asarray(numkong.cdist(code, self.codes[rows], "dot"))
        own = into[rows]
        np.multiply(sums[0], scale, out=own, casting="unsafe")
        own *= self.scales[rows]

    def _closer(self, query: Floats, rows: Rows) -> tuple[Floats, Floats]:
        """Return the cosines of some rows with the query itself, not its codes.

        And by how much each may be off.
        """
        wide = self.codes.take(rows, axis=0).astype(np.float32)
        scales = self.scales.take(rows)
        fast = np.vecdot(wide, query) * scales
        length = _length(query)
        rounding = query.size * float(np.finfo(np.float32).eps) * self.reach * length
        margins = scales * np.float32(length * self.error) + np.float32(
            rounding + _SLACK
        )
        return fast, margins


def _share_out(work: Callable[[slice], None], size: int) -> None:
    """Do some work for all rows, on other cores as well where it is worth it.

    Each core takes the next share when it has done one, so that a core which is busy
    with something else is waited for as long as one share takes, at most.
    """
    shares = max(size // _SHARE, 1)
    bounds = [size * number // shares for number in range(shares + 1)]
    waiting = deque(slice(*each) for each in pairwise(bounds))

    def take_shares() -> None:
        while waiting:
            try:
                rows = waiting.popleft()
            except IndexError:  # another core was quicker
                return
            work(rows)

    helpers = min(_cores(), shares) - 1
    others = [_pool().submit(take_shares) for _ in range(helpers)]
    take_shares()
    for each in others:
        if not each.cancel():  # it has begun
            each.result()


@cache
def _pool() -> ThreadPoolExecutor:
    """Return threads that take a share of a search, beside the one that asks."""
    return ThreadPoolExecutor(_cores() - 1, "bot-vectors")


@cache
def _cores() -> int:
    return len(os.sched_getaffinity(0))


def rounded(vectors: Floats) -> tuple[Codes, Floats]:
    """Round vectors, (n, d), to a byte a number, as `NarrowVectors` keeps them.

    Returns:
        Codes, (n, d), and scales, (n,): a row is about its codes times its scale.
    """
    codes, scales, _, _ = _narrowed(vectors)
    return codes, scales


def likeness(codes: Codes, scales: Floats) -> Floats:
    """Return the cosine of each row with each, the same on every machine.

    Sums of products of bytes are whole numbers: no order of adding changes them.

    Args:
        codes: (n, d) unit vectors, rounded.
        scales: (n,).

    Returns:
        (n, n), symmetric; off by about .005 where vectors have some 400 numbers.
    """
    import numkong  # noqa: PLC0415 - opening an index does without it

    # A fifth of the time that BLAS takes over as many floats, and no threads, which
    # wait for each other on a busy machine.
    sums = np.asarray(numkong.dots_packed(codes, numkong.dots_pack(codes)))
    alike: Floats = sums.astype(np.float32)
    alike *= scales[:, None]
    alike *= scales
    return alike


def _length(query: NDArray[np.floating]) -> float:
    wide = query.astype(np.float64)
    return math.sqrt(float(wide @ wide))


def _narrowed_query(query: Floats) -> tuple[Codes, np.float32, float]:
    """Return the code and scale of a query, and how far both are off."""
    peak = float(np.abs(query).max())
    scale = np.float32((peak or 1) / _LEVELS)
    stood = np.rint(query / scale)
    off = _length(stood * np.float64(scale) - query)
    return stood.astype(np.int8), scale, off + _SLACK


def _narrowed(vectors: Floats) -> tuple[Codes, Floats, float, float]:
    """Return codes and scales, the largest error and the largest length of a row.

    The error is in the row's scale: about a third of a step for each number.
    """
    peaks = np.maximum(vectors.max(axis=1), -vectors.min(axis=1))
    scales = (np.where(peaks > 0, peaks, 1) / _LEVELS).astype(np.float32)
    stood = np.rint(vectors / scales[:, None])
    codes = stood.astype(np.int8)
    stood *= scales[:, None]
    reach = np.einsum("ij,ij->i", stood, stood).max(initial=0.0)
    stood -= vectors
    error = (np.einsum("ij,ij->i", stood, stood) / scales**2).max(initial=0.0)
    # Twice the rounding of float32 sums, so that these are bounds and not estimates.
    more = 1 + vectors.shape[1] * float(np.finfo(np.float32).eps)
    return (
        codes,
        scales,
        float(error) ** 0.5 * more + _SLACK,
        float(reach) ** 0.5 * more,
    )


def _lower_bound(scores: Floats, k: int) -> float:
    """Return a score that at least k rows reach, and few more than k if n is large."""
    count = len(scores) // _GROUPS
    if count < 2 * k:
        return float(np.partition(scores, len(scores) - k)[len(scores) - k])
    tops = scores[: count * _GROUPS].reshape(_GROUPS, count).max(axis=0)
    return float(np.partition(tops, count - k)[count - k])
