"""How many chunks have a term: by segment for the engine, by collection for askers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from threading import Lock

from bot.redis_link import Link
from bot.stores.redis.manifest import RedisManifest
from bot.stores.redis.names import Names, word

_MOST_KEPT = 100_000  # terms


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many chunks a term occurs."""

    segments: dict[int, int]  # all chunks of a segment, those that are gone included
    collections: dict[str, int]  # the chunks that the generation has

    def total(self, collections: Iterable[str]) -> int:
        """Add up some collections."""
        return sum(self.collections[each] for each in collections)


@dataclass(slots=True)
class Statistics:
    """The counts of a generation, which never change; kept once they were read."""

    link: Link
    names: Names
    manifest: RedisManifest
    _known: dict[str, Counts] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)

    def counts(self, terms: Sequence[str]) -> dict[str, Counts]:
        """Return the counts of each term."""
        known = {term: self._known.get(term) for term in terms}
        missing = [term for term, counts in known.items() if counts is None]
        found = self._read(missing) if missing else {}
        with self._guard:
            if len(self._known) + len(found) > _MOST_KEPT:
                self._known = {}
            self._known |= found
        return {term: counts or found[term] for term, counts in known.items()}

    def _read(self, terms: Sequence[str]) -> dict[str, Counts]:
        segments = [each.number for each in self.manifest.segments]
        collections = [each.name for each in self.manifest.collections]
        found = {
            term: Counts(dict.fromkeys(segments, 0), dict.fromkeys(collections, 0))
            for term in terms
        }
        # Of each table: its key, its segment and collection, and what a chunk counts.
        tables = [
            (self.names.counts(segment, collection), segment, collection, 1)
            for segment, collection in product(segments, collections)
        ]
        tables += [
            (self.names.minus(self.manifest.generation, *place), *place, -1)
            for place in product(map(int, self.manifest.gone), collections)
        ]
        words = [word(term) for term in terms]
        replies = self.link.calls(("HMGET", key, *words) for key, *_ in tables)
        for (_, segment, collection, sign), reply in zip(tables, replies, strict=True):
            for counts, value in zip(found.values(), reply, strict=True):
                count = int(value or 0)
                counts.collections[collection] += sign * count
                if sign > 0:
                    counts.segments[segment] += count
        return found
