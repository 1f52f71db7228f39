"""Which passage has which term how often: the counts that BM25 weights come from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol, Self, overload

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


_BLOCK = 64  # terms that are searched together


class Counted(Protocol):
    """What every rank_bm25 model knows of its passages."""

    doc_freqs: list[dict[str, int]]  # term to how often it occurs, per passage
    doc_len: list[int]  # terms per passage, repeated ones counted


class Terms(Sequence[str]):
    """Sorted terms as the bytes of a file: a tenth of what as many objects take."""

    def __init__(self, lines: bytes) -> None:
        """Take terms in UTF-8, each followed by a line break.

        Raises:
            ValueError: the bytes are not UTF-8.
        """
        lines.decode()
        self._lines = b"\n" + lines  # so that every term stands between two breaks
        breaks = np.flatnonzero(np.frombuffer(self._lines, np.uint8) == ord("\n"))
        self._count = len(breaks) - 1
        # Where the break before every such term is, and the term, to be bisected.
        self._starts = breaks[::_BLOCK].tolist()
        self._firsts = [
            lines[start : lines.index(b"\n", start)]
            for start in self._starts
            if start < len(lines)
        ]
        self._starts.append(len(lines))

    def __len__(self) -> int:
        """Number of terms."""
        return self._count

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        """Return a term, or some of them."""
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        block, place = divmod(number % len(self), _BLOCK)
        start, end = self._starts[block : block + 2]
        return self._lines[start + 1 : end].split(b"\n", place + 1)[place].decode()

    def number(self, term: str) -> int:
        """Return the number of a term, or -1 if it is not there.

        Compares bytes, which are in the order of their code points in UTF-8: no term
        on the way is decoded.
        """
        wanted = term.encode("utf-8", "surrogatepass")
        block = bisect_right(self._firsts, wanted) - 1
        if block < 0 or b"\n" in wanted:
            return -1
        lines, (start, end) = self._lines, self._starts[block : block + 2]
        place = lines.find(b"\n%b\n" % wanted, start, end + 1)
        if place < 0:
            return -1
        return block * _BLOCK + lines.count(b"\n", start, place)

    def __iter__(self) -> Iterator[str]:
        """Return all terms, in order."""
        return iter(self._lines.decode().split("\n")[1:-1])


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The counts of some passages, term by term; without weights, so they add up.

    The postings of term number t are ``rows[offsets[t]:offsets[t + 1]]``, ascending,
    and ``counts`` beside them. Weights follow from the counts of all collections that
    someone may see, so they are not stored.

    Raises:
        ValueError: the arrays cannot belong together.
    """

    terms: Sequence[str]  # sorted
    offsets: Longs  # (number of terms + 1,)
    rows: Ints  # passage numbers from 0
    counts: Ints  # times the passage has the term, at least 1
    lengths: Ints  # terms of each passage, repeated ones counted

    def __post_init__(self) -> None:
        """Refuse tables that would make a search read the wrong postings."""
        if (
            len(self.offsets) != len(self.terms) + 1
            or self.offsets[0] != 0
            or self.offsets[-1] != len(self.rows)
            or len(self.rows) != len(self.counts)
            or bool(np.any(np.diff(self.offsets) < 0))
        ):
            raise ValueError("postings: the arrays do not fit together")

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self.lengths)

    @classmethod
    def from_model(cls, model: Counted) -> Self:
        """Take the counts from a rank_bm25 model; passages keep their order.

        Args:
            model: it may be of any kind; its idf is not read.
        """
        numbers: dict[str, int] = {}
        for passage in model.doc_freqs:
            for term in passage:
                numbers.setdefault(term, len(numbers))
        sizes = [len(passage) for passage in model.doc_freqs]
        terms = [numbers[term] for passage in model.doc_freqs for term in passage]
        counts = chain.from_iterable(each.values() for each in model.doc_freqs)
        return cls._table(
            list(numbers),
            np.array(terms, dtype=np.int64),
            np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
            np.fromiter(counts, dtype=np.int32, count=sum(sizes)),
            np.array(model.doc_len, dtype=np.int32),
        )

    @classmethod
    def merge(cls, parts: Sequence[Postings], rows: Sequence[Longs]) -> Self:
        """Join tables into one, with the passages renumbered.

        Args:
            parts: tables, each with rows of its own from 0.
            rows: for each table, the new number of each of its passages; together
                they are the numbers from 0 on, each once.

        Raises:
            ValueError: the new numbers have gaps or come twice.
        """
        total = sum(part.size for part in parts)
        places = np.concatenate([np.empty(0, dtype=np.int64), *rows])
        if not np.array_equal(np.sort(places), np.arange(total)):
            raise ValueError(f"rows must be the numbers below {total}, each once")
        vocabulary: dict[str, int] = {}
        for part in parts:
            for term in part.terms:
                vocabulary.setdefault(term, len(vocabulary))
        lengths = np.empty(total, dtype=np.int32)
        for part, new in zip(parts, rows, strict=True):
            lengths[new] = part.lengths
        return cls._table(
            list(vocabulary),
            joined(
                np.repeat(
                    np.array([vocabulary[each] for each in part.terms], dtype=np.int64),
                    np.diff(part.offsets),
                )
                for part in parts
            ),
            joined(new[part.rows] for part, new in zip(parts, rows, strict=True)),
            joined(part.counts for part in parts),
            lengths,
        )

    @classmethod
    def _table(
        cls,
        vocabulary: list[str],
        terms: Longs,
        rows: Longs,
        counts: Longs,
        lengths: Ints,
    ) -> Self:
        """Sort postings, given in any order, by term and row."""
        by_name = sorted(range(len(vocabulary)), key=vocabulary.__getitem__)
        numbers = np.empty(len(vocabulary), dtype=np.int64)
        numbers[by_name] = np.arange(len(vocabulary))
        numbered = numbers[terms]
        order = np.lexsort((rows, numbered))
        sizes = np.bincount(numbered, minlength=len(vocabulary))
        return cls(
            tuple(vocabulary[each] for each in by_name),
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            rows[order].astype(np.int32),
            counts[order].astype(np.int32),
            lengths,
        )

    def find(self, term: str) -> tuple[Ints, Ints]:
        """Return the rows that have a term, ascending, and its counts there."""
        number = place_of(self.terms, term)
        if number < 0:
            return self.rows[:0], self.counts[:0]
        start, end = self.offsets[number : number + 2].tolist()
        return self.rows[start:end], self.counts[start:end]

    def to_arrays(self) -> dict[str, NDArray[Any] | bytes]:
        """Return what ``from_arrays`` takes; a term never holds a line break."""
        return {
            "terms": "".join(f"{each}\n" for each in self.terms).encode(),
            "offsets": self.offsets,
            "rows": self.rows,
            "counts": self.counts,
            "lengths": self.lengths,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any] | bytes]) -> Self:
        """Restore a table; the arrays may be mapped from a file.

        Raises:
            KeyError: an array is missing.
            ValueError: the arrays cannot belong together.
        """
        return cls(
            Terms(bytes(arrays["terms"])),
            *(
                np.asarray(arrays[each])
                for each in ("offsets", "rows", "counts", "lengths")
            ),
        )


def place_of(terms: Sequence[str], term: str) -> int:
    """Return the number of a term among sorted ones, or -1 if it is not there."""
    if isinstance(terms, Terms):
        return terms.number(term)
    number = bisect_left(terms, term)
    return number if number < len(terms) and terms[number] == term else -1


def joined(arrays: Iterable[NDArray[Any]]) -> Longs:
    """Concatenate integer arrays, of which there may be none, as int64."""
    return np.concatenate([np.empty(0, dtype=np.int64), *arrays])
