"""The best chunks of several collections: as if the collections were one.

Equal scores are ordered by document id and position, whatever the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from bot.dense import Floats
from bot.lexical.bm25 import LexicalIndex
from bot.stores.documents import chunk_place
from bot.stores.protocol import Ranked
from bot.stores.shelf import Shelf


def search_lexical(
    index: LexicalIndex, shelves: Sequence[Shelf], terms: Sequence[str], k: int
) -> Ranked:
    """Find at most k chunks with a positive BM25 score, best first.

    Args:
        index: over the postings of the shelves, in their order.
        shelves: the visible collections.
        terms: analysed terms of the question.
        k: chunks wanted.
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
    found = zip(_ids(shelves, rows.tolist()), scores.tolist(), strict=True)
    return _best(shelves, found, k)


def search_dense(shelves: Sequence[Shelf], vector: Floats, k: int) -> Ranked:
    """Find the k chunks with the highest cosine, best first."""
    found: list[tuple[str, float]] = []
    for shelf in shelves:
        rows, cosines = shelf.vectors.nearest(vector, k)
        names = map(shelf.chunk_id, rows.tolist())
        found += zip(names, cosines.tolist(), strict=True)
    return _best(shelves, found, k)


def _ids(shelves: Sequence[Shelf], rows: Sequence[int]) -> Iterator[str]:
    """Name rows that count through the shelves."""
    for row in rows:
        rest = row
        for shelf in shelves:
            if rest < shelf.size:
                yield shelf.chunk_id(rest)
                break
            rest -= shelf.size


def _best(
    shelves: Sequence[Shelf], found: Iterable[tuple[str, float]], k: int
) -> Ranked:
    if len(shelves) == 1:  # rows are in order of id already
        return [*islice(found, max(k, 0))]
    return sorted(found, key=_rank)[: max(k, 0)]


def _rank(found: tuple[str, float]) -> tuple[float, str, int]:
    chunk, score = found
    return -score, *chunk_place(chunk)
