"""How often each word occurs in a passage, as numbers that are looked through at once.

A passage's terms stand in Redis twice: as words, which the Query Engine indexes, and as
numbers, which scores are computed from. A search carries some hundred passages, and to
take so many texts apart costs more than the search itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.stores.redis.names import word

_ENTRY = np.dtype("<u8")  # 56 bits of a word's hash, then one byte: its count
_WORD_BYTES = 7
_MOST = 255  # counted by one entry; a word that is more frequent has several
_SHIFT = np.uint64(8)
_COUNT = np.uint64(0xFF)
_WORDS_KEPT = 1 << 17  # most of what a corpus repeats

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """What BM25 has to know of some passages."""

    counts: Longs  # (passages, terms): how often the passage has the term
    lengths: Longs  # (passages,): all its terms, repeated ones counted


def pack_counts(words: bytes) -> bytes:
    """Return how often each word occurs, as `count_terms` reads it.

    Args:
        words: of a passage, joined by spaces, such as `bot.stores.redis.names.word`
            writes them.
    """
    entries = [
        number << 8 | part
        for each, count in Counter(words.split()).items()
        for number in (_number(each),)
        for part in _parts(count)
    ]
    return np.array(entries, _ENTRY).tobytes()


def count_terms(rows: Sequence[bytes], terms: Sequence[str]) -> Counted:
    """Count terms in passages.

    Two words have the same number by a chance of 1 in 72,057,594,037,927,936: where a
    question's five words are looked for in 10,000 others, 1 question in 10^12 counts a
    word too many.

    Args:
        rows: what `pack_counts` returned for each passage.
        terms: repeated ones are counted each time.

    Returns:
        Counts and lengths, aligned with rows and terms.
    """
    entries = np.frombuffer(b"".join(rows), _ENTRY)
    sizes = [len(each) // _ENTRY.itemsize for each in rows]
    places = np.repeat(np.arange(len(rows)), sizes)
    numbers = entries >> _SHIFT
    amounts = (entries & _COUNT).astype(np.float64)  # exact: sums are far below 2^53
    counts = np.zeros((len(rows), len(terms)), np.int64)
    for column, term in enumerate(terms):
        found = np.flatnonzero(numbers == _number(word(term).encode()))
        counts[:, column] = _sums(places[found], amounts[found], len(rows))
    return Counted(counts, _sums(places, amounts, len(rows)))


def _sums(places: NDArray[np.intp], amounts: NDArray[np.float64], size: int) -> Longs:
    return np.bincount(places, amounts, minlength=size).astype(np.int64)


def _parts(count: int) -> list[int]:
    whole, rest = divmod(count, _MOST)
    return [_MOST] * whole + ([rest] if rest else [])


@lru_cache(_WORDS_KEPT)
def _number(name: bytes) -> int:
    digest = hashlib.blake2b(name, digest_size=_WORD_BYTES).digest()
    return int.from_bytes(digest, "little")
