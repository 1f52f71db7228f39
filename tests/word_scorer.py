"""A small honest scorer for tests: how many words of the question a sentence has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.text.terms import tokenize


@dataclass(frozen=True)
class WordScorer:
    """Gives from -10 to 10 by the share of the question's terms; keeps what it saw."""

    seen: list[tuple[str, str]] = field(default_factory=list)

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Score the pairs, each on its own."""
        self.seen.extend(pairs)
        return [self._score(*each) for each in pairs]

    def warm(self) -> None:
        """Nothing has to be opened."""

    def _score(self, question: str, sentence: str) -> float:
        asked = set(tokenize(question))
        shared = asked & set(tokenize(sentence))
        return 20 * len(shared) / max(1, len(asked)) - 10
