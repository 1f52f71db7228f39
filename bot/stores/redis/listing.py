"""The documents of a generation as a sequence that is read where it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from typing import overload

from bot.records import DocumentInfo
from bot.redis_link import Link
from bot.stores.redis.documents import open_info
from bot.stores.redis.homes import Homes
from bot.stores.redis.names import Names, decoded

_AT_ONCE = 512
_IDS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Listing(Sequence[DocumentInfo]):
    """What is known of documents, by id; some hundred are read at a time."""

    link: Link
    names: Names
    places: Sequence[tuple[str, int]]  # id and segment of each, by id
    copies: Mapping[str, tuple[str, ...]]  # document id to files with the same bytes

    @classmethod
    def read(
        cls,
        homes: Homes,
        collections: Sequence[str],
        copies: Mapping[str, tuple[str, ...]],
    ) -> Listing:
        """List the documents of some collections."""
        lists = [
            ids_of(homes.link, homes.names, segment, collection, gone)
            for segment, gone in homes.gone.items()
            for collection in collections
        ]
        return cls(homes.link, homes.names, list(merge(*lists)), copies)

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> DocumentInfo: ...
    @overload
    def __getitem__(self, at: slice) -> list[DocumentInfo]: ...
    def __getitem__(self, at: int | slice) -> DocumentInfo | list[DocumentInfo]:
        """Read one document's facts, or those of several."""
        if isinstance(at, slice):
            return self._read(self.places[at])
        return self._read([self.places[at]])[0]

    def __iter__(self) -> Iterator[DocumentInfo]:
        """Read all, some hundred at a time."""
        for at in range(0, len(self.places), _AT_ONCE):
            yield from self._read(self.places[at : at + _AT_ONCE])

    def __eq__(self, other: object) -> bool:
        """Compare with any sequence of documents."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # a sequence, read anew each time

    def _read(self, places: Sequence[tuple[str, int]]) -> list[DocumentInfo]:
        replies = self.link.calls(
            ("HGET", self.names.document(segment, id_), "info")
            for id_, segment in places
        )
        infos = [
            open_info(reply, f"{self.link.config.url}, document {id_!r}")
            for (id_, _), reply in zip(places, replies, strict=True)
        ]
        return [
            replace(each, copies=self.copies[each.id])
            if each.id in self.copies
            else each
            for each in infos
        ]


def ids_of(
    link: Link, names: Names, segment: int, collection: str, gone: frozenset[str]
) -> Iterator[tuple[str, int]]:
    """Yield the documents of a collection in a segment, by id, with the segment."""
    start = 0
    while True:
        key = names.ids(segment, collection)
        page = link.call("ZRANGE", key, start, start + _IDS_AT_ONCE - 1)
        for member in page:
            id_ = decoded(member)
            if id_ not in gone:
                yield id_, segment
        if len(page) < _IDS_AT_ONCE:
            return
        start += len(page)
