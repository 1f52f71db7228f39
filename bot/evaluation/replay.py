"""Scores of the first asking, used again when the same question is asked leniently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.cross_encoders.pairs import PairScorer

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Recorder:
    """Scores pairs anew, so that latencies are those of users, and keeps the scores."""

    scorer: PairScorer
    known: dict[Pair, float] = field(default_factory=dict)

    def score_pairs(self, pairs: Sequence[Pair]) -> list[float]:
        """Score the pairs."""
        scores = self.scorer.score_pairs(pairs)
        self.known.update(zip(pairs, scores, strict=True))
        return scores

    def warm(self) -> None:
        """Open what is needed."""
        self.scorer.warm()


@dataclass(frozen=True, slots=True)
class Replayer:
    """Scores only the pairs that a recorder has not met; a pair has one score."""

    recorder: Recorder

    def score_pairs(self, pairs: Sequence[Pair]) -> list[float]:
        """Return the scores of the pairs, aligned."""
        known = self.recorder.known
        new = list(dict.fromkeys(each for each in pairs if each not in known))
        if new:
            self.recorder.score_pairs(new)
        return [known[each] for each in pairs]

    def warm(self) -> None:
        """Open nothing: most is known."""
