"""BM25: the definition of its scores, which `bot.lexical.searching` equals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from bot.lexical.postings import Postings

__all__ = ["LuceneBM25", "Postings", "lucene_idf", "lucene_weight"]

Scores = NDArray[np.float64]


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
    weights = [lucene_weight(documents, df) for df in frequencies.tolist()]
    return np.array(weights, dtype=np.float64)


def lucene_weight(documents: int, frequency: int) -> float:
    """Return the weight of one term; see ``lucene_idf``."""
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
