"""How much of a collection is in memory, while it is opened and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.stores.batches import in_batches
from bot.stores.manifest import BucketRef

_MOST_HELD = 16_384  # passages: texts of some 11 MB
_MOST_WHOLE = 2_048  # passages: exact vectors and sentences of some 4 MB
_AT_ONCE = 1 << 25  # bytes of objects in memory while a large collection is opened


def is_held(buckets: Sequence[BucketRef]) -> bool:
    """Tell whether the texts of a collection stay in memory.

    What does not is read again where it is needed.
    """
    return _passages(buckets) <= _MOST_HELD


def is_whole(buckets: Sequence[BucketRef]) -> bool:
    """Tell whether all of a collection stays in memory.

    Exact vectors take more than everything else, and a search reads some hundred.
    """
    return _passages(buckets) <= min(_MOST_WHOLE, _MOST_HELD)


def give_back() -> None:
    """Return what opening needed, and no longer does, to the system.

    The memory allocator of Linux keeps it for later otherwise: a seventh of what an
    index of 100,000 passages takes.
    """
    import ctypes  # noqa: PLC0415 - a small index does without it

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:  # other systems have none
        trim(0)


def _passages(buckets: Sequence[BucketRef]) -> int:
    return sum(each.chunks for each in buckets)


def in_groups(
    buckets: Sequence[BucketRef], size: Callable[[BucketRef], int]
) -> Iterator[list[BucketRef]]:
    """Divide buckets into groups that are read at once."""
    return in_batches(buckets, size, _AT_ONCE)
