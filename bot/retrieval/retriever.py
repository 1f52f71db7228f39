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
from bot.records import Hit
from bot.stores.protocol import Ranked, Reader, Visible
from bot.text.terms import tokenize

Mode = Literal["hybrid", "lexical", "dense"]

_LONGEST_QUESTION = 4_000  # characters; what is longer is a text, not a question
_MOST_DISTINCT = 64  # terms of a question; each costs a walk through its postings
_MOST_TERMS = 256  # repeated ones counted


@dataclass(frozen=True, slots=True)
class Retriever:
    """Ranks an index's passages for a question.

    The hybrid takes the best candidates of both halves, has each half score what
    only the other one proposed, and orders all by a convex combination of the two.
    A question of unknown words alone is thus ranked by meaning alone.
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

        A caller that has encoded the question already hands over its ``vector``.
        Every hit carries the raw scores of both halves. Only the mode "lexical"
        leaves ``cosine`` None, because it does without the encoder.
        """
        question = question[:_LONGEST_QUESTION].strip()
        if k <= 0 or not question or not self.reader.size(visible):
            return []
        terms = query_terms(question)
        wanted = max(k, self.config.candidates)
        lexical: Ranked = []
        dense: Ranked = []
        cosines: Mapping[str, float] = {}
        if mode != "dense" and terms:
            lexical = self.reader.search_lexical(terms, wanted, visible)
        if mode != "lexical":
            if vector is None:
                vector = self.reader.encoder.encode_query(question)
            dense = self.reader.search_dense(vector, wanted, visible)
            cosines = _completed(dense, lexical, partial(self.reader.cosines, vector))
        bm25 = _completed(
            lexical,
            dense,
            lambda ids: self.reader.lexical_scores(terms, ids, visible),
        )
        if mode == "hybrid":
            scores = convex_combination(bm25, cosines, self.config.lexical_weight)
        else:
            scores = dict(lexical or dense)
        best = dict(islice(scores.items(), k))
        lexical_ranks, dense_ranks = _ranks(lexical), _ranks(dense)
        chunks = self.reader.chunks([*best])
        matches = self.reader.matched_terms(terms, [*best], visible)
        return [
            Hit(
                chunk,
                score,
                bm25=bm25[chunk.id],
                cosine=cosines.get(chunk.id),
                lexical_rank=lexical_ranks.get(chunk.id),
                dense_rank=dense_ranks.get(chunk.id),
                matched=matched,
            )
            for chunk, score, matched in zip(
                chunks, best.values(), matches, strict=True
            )
        ]


def query_terms(question: str) -> tuple[str, ...]:
    """Return the terms that a question is searched by, in order.

    A word that a long question repeats is what it is about, so it stays as often as
    it comes (on CACM's questions nDCG@10 is .528 so, and .478 with each term once).
    """
    terms = tokenize(question)
    distinct = set(islice(dict.fromkeys(terms), _MOST_DISTINCT))
    return tuple(islice((each for each in terms if each in distinct), _MOST_TERMS))


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
