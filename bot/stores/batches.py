"""Work in batches of bounded size, so that memory does not grow with the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")


def in_batches(
    items: Iterable[_Item], size: Callable[[_Item], int], enough: int
) -> Iterator[list[_Item]]:
    """Yield items in their order, some at a time.

    Args:
        items: what is divided; read no further than the batch that is yielded.
        size: of one item, in any unit.
        enough: a batch ends with the item that brings it to this size.

    >>> [*in_batches("abcde", lambda _: 1, 2)]
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    batch: list[_Item] = []
    waiting = 0
    for each in items:
        batch.append(each)
        waiting += size(each)
        if waiting >= enough:
            yield batch
            batch, waiting = [], 0
    if batch:
        yield batch
