"""Where the documents of a generation are: in which segment, if not gone from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from bot.redis_link import Link
from bot.stores.objects import damaged
from bot.stores.redis.manifest import RedisManifest
from bot.stores.redis.names import Names, decoded

_MOST_KEPT = 100_000  # documents


@dataclass(slots=True)
class Homes:
    """The segment of each document, looked up when asked for and kept."""

    link: Link
    names: Names
    gone: dict[int, frozenset[str]]  # by segment, oldest first
    _known: dict[str, int] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)

    def find(self, documents: Iterable[str]) -> dict[str, int]:
        """Return the segment of each document.

        Raises:
            KeyError: the generation does not have one of them.
        """
        wanted = list(dict.fromkeys(documents))
        with self._guard:
            known = {each: self._known[each] for each in wanted if each in self._known}
        found = self._look(each for each in wanted if each not in known)
        self.learn(found)
        both = known | found
        return {each: both[each] for each in wanted}

    def learn(self, found: Mapping[str, int]) -> None:
        """Take over in which segment documents are, as a search has shown."""
        with self._guard:
            if len(self._known) + len(found) > _MOST_KEPT:
                self._known = {}
            self._known |= found

    def _look(self, documents: Iterable[str]) -> dict[str, int]:
        pairs = [
            (document, segment)
            for document in documents
            for segment, gone in self.gone.items()
            if document not in gone
        ]
        replies = self.link.calls(
            ("EXISTS", self.names.document(segment, document))
            for document, segment in pairs
        )
        return {
            document: segment
            for (document, segment), reply in zip(pairs, replies, strict=True)
            if reply
        }


def read_homes(link: Link, names: Names, manifest: RedisManifest) -> Homes:
    """Read which documents are gone from which segment.

    Raises:
        IndexDamagedError: fewer or more are than the manifest says.
    """
    gone = {}
    for segment in manifest.segments:
        expected = manifest.gone_from(segment.number)
        key = names.gone(manifest.generation, segment.number)
        members = link.call("SMEMBERS", key) if expected else ()
        if len(members) != expected:
            place = f"{link.config.url}, generation {manifest.generation}"
            raise damaged(place, "does not know which documents are gone")
        gone[segment.number] = frozenset(map(decoded, members))
    return Homes(link, names, gone)
