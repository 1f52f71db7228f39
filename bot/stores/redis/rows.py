"""Single fields of chunks: what a search has just returned is not read again.

A question is answered in steps: words and vectors propose chunks, then each half scores
what the other one proposed, then the words that matched are named. Most of what the
later steps need has come along with the first ones.
"""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.redis_link import Link
from bot.stores.documents import chunk_place
from bot.stores.redis.homes import Homes
from bot.stores.redis.names import Names

_PAGES_KEPT = 8  # some questions' that are answered at the same time
_LONGEST_KEPT = 1_024  # chunks: with their vectors 1.5 MB

_Values = dict[str, bytes]  # by chunk


@dataclass(frozen=True, slots=True)
class Rows:
    """Reads fields of chunks, which never change; those of the last pages are kept."""

    link: Link
    names: Names
    homes: Homes
    _pages: deque[tuple[str, _Values]] = field(
        default_factory=lambda: deque(maxlen=_PAGES_KEPT)
    )

    def keep(self, name: str, segment: int, values: _Values) -> None:
        """Keep the values of a field, of chunks that a segment still has."""
        if 0 < len(values) <= _LONGEST_KEPT:
            self._pages.append((name, values))
            documents = {chunk_place(each)[0] for each in values}
            self.homes.learn(dict.fromkeys(documents, segment))

    def read(self, name: str, chunks: Sequence[str]) -> list[bytes]:
        """Return the values of a field, aligned.

        Raises:
            KeyError: the generation does not have one of the chunks.
        """
        known = ChainMap(*(values for field, values in [*self._pages] if field == name))
        lacking = [each for each in dict.fromkeys(chunks) if each not in known]
        found = self._look(name, lacking)
        return [found[each] if each in found else known[each] for each in chunks]

    def _look(self, name: str, chunks: Sequence[str]) -> _Values:
        documents = [chunk_place(each)[0] for each in chunks]
        homes = self.homes.find(documents)
        keys = [
            self.names.chunk(homes[document], chunk)
            for document, chunk in zip(documents, chunks, strict=True)
        ]
        replies = self.link.calls(("HGET", key, name) for key in keys)
        found = {}
        for chunk, reply in zip(chunks, replies, strict=True):
            if reply is None:
                raise KeyError(chunk)
            found[chunk] = bytes(reply)
        return found
