"""BM25: the definition of its scores, and a search that reads only postings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, chain
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from bot.lexical.membership import Membership
from bot.lexical.postings import Postings, joined
from bot.lexical.selecting import among_all, among_postings

__all__ = ["LexicalIndex", "LuceneBM25", "Postings", "lucene_idf"]

Scores = NDArray[np.float64]
Rows = NDArray[np.int64]
_Weighted = tuple[Rows, Scores]  # rows that have a term, and what it adds to each

_MOST_KEPT = 1_000_000  # weighted postings, 16 MB; beyond, all are weighted anew
_MANY = 20  # terms asked for at once, from which on most are likely absent
_FEW = 10  # postings are few that are at most one for so many passages


def lucene_idf(documents: int, frequencies: NDArray[np.int64]) -> Scores:
    """Return ``ln(1 + (N - df + 0.5) / (df + 0.5))``, which is never negative.

    Lucene's variant of Robertson and Spärck Jones' weight. The stock BM25Okapi gives
    terms in half of the passages 0 or less, on two passages every term.

    Args:
        documents: N.
        frequencies: df of each term, at least 1 and at most N.
    """
    # math.log1p and not numpy's: a term's weight must not depend on its neighbours,
    # as results of vector instructions may.
    weights = [_idf(documents, df) for df in frequencies.tolist()]
    return np.array(weights, dtype=np.float64)


def _idf(documents: int, frequency: int) -> float:
    return math.log1p((documents - frequency + 0.5) / (frequency + 0.5))


class LuceneBM25(BM25Okapi):  # type: ignore[misc]  # rank_bm25 has no types
    """The definition of our scores: a rank_bm25 model with Lucene's idf.

    It visits every passage for every query, so ``LexicalIndex`` does the searching
    and equals it.
    """

    def __init__(
        self, corpus: Sequence[Sequence[str]], *, k1: float = 1.2, b: float = 0.75
    ) -> None:
        """Count the terms of tokenised passages; there may be none."""
        super().__init__(corpus, k1=k1, b=b)

    def _initialize(self, corpus: Sequence[Sequence[str]]) -> dict[str, int]:
        if not corpus:
            self.avgdl = 1.0
            return {}
        frequencies: dict[str, int] = super()._initialize(corpus)
        self.avgdl = self.avgdl or 1.0  # where no passage has a term
        return frequencies

    def _calc_idf(self, nd: dict[str, int]) -> None:
        weights = lucene_idf(self.corpus_size, np.array([*nd.values()], dtype=np.int64))
        self.idf = dict(zip(nd, weights.tolist(), strict=True))

    def get_scores(self, query: Iterable[str]) -> Scores:
        """Return the score of every passage, 0 where no term of the query occurs.

        Also where rank_bm25 divides 0 by 0: k1 is 0, or b is 1 and a passage empty.
        """
        scores = np.zeros(self.corpus_size)
        for term in query:
            with np.errstate(invalid="ignore"):
                scores += np.nan_to_num(super().get_scores([term]), nan=0.0)
        return scores


class LexicalIndex:
    """BM25 over some collections as if they were one, with ``LuceneBM25``'s scores.

    Passages are numbered through the parts, in the order given. Scores equal those
    of ``LuceneBM25`` over the same passages bit for bit: the same operations on the
    same numbers in the same order. A query costs what the postings of its terms
    cost; a term is weighted when it is first asked for and kept, so that opening an
    index costs next to nothing. May be used by several threads at once.
    """

    def __init__(self, parts: Sequence[Postings], *, k1: float, b: float) -> None:
        """Sum the statistics of the parts; an empty sequence finds nothing."""
        self.size = sum(part.size for part in parts)
        self._parts = parts
        self._starts = [0, *accumulate(part.size for part in parts)][:-1]
        self._k1 = k1
        lengths = joined(part.lengths for part in parts)
        average = int(lengths.sum()) / self.size if self.size else 0.0
        # The order of these operations is rank_bm25's, to the last bit.
        self._norms = k1 * (1 - b + b * lengths / (average or 1.0))
        self._weighted: dict[str, _Weighted] = {}
        self._kept = 0  # postings in it
        self._lock = Lock()
        self._buffers: list[Scores] = []  # zeros, one for each search at the same time

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return each term with the number of passages that have it."""
        asked = tuple(terms)
        if len(asked) < _MANY:
            return {each: self._frequency(each) for each in asked}
        known = self._membership
        return {each: self._frequency(each) if each in known else 0 for each in asked}

    def _frequency(self, term: str) -> int:
        return sum(part.frequency(term) for part in self._parts)

    @cached_property
    def _membership(self) -> Membership:
        """Made when many terms are asked for at once, most of them in vain."""
        count = sum(len(part.terms) for part in self._parts)
        return Membership(chain.from_iterable(p.terms for p in self._parts), count)

    def scores(self, terms: Sequence[str], rows: Sequence[int] | Rows) -> Scores:
        """Return the score of each row, aligned; 0 where no term occurs."""
        wanted = np.asarray(rows, dtype=np.int64)
        scores = np.zeros(len(wanted))
        for term in terms:
            found, weights = self._find(term)
            if len(found):
                places, there = _places(found, wanted)
                scores += np.where(there, weights[places], 0.0)
        return scores

    def matches(
        self, terms: Sequence[str], rows: Sequence[int] | Rows
    ) -> list[tuple[str, ...]]:
        """Return which of the terms each row has, aligned; each once, in order."""
        wanted = np.asarray(rows, dtype=np.int64)
        matched: list[list[str]] = [[] for _ in range(len(wanted))]
        for term in dict.fromkeys(terms):
            found, _ = self._find(term)
            if len(found):
                for at in np.flatnonzero(_places(found, wanted)[1]).tolist():
                    matched[at].append(term)
        return [*map(tuple, matched)]

    def search(self, terms: Sequence[str], k: int) -> tuple[Rows, Scores]:
        """Find the k rows with the highest positive scores.

        Args:
            terms: analysed terms; one that comes twice counts twice, as in rank_bm25.
            k: rows wanted; fewer come back when fewer have a term.

        Returns:
            Rows and scores, best first; equal scores in the order of rows.
        """
        found = [each for each in map(self._find, terms) if len(each[0])]
        if k <= 0 or not found:
            return np.empty(0, dtype=np.int64), np.empty(0)
        rows, scores = self._collect(found, k)
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def _find(self, term: str) -> _Weighted:
        weighted = self._weighted.get(term)
        if weighted is None:
            weighted = self._weigh(term)
            self._keep(term, weighted)
        return weighted

    def _keep(self, term: str, weighted: _Weighted) -> None:
        size = len(weighted[0])
        if not size:
            return  # any string may be asked for
        with self._lock:
            if self._kept + size > _MOST_KEPT:
                self._weighted = {}
                self._kept = 0
            self._weighted[term] = weighted
            self._kept += size

    def _weigh(self, term: str) -> _Weighted:
        found = [part.find(term) for part in self._parts]
        if len(found) == 1:
            rows = found[0][0].astype(np.int64)
            counts = found[0][1].astype(np.float64)
        else:
            shifted = zip(self._starts, found, strict=True)
            rows = joined(each + start for start, (each, _) in shifted)
            counts = joined(each for _, each in found).astype(np.float64)
        if not len(rows):
            return rows, np.empty(0)
        idf = _idf(self.size, len(rows))
        # The order of these operations is rank_bm25's, to the last bit.
        weights = idf * (counts * (self._k1 + 1) / (counts + self._norms[rows]))
        return rows, weights

    def _collect(self, found: Sequence[_Weighted], k: int) -> _Weighted:
        """Return rows that include the k best, each once, with their scores."""
        try:
            scores = self._buffers.pop()
        except IndexError:
            scores = np.zeros(self.size)
        for rows, weights in found:
            np.add.at(scores, rows, weights)
        # A tenth of the scores: the figure at which both ways took equally long.
        if _FEW * sum(len(rows) for rows, _ in found) < self.size:
            best = among_postings(scores, [rows for rows, _ in found], k)
        else:
            rows = among_all(scores, k)
            best = rows, scores[rows]
            scores.fill(0.0)  # for the next search
        self._buffers.append(scores)
        return best


def _places(found: Rows, wanted: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """Return where rows are, or would be, in ascending ones, and whether they are."""
    places = np.searchsorted(found, wanted)
    places[places == len(found)] = 0
    return places, found[places] == wanted
