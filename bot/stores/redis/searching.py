"""The exact best chunks, out of what the engine proposes until that is enough.

The engine's order is not ours (see `bot.stores.redis.scoring`). So each segment is
asked for more until nothing that it has not named can be among the best k. A chunk
that the generation no longer has is passed over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from bot.dense import Floats, cosines
from bot.errors import EngineUnsuitableError
from bot.redis_link import Link
from bot.stores.documents import chunk_place
from bot.stores.protocol import Ranked
from bot.stores.redis import asking, engine
from bot.stores.redis.counts import count_terms
from bot.stores.redis.engine import COLLECTION, COUNTS, VECTOR
from bot.stores.redis.manifest import Segment
from bot.stores.redis.names import Names, tag
from bot.stores.redis.rows import Rows
from bot.stores.redis.scoring import Corpus, Weights, any_above

_MOST = 1_000_000  # chunks of a segment that the engine returns for one question
# Of a segment's chunks, so many times k are asked for at first, and so many more: on
# 10,000 passages enough for 19 of 20 questions. Where many chunks match, to rank them
# again costs more than to look at one more in a hundred.
_FIRST, _AT_LEAST, _OF_MATCHES = 3, 10, 100
_SPARE = 8  # vectors asked for beyond k: rounding may swap neighbours

T = TypeVar("T")
Gone = Mapping[int, frozenset[str]]  # documents of a segment that are no longer there


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment's part in a question of words."""

    segment: Segment
    terms: Sequence[tuple[str, float]]  # with what the engine multiplies each by
    hidden: Sequence[str]  # collections of the segment
    most: float  # by which a score exceeds the engine's at most
    start: int  # chunks that have been looked at
    wanted: int  # to look at next


@dataclass(frozen=True, slots=True)
class Searcher:
    """Searches the segments of a generation."""

    link: Link
    names: Names
    segments: Sequence[Segment]
    gone: Gone
    rows: Rows
    asker: asking.Asker

    def words(
        self,
        terms: Sequence[str],
        k: int,
        weights: Weights,
        frequencies: Callable[[int], Mapping[str, int]],
        hidden: Collection[str],
    ) -> Ranked:
        """Find the k chunks with the highest BM25 score.

        Args:
            terms: of the question, each in some visible chunk.
            k: chunks wanted.
            weights: of the terms among the visible chunks.
            frequencies: how many chunks of a segment have each term.
            hidden: collections that are not visible.

        Raises:
            EngineUnsuitableError: the engine scores otherwise than is assumed, or more
                chunks than it returns would have to be compared.
        """
        found: dict[str, float] = {}
        parts = [
            _part(each, terms, weights, frequencies(each.number), (k, hidden))
            for each in self.segments
        ]
        waiting = [each for each in parts if each.terms]
        while waiting:
            searches = [
                asking.words_search(
                    self._at(each.segment),
                    each.terms,
                    each.hidden,
                    (each.start, each.wanted),
                )
                for each in waiting
            ]
            more = []
            for part, page in zip(waiting, self.asker.ask(searches), strict=True):
                most = part.most if page.steady else math.inf
                found |= self._scored(part, page, terms, weights, most)
                more.append((part, page, _bound(part, page, most)))
            least = _kth(found.values(), k)
            waiting = [
                self._further(part, page)
                for part, page, bound in more
                if bound > -math.inf and bound >= least
            ]
        return best(found, k)

    def vectors(
        self, vector: Floats, k: int, collections: Sequence[str] | None
    ) -> Ranked:
        """Find the k chunks with the highest cosine.

        Exact in segments that compare every vector; HNSW may miss some.
        """
        found: dict[str, float] = {}
        rounding = 4 * vector.size * float(np.finfo(np.float32).eps)
        waiting = {
            each: min(k + _SPARE + min(k, len(self.gone[each.number])), each.chunks)
            for each in self.segments
            if each.chunks
        }
        while waiting:
            searches = [
                asking.vectors_search(
                    self._at(each), vector, wanted, collections, kind=each.vectors
                )
                for each, wanted in waiting.items()
            ]
            pages = self.asker.ask(searches)
            more = {}
            for (segment, wanted), page in zip(waiting.items(), pages, strict=True):
                exact = self._compared(segment, page, vector)
                found |= exact
                complete = len(page.chunks) < wanted or wanted == segment.chunks
                # A chunk that was not returned is at most as near as the last one.
                if not complete and (
                    page.scores[-1] + rounding >= _kth(exact.values(), k)
                ):
                    more[segment] = min(2 * wanted, segment.chunks)
            waiting = more
        return best(found, k)

    def _scored(
        self,
        part: _Part,
        page: asking.Page,
        terms: Sequence[str],
        weights: Weights,
        most: float,
    ) -> dict[str, float]:
        """Score the chunks of a page that are there."""
        scores = weights.scores(terms, count_terms(page.fields[COUNTS], terms))
        if any_above(scores, most * page.scores):
            raise self._unsuitable(
                "scores passages by a BM25 that this bot does not know, so its order "
                "cannot be trusted"
            )
        hidden = {tag(each).encode() for each in part.hidden}
        if hidden.intersection(page.fields.get(COLLECTION, ())):
            raise self._unsuitable("returned passages that it was told to leave out")
        self._keep(part.segment, page, COUNTS)
        return self._there(part.segment, page, scores.tolist())

    def _further(self, part: _Part, page: asking.Page) -> _Part:
        """Go on, with four times as many chunks in all.

        Raises:
            EngineUnsuitableError: the engine does not return so many.
        """
        start = part.start + len(page.chunks)
        if len(page.chunks) < part.wanted or start >= _MOST:
            raise asking.too_few(self.link)
        return replace(part, start=start, wanted=min(3 * start, _MOST - start))

    def _compared(
        self, segment: Segment, page: asking.Page, vector: Floats
    ) -> dict[str, float]:
        """Return the exact cosines of the chunks of a page that are there."""
        table = np.frombuffer(b"".join(page.fields[VECTOR]), "<f4")
        exact = cosines(vector, table.reshape(-1, vector.size)).tolist()
        self._keep(segment, page, COUNTS, VECTOR)
        return self._there(segment, page, exact)

    def _keep(self, segment: Segment, page: asking.Page, *names: str) -> None:
        for name in names:
            values = self._there(segment, page, page.fields[name])
            self.rows.keep(name, segment.number, values)

    def _there(
        self, segment: Segment, page: asking.Page, values: Sequence[T]
    ) -> dict[str, T]:
        """Return the values of the chunks that the generation still has."""
        gone = self.gone[segment.number]
        found = dict(zip(page.chunks, values, strict=True))
        if not gone:
            return found
        return {
            chunk: value
            for chunk, value in found.items()
            if chunk_place(chunk)[0] not in gone
        }

    def _unsuitable(self, what: str) -> EngineUnsuitableError:
        return EngineUnsuitableError(
            f"{self.link.config.url} {what}. Use a version of Redis that the README "
            "names."
        )

    def _at(self, segment: Segment) -> engine.SearchIndex:
        return engine.search_index(
            self.link, self.names, segment.number, segment.chunks
        )


def best(found: Mapping[str, float], k: int) -> Ranked:
    """Return the k best; equal scores by document id and position."""

    def rank(pair: tuple[str, float]) -> tuple[float, str, int]:
        return -pair[1], *chunk_place(pair[0])

    least = _kth(found.values(), k)
    return sorted((each for each in found.items() if each[1] >= least), key=rank)[:k]


def _part(
    segment: Segment,
    terms: Sequence[str],
    weights: Weights,
    frequencies: Mapping[str, int],
    wanted: tuple[int, Collection[str]],
) -> _Part:
    """Plan how a segment is asked for so many chunks, not of hidden collections."""
    k, hidden = wanted
    lengths = (segment.shortest, segment.longest)
    corpus = Corpus(segment.population, frequencies, lengths)
    boosts = weights.boosts(corpus)
    matches = min(sum(frequencies[term] for term in boosts), segment.chunks)
    return _Part(
        segment,
        [(term, boosts[term]) for term in terms if term in boosts],
        [each.name for each in segment.collections if each.name in hidden],
        weights.most(corpus, boosts),
        0,
        _FIRST * k + _AT_LEAST + matches // _OF_MATCHES,
    )


def _bound(part: _Part, page: asking.Page, most: float) -> float:
    """Return what a chunk may score that has not been looked at."""
    if part.start + len(page.chunks) >= page.total:
        return -math.inf
    return most * float(page.scores[-1]) if page.chunks else math.inf


def _kth(scores: Iterable[float], k: int) -> float:
    """Return the k-th highest score; minus infinity where there are fewer."""
    ordered = sorted(scores)
    return ordered[-k] if 0 < k <= len(ordered) else -math.inf
