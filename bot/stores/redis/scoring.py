"""BM25 of single chunks, bit for bit that of `LexicalIndex`, and a bound from above.

The engine ranks by BM25 with parameters and statistics of its own: k1 = 1.2, b = 0.5,
and all that its search index holds, whatever the asker may see. It therefore only
proposes; scores come from here. The bound tells how far the engine's order can be
wrong, and so when enough has been proposed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.lexical.bm25 import lucene_idf

ENGINE_K1, ENGINE_B = 1.2, 0.5  # of BM25STD; a test reads them from EXPLAINSCORE
_SLACK = 1e-5  # relative: what rounding inside the engine may amount to


@dataclass(frozen=True, slots=True)
class Population:
    """The chunks that statistics are taken of."""

    chunks: int
    tokens: int  # terms of all chunks, repeated ones counted

    @property
    def average(self) -> float:
        """Terms a chunk; 1 where there are none, as in `LexicalIndex`."""
        return (self.tokens / self.chunks if self.chunks else 0.0) or 1.0


@dataclass(frozen=True, slots=True)
class Weights:
    """What the terms of a question are worth among the chunks that someone may see."""

    population: Population
    idf: Mapping[str, float]  # of the terms that occur
    k1: float
    b: float

    def score(self, terms: Sequence[str], words: Counter[str]) -> float:
        """Score a chunk.

        Args:
            terms: of the question; one that comes twice counts twice.
            words: how often each term occurs in the chunk, all its terms included.
        """
        total = 0.0
        # The order of these operations is that of LexicalIndex, to the last bit.
        norm = self._norm(words.total())
        for term in terms:
            if (count := words[term]) and term in self.idf:
                total += self.idf[term] * (count * (self.k1 + 1) / (count + norm))
        return total

    def most(
        self,
        frequencies: Mapping[str, int],
        population: Population,
        lengths: tuple[int, int],
    ) -> float:
        """Return the most by which a score can exceed the engine's, as a factor.

        Both are sums over terms of idf times a saturation, so no sum's ratio exceeds
        the greatest ratio of its parts. That of the saturations is monotonic both in
        the term's count and in the chunk's length, hence greatest at their ends.

        Args:
            frequencies: in how many of the engine's chunks each term occurs.
            population: the engine's.
            lengths: terms of its shortest and its longest chunk.
        """
        present = [term for term in self.idf if frequencies.get(term)]
        counts = np.array([frequencies[term] for term in present], np.int64)
        weights = lucene_idf(population.chunks, counts).tolist()
        idf = max(
            (self.idf[term] / own for term, own in zip(present, weights, strict=True)),
            default=0.0,
        )
        often = (self.k1 + 1) / (ENGINE_K1 + 1)
        norms = [(self._norm(each), _engine_norm(each, population)) for each in lengths]
        once = [often * (1 + own) / (1 + norm) for norm, own in norms]
        return idf * max(often, *once) * (1 + _SLACK)

    def _norm(self, length: int) -> float:
        return self.k1 * (1 - self.b + self.b * length / self.population.average)


def weigh(
    population: Population, frequencies: Mapping[str, int], *, k1: float, b: float
) -> Weights:
    """Weigh the terms of a question.

    Args:
        population: the chunks that the asker may see.
        frequencies: in how many of them each term occurs.
        k1: BM25's saturation.
        b: BM25's length normalisation.
    """
    present = {term: count for term, count in frequencies.items() if count}
    idf = lucene_idf(population.chunks, np.array([*present.values()], np.int64))
    return Weights(population, dict(zip(present, idf.tolist(), strict=True)), k1, b)


def _engine_norm(length: int, population: Population) -> float:
    # The engine has no answer to empty chunks alone, and is asked for none there.
    average = population.average
    return ENGINE_K1 * (1 - ENGINE_B + ENGINE_B * length / average)


def is_above(score: float, bound: float) -> bool:
    """Tell whether a score exceeds what is said to be the most it can be."""
    return score > bound and not math.isclose(score, bound, rel_tol=_SLACK)
