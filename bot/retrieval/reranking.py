"""Reads the first passages of a ranking again, together with the question."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.cross_encoders.pairs import PairScorer
from bot.records import Hit
from bot.text.terms import index_text


@dataclass(frozen=True, slots=True)
class Reranker:
    """Puts passages in the order in which a cross-encoder thinks they answer.

    It reads what was indexed of a passage: title, headings, and text without markup.
    """

    name: str  # of the model: equal names, equal scores but for rounding
    scorer: PairScorer
    depth: int  # passages that are read

    def best(
        self, question: str, k: int, search: Callable[[int], Sequence[Hit]]
    ) -> list[Hit]:
        """Return the k best hits of a search, once the first of them were read.

        Args:
            question: what the passages are read with.
            k: hits wanted.
            search: returns at most as many hits as it is asked for, best first.
        """
        return self.order(question, search(max(k, self.depth)))[:k]

    def order(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Order the first ``depth`` hits by their logit, which they are given.

        Equal logits keep the order of the search, and so does what is behind them.
        """
        first, rest = hits[: self.depth], hits[self.depth :]
        logits = self.scorer.score_pairs(
            [(question, index_text(each.chunk)) for each in first]
        )
        read = [
            dataclasses.replace(hit, logit=logit)
            for hit, logit in zip(first, logits, strict=True)
        ]
        return [*sorted(read, key=_falling), *rest]


def _falling(hit: Hit) -> float:
    return -(hit.logit or 0.0)
