"""Finds the passages that may answer a question: by words, by meaning, by both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal

from bot.config import RetrievalConfig
from bot.dense import Floats
from bot.fusion import convex_combination
from bot.records import Chunk, Hit
from bot.retrieval.joining import followed, joined
from bot.retrieval.query import (
    Query,
    query_terms,
    score_words,
    search_words,
    taught,
    understand,
)
from bot.stores.protocol import Ranked, Reader, Visible

__all__ = ["Mode", "Retriever", "best_per_document", "query_terms"]

Mode = Literal["hybrid", "lexical", "dense"]

_LONGEST_QUESTION = 4_000  # characters; what is longer is a text, not a question
_TEACHERS = 8  # best passages that abbreviations are learned from


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What was found for a query, before the passages themselves are read."""

    scores: Mapping[str, float]  # chunk id to score, best first
    bm25: Mapping[str, float]
    cosines: Mapping[str, float]
    lexical: Ranked
    dense: Ranked


@dataclass(frozen=True, slots=True)
class Retriever:
    """Ranks an index's passages for a question.

    The hybrid takes the best candidates of both halves, has each half score what
    only the other one proposed, and orders all by both together (`joined`). A
    question of unknown words alone is thus ranked by meaning alone. Words that no
    passage has are first read as words that some has; where the best passages
    introduce an abbreviation that the question uses in one form, the other form is
    searched as well. `Hit.also` names what was added.
    """

    reader: Reader
    config: RetrievalConfig

    def search(
        self,
        question: str,
        k: int,
        *,
        mode: Mode = "hybrid",
        visible: Visible = None,
        vector: Floats | None = None,
    ) -> list[Hit]:
        """Return at most k hits, best first; none for an empty question or index.

        A caller that has encoded the question already hands over its ``vector``; it
        is encoded again where a word is read as another one. Every hit carries the
        raw scores of both halves. Only the mode "lexical" leaves ``cosine`` None,
        because it does without the encoder.
        """
        question = question[:_LONGEST_QUESTION].strip()
        if k <= 0 or not question or not self.reader.size(visible):
            return []
        query = Query(question, query_terms(question))
        if self.config.expand:
            query = understand(question, self.reader, visible)
        if mode == "lexical":
            vector = None
        elif vector is None or query.text != question:
            vector = self.reader.encoder.encode_query(query.text)
        ranking = self._rank(query, k, mode, visible, vector)
        chunks = self._chunks(ranking, max(k, _TEACHERS))
        if mode != "dense" and self.config.expand:
            wiser = taught(query, (each.text for each in chunks[:_TEACHERS]))
            if wiser.learned:
                query = wiser
                ranking = self._rank(query, k, mode, visible, vector)
                chunks = self._chunks(ranking, k)
        return self._hits(query, ranking, chunks[:k], visible)

    def _rank(
        self,
        query: Query,
        k: int,
        mode: Mode,
        visible: Visible,
        vector: Floats | None,
    ) -> _Ranking:
        wanted = max(k, self.config.candidates)
        lexical: Ranked = []
        dense: Ranked = []
        cosines: dict[str, float] = {}
        if mode != "dense":
            lexical = search_words(query, wanted, self.reader, visible)
        if vector is not None:
            dense = self.reader.search_dense(vector, wanted, visible)
            cosines = _completed(dense, lexical, partial(self.reader.cosines, vector))
        bm25 = _completed(
            lexical,
            dense,
            lambda ids: score_words(query, ids, self.reader, visible),
        )
        if mode != "hybrid":
            scores = dict(lexical or dense)
        else:
            scores = self._join(query, bm25, cosines, (lexical, dense))
        return _Ranking(scores, bm25, cosines, lexical, dense)

    def _join(
        self,
        query: Query,
        bm25: Mapping[str, float],
        cosines: Mapping[str, float],
        proposed: Iterable[Ranked],
    ) -> dict[str, float]:
        """Score what was found; the first stay the same however many are asked for.

        Only the usual number of candidates of each half, which does not depend on
        how many hits are wanted, speak for each other. As many of them come first;
        the others follow in the order of the convex combination.
        """
        first = {
            each for ranked in proposed for each, _ in ranked[: self.config.candidates]
        }
        scores = joined(
            {each: bm25[each] for each in first},
            {each: cosines[each] for each in first},
            len(query.terms),
            self.reader.likeness,
            self.config,
        )
        if len(first) == len(bm25):
            return scores
        best = dict(islice(scores.items(), self.config.candidates))
        weight = self.config.lexical_weight
        return followed(best, convex_combination(bm25, cosines, weight))

    def _chunks(self, ranking: _Ranking, k: int) -> list[Chunk]:
        return self.reader.chunks([*islice(ranking.scores, k)])

    def _hits(
        self,
        query: Query,
        ranking: _Ranking,
        chunks: Sequence[Chunk],
        visible: Visible,
    ) -> list[Hit]:
        ids = [each.id for each in chunks]
        matches = self.reader.matched_terms(query.terms, ids, visible)
        lexical_ranks, dense_ranks = _ranks(ranking.lexical), _ranks(ranking.dense)
        return [
            Hit(
                chunk,
                ranking.scores[chunk.id],
                bm25=ranking.bm25[chunk.id],
                cosine=ranking.cosines.get(chunk.id),
                lexical_rank=lexical_ranks.get(chunk.id),
                dense_rank=dense_ranks.get(chunk.id),
                matched=matched,
                also=query.also,
            )
            for chunk, matched in zip(chunks, matches, strict=True)
        ]


def best_per_document(hits: Iterable[Hit]) -> list[Hit]:
    """Keep the first hit of each document, in order."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.chunk.document, hit)
    return [*first.values()]


def _completed(
    own: Ranked, others: Ranked, score: Callable[[Sequence[str]], list[float]]
) -> dict[str, float]:
    """Add to one half's raw scores those of what only the other half proposed."""
    scores = dict(own)
    missing = [each for each, _ in others if each not in scores]
    if missing:
        scores |= zip(missing, score(missing), strict=True)
    return scores


def _ranks(ranked: Ranked) -> dict[str, int]:
    return {each: rank for rank, (each, _) in enumerate(ranked, start=1)}
