"""The term counts of buckets become those of their collection, in little memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.lexical.bm25 import Postings
from bot.stores.manifest import ObjectRef
from bot.stores.objects import Objects
from bot.stores.shelf import Longs, read_counts

_SORTED_AT_ONCE = 1 << 22  # postings: some 130 MB while they are sorted


def merge_counts(
    objects: Objects, references: Sequence[ObjectRef], rows: Sequence[Longs]
) -> Postings:
    """Join the counts of buckets as `Postings.merge` does.

    Each bucket is read twice, first to see which terms there are and how often, then
    to put its counts into their places; only one is in memory at a time.

    Args:
        objects: of the index.
        references: the counts of each bucket.
        rows: for each bucket the row of each of its chunks in the collection.

    Raises:
        IndexDamagedError: the counts of a bucket are missing or changed.
    """
    sizes: dict[str, int] = {}
    for reference in references:
        part = read_counts(objects, reference)
        for term, size in zip(part.terms, np.diff(part.offsets).tolist(), strict=True):
            sizes[term] = sizes.get(term, 0) + size
    terms = tuple(sorted(sizes))
    numbers = {term: number for number, term in enumerate(terms)}
    offsets = np.zeros(len(terms) + 1, np.int64)
    np.cumsum([sizes[term] for term in terms], out=offsets[1:])
    del sizes
    merged = Postings(
        terms,
        offsets,
        rows=np.empty(offsets[-1], np.int32),
        counts=np.empty(offsets[-1], np.int32),
        lengths=np.empty(sum(map(len, rows)), np.int32),
    )
    free = offsets[:-1].copy()  # the next free place of each term
    for reference, new in zip(references, rows, strict=True):
        part = read_counts(objects, reference)
        found = np.array([numbers[term] for term in part.terms], np.int64)
        widths = np.diff(part.offsets)
        places = np.repeat(free[found] - part.offsets[:-1], widths)
        places += np.arange(len(part.rows))
        merged.rows[places] = new[part.rows]
        merged.counts[places] = part.counts
        merged.lengths[new] = part.lengths
        free[found] += widths
    _sort_rows(merged)
    return merged


def _sort_rows(postings: Postings) -> None:
    """Put the rows of every term in order, some terms at a time."""
    offsets = postings.offsets
    wanted = np.arange(0, int(offsets[-1]) + _SORTED_AT_ONCE, _SORTED_AT_ONCE)
    cuts = np.unique(np.searchsorted(offsets, wanted).clip(max=len(offsets) - 1))
    for first, last in pairwise(cuts.tolist()):
        widths: NDArray[np.int64] = np.diff(offsets[first : last + 1])
        span = slice(offsets[first], offsets[last])
        terms = np.repeat(np.arange(last - first, dtype=np.int32), widths)
        order = np.lexsort((postings.rows[span], terms))
        postings.rows[span] = postings.rows[span][order]
        postings.counts[span] = postings.counts[span][order]
