"""The exact best chunks, out of what the engine proposes until that is enough.

The engine's order is not ours (see `bot.stores.redis.scoring`). So each segment is
asked for more until nothing that it has not named can be among the best k. A chunk
that the generation no longer has, or that nobody may see, is passed over.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.dense import Floats, cosines
from bot.errors import EngineUnsuitableError
from bot.redis_link import Link
from bot.stores.documents import chunk_place
from bot.stores.protocol import Ranked
from bot.stores.redis import engine
from bot.stores.redis.manifest import Segment
from bot.stores.redis.names import Names, tag, word
from bot.stores.redis.scoring import Weights, is_above

_FIRST = 4  # times k: enough for most questions, see tests/benchmarks/redis_store.py
_MOST = 20_000  # chunks of a segment that are looked at for one question
_SPARE = 8  # vectors asked for beyond k: rounding may swap neighbours

Gone = Mapping[int, frozenset[str]]  # documents of a segment that are no longer there


@dataclass(frozen=True, slots=True)
class Searcher:
    """Searches the segments of a generation."""

    link: Link
    names: Names
    segments: Sequence[Segment]
    gone: Gone

    def words(
        self,
        terms: Sequence[str],
        k: int,
        weights: Weights,
        frequencies: Callable[[int], Mapping[str, int]],
        collections: Sequence[str],
    ) -> Ranked:
        """Find the k chunks with the highest BM25 score.

        Exact as long as at most `_MOST` chunks of a segment have to be looked at;
        beyond, the best of so many by the engine's own BM25.

        Args:
            terms: of the question, each in some visible chunk.
            k: chunks wanted.
            weights: of the terms among the visible chunks.
            frequencies: how many chunks of a segment have each term.
            collections: the visible ones.
        """
        found: dict[str, float] = {}
        words = [word(term) for term in terms]
        seen = {tag(each).encode() for each in collections}
        open_ = {each: 0 for each in self.segments if each.chunks}
        while open_:
            for segment, start in list(open_.items()):
                more = max(start * 3, _FIRST * k)
                count = frequencies(segment.number)
                asked = [term for term in terms if count[term]]
                page = self._page(segment, asked, (start, more))
                most = math.inf
                if page.steady:
                    lengths = (segment.shortest, segment.longest)
                    most = weights.most(count, segment.population, lengths)
                for each in page.found:
                    counted = _counted(each.value, terms, words)
                    score = weights.score(terms, counted)
                    if is_above(score, most * each.score):
                        raise self._unknown_engine()
                    if self._is_there(segment, each.chunk) and each.tag in seen:
                        found[each.chunk] = score
                bound = most * page.found[-1].score if page.found else 0.0
                enough = len(found) >= k and bound < _kth(found.values(), k)
                none_left = len(page.found) < more
                many = len(found) >= k and start + more >= _MOST
                if none_left or enough or many:
                    del open_[segment]
                else:
                    open_[segment] = start + more
        return best(found, k)

    def vectors(
        self, vector: Floats, k: int, collections: Sequence[str] | None
    ) -> Ranked:
        """Find the k chunks with the highest cosine.

        Exact in segments that compare every vector; HNSW may miss some.
        """
        found: dict[str, float] = {}
        for segment in self.segments:
            if segment.chunks:
                found |= self._nearest(segment, vector, k, collections)
        return best(found, k)

    def _nearest(
        self,
        segment: Segment,
        vector: Floats,
        k: int,
        collections: Sequence[str] | None,
    ) -> dict[str, float]:
        """Return chunks of a segment that include the k nearest."""
        rounding = 4 * vector.size * float(np.finfo(np.float32).eps)
        at = self._at(segment)
        wanted = k + _SPARE + min(k, len(self.gone[segment.number]))
        while True:
            wanted = min(wanted, segment.chunks)
            rows = engine.search_vectors(
                at, vector, wanted, collections, kind=segment.vectors
            )
            there = [each for each in rows if self._is_there(segment, each.chunk)]
            table = np.frombuffer(b"".join(each.value for each in there), "<f4")
            exact = cosines(vector, table.reshape(-1, vector.size)).tolist()
            complete = len(rows) < wanted or wanted == segment.chunks
            if complete or (
                len(there) >= k and rows[-1].score + rounding < _kth(exact, k)
            ):
                return dict(zip((each.chunk for each in there), exact, strict=True))
            wanted *= 2

    def _page(
        self,
        segment: Segment,
        terms: Sequence[str],
        place: tuple[int, int],
    ) -> engine.Page:
        if not terms:
            return engine.Page([], steady=True)
        at = self._at(segment)
        return engine.search_words(at, terms, place)

    def _at(self, segment: Segment) -> engine.SearchIndex:
        return engine.search_index(
            self.link, self.names, segment.number, segment.chunks
        )

    def _is_there(self, segment: Segment, chunk: str) -> bool:
        gone = self.gone[segment.number]
        return not gone or chunk_place(chunk)[0] not in gone

    def _unknown_engine(self) -> EngineUnsuitableError:
        return EngineUnsuitableError(
            f"{self.link.config.url} scores passages by a BM25 that this bot does not "
            "know, so its order cannot be trusted. Use a version of Redis that the "
            "README names."
        )


def best(found: Mapping[str, float], k: int) -> Ranked:
    """Return the k best; equal scores by document id and position."""

    def rank(pair: tuple[str, float]) -> tuple[float, str, int]:
        return -pair[1], *chunk_place(pair[0])

    return sorted(found.items(), key=rank)[: max(k, 0)]


def _kth(scores: Iterable[float], k: int) -> float:
    return sorted(scores, reverse=True)[k - 1]


def _counted(value: bytes, terms: Sequence[str], words: Sequence[str]) -> Counter[str]:
    """Count the terms of a chunk; those not asked for together, as no term is named."""
    parts = value.decode("ascii").split(" ") if value else []
    counts = Counter(parts)
    found = Counter({t: counts[w] for t, w in zip(terms, words, strict=True)})
    found[""] = len(parts) - found.total()
    return found
