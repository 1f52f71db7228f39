"""bm25s with its numba backend."""

from __future__ import annotations

from collections.abc import Callable

import bm25s

from tests.benchmarks.speed.material import MILLION, Material
from tests.benchmarks.speed.million import passages

K = 10


def lexical(material: Material) -> Callable[[int], object]:
    """The documented way: index terms, retrieve; a million is saved once."""
    saved = material.folder / "million" / "bm25s"
    if material.size == MILLION and saved.exists():
        model = bm25s.BM25.load(str(saved))
        model.backend = "numba"
        model.activate_numba_scorer()
    else:
        model = bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend="numba")
        model.index(material.terms, show_progress=False)
    terms = [[*each] for each in material.query_terms]
    known = model.vocab_dict

    def ask(number: int) -> list[int]:
        if not any(each in known for each in terms[number]):
            return []  # it would return any documents
        found, _ = model.retrieve([terms[number]], k=K, show_progress=False)
        rows: list[int] = found[0].tolist()
        return rows

    return ask


def save(material: Material) -> None:
    """Index a million passages, which takes minutes."""
    folder = material.folder / "million"
    if material.size == MILLION and not (folder / "bm25s").exists():
        terms = Material(material.folder, 100_000).terms
        model = bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend="numba")
        model.index([*passages(terms, MILLION)], show_progress=False)
        model.save(str(folder / "bm25s"))
