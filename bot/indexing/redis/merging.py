"""Which old segments a build writes anew together with what has changed.

As in Lucene and other log-structured stores: a segment is taken over when it is no
larger than what is written anyway, so their number grows with the logarithm of the
index, and each document is copied about as often. One of which much is gone is taken
over too, for what is gone still costs memory and is passed over in every search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.stores.redis.manifest import Segment

_MOST_GONE = 0.25  # of a segment's documents
_ALIKE = 2  # a segment so many times as large as what is written is left alone


def taken_over(
    segments: Sequence[Segment], gone: Mapping[int, int], new: int
) -> set[int]:
    """Choose the segments whose documents are written anew, by number.

    Args:
        segments: of the generation before, oldest first.
        gone: how many of the documents of each are gone, or change now.
        new: number of documents that are written in any case.
    """
    taken = {
        each.number
        for each in segments
        if gone[each.number] > _MOST_GONE * each.documents or not each.documents
    }
    left = {s.number: s.documents - gone[s.number] for s in segments}
    size = new + sum(left[number] for number in taken)
    for each in reversed(segments):
        if each.number not in taken and size and left[each.number] <= _ALIKE * size:
            taken.add(each.number)
            size += left[each.number]
    return taken
