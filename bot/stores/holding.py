"""How much of a collection is in memory, while it is opened and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.stores.manifest import BucketRef

_MOST_HELD = 16_384  # passages: texts and exact vectors of some 35 MB
_AT_ONCE = 1 << 25  # bytes of objects in memory while a large collection is opened


def is_held(buckets: Sequence[BucketRef]) -> bool:
    """Tell whether texts and exact vectors of a collection stay in memory.

    Those of a larger one are read again where they are needed.
    """
    return sum(each.chunks for each in buckets) <= _MOST_HELD


def in_groups(
    buckets: Sequence[BucketRef], size: Callable[[BucketRef], int]
) -> Iterator[list[BucketRef]]:
    """Yield buckets, some at a time: as many as are read at once."""
    group: list[BucketRef] = []
    waiting = 0
    for each in buckets:
        group.append(each)
        waiting += size(each)
        if waiting >= _AT_ONCE:
            yield group
            group, waiting = [], 0
    if group:
        yield group
