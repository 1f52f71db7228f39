"""Finding a quote again in a text by its length and two hashes, without keeping it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bot.records import text_hash
from bot.state.receipts import QuoteMark

_Sums = NDArray[np.uint64]
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that every power has an inverse


def trace_of(quote: str) -> str:
    """Return the sum by which `Windows` finds a quote."""
    return Windows(quote).trace


class Windows:
    """A text with running sums, so that all windows of a length are compared at once.

    The sum over characters, each weighted by a power of a constant by its position, is
    that of Karp and Rabin (1987) modulo 2^64. It only proposes places: SHA-256 decides.
    """

    def __init__(self, text: str) -> None:
        """Sum a text up, in time linear in its length."""
        self._text = text
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        powers = np.ones(len(codes) + 1, np.uint64)
        np.cumprod(np.full(len(codes), _BASE), out=powers[1:])
        self._powers: _Sums = powers
        self._sums: _Sums = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum(codes.astype(np.uint64) * powers[:-1], out=self._sums[1:])

    @property
    def trace(self) -> str:
        """The sum of the whole text, in hexadecimal."""
        return f"{int(self._sums[-1]):016x}"

    def at(self, mark: QuoteMark) -> bool:
        """Whether the quote stands where it stood."""
        return self._is(mark, mark.start)

    def find(self, mark: QuoteMark) -> int | None:
        """Return the place of the quote that is nearest to where it stood, if any."""
        places = sorted(self._proposed(mark), key=lambda each: abs(each - mark.start))
        return next((each for each in places if self._is(mark, each)), None)

    def _proposed(self, mark: QuoteMark) -> Iterator[int]:
        length = mark.end - mark.start
        if length > len(self._text):
            return
        sums = self._sums[length:] - self._sums[: len(self._sums) - length]
        # A window's sum is that of the quote, times the power of where it begins.
        wanted = self._powers[: len(sums)] * np.uint64(int(mark.trace, 16))
        yield from np.flatnonzero(sums == wanted).tolist()

    def _is(self, mark: QuoteMark, start: int) -> bool:
        window = self._text[start : start + mark.end - mark.start]
        return text_hash(window) == mark.sha256
