"""The best chunks of several collections: as if the collections were one.

Equal scores are ordered by document id and position, whatever the collection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.dense import Floats, Rows
from bot.lexical.searching import LexicalIndex
from bot.stores.documents import chunk_place
from bot.stores.protocol import Ranked
from bot.stores.shelf import Shelf


class Named(Protocol):
    """Names the chunks in some rows of a shelf."""

    def __call__(self, shelf: Shelf, rows: Rows, /) -> list[str]:
        """Return their ids, aligned."""
        ...


def search_lexical(
    index: LexicalIndex,
    shelves: Sequence[Shelf],
    terms: Sequence[str],
    k: int,
    named: Named,
) -> Ranked:
    """Find at most k chunks with a positive BM25 score, best first.

    Args:
        index: over the postings of the shelves, in their order.
        shelves: the visible collections.
        terms: analysed terms of the question.
        k: chunks wanted.
        named: names them.
    """
    if k <= 0:
        return []
    wanted = k if len(shelves) == 1 else k + 1
    while True:
        rows, scores = index.search(terms, wanted)
        # Rows follow the collections, so of the equal scores at the very end the wrong
        # ids may have been left out: ask for more until the end is told apart.
        if len(rows) < wanted or wanted == k or scores[k - 1] > scores[-1]:
            break
        wanted *= 2
    return _best(shelves, _ranked(shelves, rows, scores, named), k)


def search_dense(
    shelves: Sequence[Shelf], vector: Floats, k: int, named: Named
) -> Ranked:
    """Find the k chunks with the highest cosine, best first."""
    found: Ranked = []
    for shelf in shelves:
        rows, cosines = shelf.vectors.nearest(vector, k)
        found += zip(named(shelf, rows), cosines.tolist(), strict=True)
    return _best(shelves, found, k)


def _ranked(
    shelves: Sequence[Shelf], rows: Rows, scores: NDArray[np.float64], named: Named
) -> Ranked:
    """Name rows that count through the shelves; those of a shelf keep their order."""
    found: Ranked = []
    start = 0
    for shelf in shelves:
        own = (start <= rows) & (rows < start + shelf.size)
        names = named(shelf, rows[own] - start)
        found += zip(names, scores[own].tolist(), strict=True)
        start += shelf.size
    return found


def _best(shelves: Sequence[Shelf], found: Ranked, k: int) -> Ranked:
    if len(shelves) == 1:  # rows are in order of id already
        return found[: max(k, 0)]
    return sorted(found, key=_rank)[: max(k, 0)]


def _rank(found: tuple[str, float]) -> tuple[float, str, int]:
    chunk, score = found
    return -score, *chunk_place(chunk)
