"""Postings with a code in place of each count, which weights are looked up by.

What a term adds to a passage's score depends on how often the passage has it, on the
passage's length, and on numbers that are the same for all postings. Few pairs of count
and length occur (2,641 in 100,000 passages of 4 million postings), so each pair gets a
code, and its part of a weight is computed once for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bot.lexical.postings import Longs, Postings, joined, place_of

_AT_ONCE = 1 << 20  # postings: some 30 MB while they are given codes
_LARGEST_TABLE = 1 << 22  # counts times lengths; beyond, pairs are found by sorting


@dataclass(frozen=True, slots=True, eq=False)
class CodedPostings:
    """What a search needs of postings.

    The postings of term number t are ``rows[offsets[t]:offsets[t + 1]]``, ascending,
    and ``codes`` beside them; code c means ``counts[c]`` times in a passage of
    ``lengths[c]`` terms.
    """

    terms: Sequence[str]  # sorted
    # Unsigned integers, as narrow as they can be:
    offsets: NDArray[Any]  # (number of terms + 1,)
    rows: NDArray[Any]  # passage numbers from 0
    codes: NDArray[Any]
    counts: Longs  # (codes,)
    lengths: Longs  # (codes,)
    size: int  # passages
    tokens: int  # terms of all passages, repeated ones counted

    @classmethod
    def of(cls, postings: Postings) -> Self:
        """Give codes; the result holds on to nothing but the terms."""
        lengths, ranks = np.unique(postings.lengths, return_inverse=True)
        width = len(lengths)
        codes, pairs = _coded(postings, ranks.astype(np.int64), width)
        return cls(
            postings.terms,
            postings.offsets.astype(np.min_scalar_type(len(postings.rows))),
            postings.rows.astype(np.min_scalar_type(postings.size)),
            codes,
            pairs // max(width, 1),
            lengths[pairs % max(width, 1)].astype(np.int64),
            postings.size,
            int(postings.lengths.sum()),
        )

    @property
    def occurrences(self) -> int:
        """Sum of all counts."""
        return int(self.counts @ np.bincount(self.codes, minlength=len(self.counts)))

    def frequency(self, term: str) -> int:
        """Return the number of passages that have a term."""
        start, end = self._span(term)
        return end - start

    def find(self, term: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the rows that have a term, ascending, and its codes there."""
        start, end = self._span(term)
        return self.rows[start:end], self.codes[start:end]

    def _span(self, term: str) -> tuple[int, int]:
        number = place_of(self.terms, term)
        if number < 0:
            return 0, 0
        return self.offsets.item(number), self.offsets.item(number + 1)


def _coded(
    postings: Postings, ranks: Longs, width: int
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the code of each posting, and for each code ``count * width + rank``."""
    size = len(postings.rows)
    low, high = postings.counts.min(initial=0), int(postings.counts.max(initial=0))
    if low < 0 or (high + 1) * width > _LARGEST_TABLE:
        keys = joined(each for _, each in _keys(postings, ranks, width))
        pairs, codes = np.unique(keys, return_inverse=True)
        return codes.astype(np.min_scalar_type(len(pairs))), pairs
    seen = np.zeros((high + 1) * width, np.bool_)
    for _, keys_here in _keys(postings, ranks, width):
        seen[keys_here] = True
    pairs = np.flatnonzero(seen)
    kind = np.min_scalar_type(len(pairs))
    numbers = np.zeros(len(seen), kind)
    numbers[pairs] = np.arange(len(pairs))
    codes = np.empty(size, kind)
    for span, keys_here in _keys(postings, ranks, width):
        codes[span] = numbers[keys_here]
    return codes, pairs


def _keys(
    postings: Postings, ranks: Longs, width: int
) -> Iterator[tuple[slice, Longs]]:
    for start in range(0, len(postings.rows), _AT_ONCE):
        span = slice(start, start + _AT_ONCE)
        keys = postings.counts[span].astype(np.int64)
        keys *= width
        keys += ranks[postings.rows[span]]
        yield span, keys
