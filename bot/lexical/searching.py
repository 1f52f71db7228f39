"""The search for the passages with the highest BM25, which reads only postings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.lexical.bm25 import Postings, lucene_weight
from bot.lexical.coded import CodedPostings
from bot.lexical.membership import Membership
from bot.lexical.selecting import among_all, among_postings

Scores = NDArray[np.float64]
Rounded = NDArray[np.floating]  # float32 over very many passages
Rows = NDArray[np.int64]

_MOST_KEPT = 4  # weights a passage, 32 bytes; the most asked terms have most postings
_MOST_WIDE = 1 << 18  # passages whose scores are added up in float64
_MANY = 20  # terms asked for at once, from which on most are likely absent
_FEW = 10  # postings are few that are at most one for so many passages


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A collection among others."""

    postings: CodedPostings
    start: int  # number of its first passage
    saturations: Scores  # code to what it makes of an idf
    rounded: Rounded  # the same, in what searches add up


class _Piece(NamedTuple):
    """The postings of a term in one part."""

    part: _Part
    rows: NDArray[Any]  # as the part counts them, unsigned
    codes: NDArray[Any]
    weights: Rounded  # what the term adds to each, rounded


class _Term(NamedTuple):
    """A term in all parts."""

    frequency: int
    idf: float
    pieces: list[_Piece]


class LexicalIndex:
    """BM25 over some collections as if they were one, with ``LuceneBM25``'s scores.

    Passages are numbered through the parts, in the order given. Scores equal those
    of ``LuceneBM25`` over the same passages bit for bit: the same operations on the
    same numbers in the same order. A query costs what the postings of its terms
    cost; opening an index costs next to nothing. May be used by several threads at
    once.
    """

    def __init__(
        self, parts: Sequence[Postings | CodedPostings], *, k1: float, b: float
    ) -> None:
        """Sum the statistics of the parts; an empty sequence finds nothing."""
        coded = [
            each if isinstance(each, CodedPostings) else CodedPostings.of(each)
            for each in parts
        ]
        starts = [0, *accumulate(each.size for each in coded)]
        self.size = starts.pop()
        tokens = sum(each.tokens for each in coded)
        average = (tokens / self.size if self.size else 0.0) or 1.0
        # Half as many bytes are added up, cleared and looked through in less time,
        # which over many passages is more than it takes to score the best exactly.
        self._kind = np.float32 if self.size > _MOST_WIDE else np.float64
        self._parts = []
        for each, start in zip(coded, starts, strict=True):
            exact = _saturations(each, average, k1, b)
            self._parts.append(_Part(each, start, exact, exact.astype(self._kind)))
        self._recent: dict[str, _Term] = {}
        self._older: dict[str, _Term] = {}
        self._kept = 0  # weights of the recent ones
        self._lock = Lock()
        self._buffers: list[Rounded] = []  # zeros, one for each search at the same time

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return each term with the number of passages that have it."""
        asked = tuple(terms)
        if len(asked) < _MANY:
            return {each: self._find(each).frequency for each in asked}
        known = self._membership
        return {each: self._frequency(each) if each in known else 0 for each in asked}

    def _frequency(self, term: str) -> int:
        return sum(each.postings.frequency(term) for each in self._parts)

    @cached_property
    def _membership(self) -> Membership:
        """Made when many terms are asked for at once, most of them in vain."""
        terms = [each.postings.terms for each in self._parts]
        return Membership(chain.from_iterable(terms), sum(map(len, terms)))

    def scores(self, terms: Sequence[str], rows: Sequence[int] | Rows) -> Scores:
        """Return the score of each row, aligned; 0 where no term occurs."""
        return self._exact([*map(self._find, terms)], rows)

    def _exact(self, found: Iterable[_Term], rows: Sequence[int] | Rows) -> Scores:
        wanted = self._counted(rows)
        scores = np.zeros(len(rows))
        for term in found:
            for piece in term.pieces:
                places, there = _places(piece, wanted)
                weights = piece.part.saturations[piece.codes[places]]
                weights *= term.idf
                scores += np.where(there, weights, 0.0)
        return scores

    def matches(
        self, terms: Sequence[str], rows: Sequence[int] | Rows
    ) -> list[tuple[str, ...]]:
        """Return which of the terms each row has, aligned; each once, in order."""
        wanted = self._counted(rows)
        matched: list[list[str]] = [[] for _ in range(len(rows))]
        for term in dict.fromkeys(terms):
            for piece in self._find(term).pieces:
                for at in _places(piece, wanted)[1].nonzero()[0].tolist():
                    matched[at].append(term)
        return [*map(tuple, matched)]

    def _counted(self, rows: Sequence[int] | Rows) -> dict[int, NDArray[Any]]:
        """Return for each part, by its start, the rows as it counts them.

        Rows of other parts are its size, which is none of its rows. All are of its
        rows' own type: where types differ, a search converts all that it looks at.
        """
        wanted = np.asarray(rows, dtype=np.int64)
        counted = {}
        for part in self._parts:
            size, kind = part.postings.size, part.postings.rows.dtype
            local = wanted - part.start
            if len(self._parts) > 1:
                local[(local < 0) | (local >= size)] = size
            counted[part.start] = local.astype(kind)
        return counted

    def search(self, terms: Sequence[str], k: int) -> tuple[Rows, Scores]:
        """Find the k rows with the highest positive scores.

        Args:
            terms: analysed terms; one that comes twice counts twice, as in rank_bm25.
            k: rows wanted; fewer come back when fewer have a term.

        Returns:
            Rows and scores, best first; equal scores in the order of rows.
        """
        found = [each for each in map(self._find, terms) if each.frequency]
        if k <= 0 or not found:
            return np.empty(0, dtype=np.int64), np.empty(0)
        rows, rounded = self._collect(found, k)
        wide = rounded.dtype == np.float64
        scores = rounded.astype(np.float64) if wide else self._exact(found, rows)
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def _find(self, term: str) -> _Term:
        found = self._recent.get(term)
        if found is None:
            found = self._older.get(term) or self._look_up(term)
            if found.frequency:  # any string may be asked for
                self._keep(term, found)
        return found

    def _keep(self, term: str, found: _Term) -> None:
        """Keep a term with the recent ones; what is not asked for again goes."""
        with self._lock:
            self._kept += found.frequency
            if 2 * self._kept > _MOST_KEPT * self.size:
                self._older, self._recent = self._recent, {}
                self._kept = found.frequency
            self._recent[term] = found

    def _look_up(self, term: str) -> _Term:
        found = [(each, *each.postings.find(term)) for each in self._parts]
        frequency = sum(len(rows) for _, rows, _ in found)
        idf = lucene_weight(self.size, frequency) if frequency else 0.0
        pieces = [
            _Piece(part, rows, codes, _weights(part.rounded, codes, idf))
            for part, rows, codes in found
            if len(rows)
        ]
        return _Term(frequency, idf, pieces)

    def _collect(self, found: Sequence[_Term], k: int) -> tuple[Rows, Rounded]:
        """Return rows that include the k best, each once, with their rounded scores."""
        # A weight is rounded three times and a sum once for each term, each time by
        # half of eps at most, and twice as much lies between two rounded scores.
        slack = (len(found) + 4) * float(np.finfo(self._kind).eps)
        if self._kind is np.float64:
            slack = 0.0  # these are rank_bm25's own
        try:
            scores = self._buffers.pop()
        except IndexError:
            scores = np.zeros(self.size, self._kind)
        numbered: list[Rows] = []
        for term in found:
            for piece in term.pieces:
                rows = piece.rows.astype(np.int64)
                rows += piece.part.start
                np.add.at(scores, rows, piece.weights)
                numbered.append(rows)
        # A tenth of the scores: the figure at which both ways took equally long.
        if _FEW * sum(map(len, numbered)) < self.size:
            best = among_postings(scores, numbered, k, slack)
        else:
            best = among_all(scores, k, slack)
            scores.fill(0.0)  # for the next search
        self._buffers.append(scores)
        return best


def _saturations(
    postings: CodedPostings, average: float, k1: float, b: float
) -> Scores:
    # The order of these operations is rank_bm25's, to the last bit.
    counts = postings.counts.astype(np.float64)
    norms = k1 * (1 - b + b * postings.lengths / average)
    saturations: Scores = counts * (k1 + 1) / (counts + norms)
    return saturations


def _weights(saturations: Rounded, codes: NDArray[Any], idf: float) -> Rounded:
    if len(saturations) < len(codes):  # the product is the same, made less often
        weights: Rounded = (idf * saturations).take(codes)
        return weights
    weights = saturations.take(codes)
    weights *= idf
    return weights


def _places(
    piece: _Piece, wanted: Mapping[int, NDArray[Any]]
) -> tuple[Rows, NDArray[np.bool_]]:
    """Return where rows are, or would be, among a piece's, and whether they are."""
    found, local = piece.rows, wanted[piece.part.start]
    places = found.searchsorted(local)
    places[places == len(found)] = 0
    return places, found[places] == local
