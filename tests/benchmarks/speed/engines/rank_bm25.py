"""rank_bm25 itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from rank_bm25 import BM25Okapi

from bot.lexical.bm25 import LuceneBM25
from tests.benchmarks.speed.material import Material

K = 10


def lexical(material: Material) -> Callable[[int], object]:
    """Rank by `get_scores` and a sort, as `get_top_n` does."""
    model = BM25Okapi(material.terms, k1=1.2, b=0.75)
    terms = material.query_terms

    def ask(number: int) -> list[int]:
        scores = model.get_scores(terms[number])
        rows: list[int] = np.argsort(scores)[::-1][:K].tolist()
        return rows

    return ask


def check(material: Material) -> Callable[[int], object]:
    """Rank by the model that defines the bot's scores, equal ones by row."""
    model = LuceneBM25(material.terms, k1=1.2, b=0.75)
    terms = material.query_terms

    def ask(number: int) -> list[tuple[int, float]]:
        scores = model.get_scores(terms[number])
        rows = np.lexsort((np.arange(len(scores)), -scores))[:K]
        return [(row, float(scores[row])) for row in rows.tolist() if scores[row] > 0]

    return ask
