"""BM25 of single chunks, bit for bit that of `LexicalIndex`, and a bound from above.

The engine ranks by BM25 with parameters and statistics of its own: k1 = 1.2, b = 0.5,
and all that its search index holds, whatever the asker may see. It therefore only
proposes; scores come from here. The bound tells how far the engine's order can be
wrong, and so when enough has been proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.lexical.bm25 import lucene_idf
from bot.stores.redis.counts import Counted

Scores = NDArray[np.float64]

ENGINE_K1, ENGINE_B = 1.2, 0.5  # of BM25STD; a test reads them from EXPLAINSCORE
_SLACK = 1e-5  # relative: what rounding inside the engine may amount to
_ALIKE = 1.02  # ratios of weights up to here are left to the bound: boosts cost time
_PLACES = 6  # decimals of a boost


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
class Corpus:
    """What the engine ranks by: all chunks of a search index, gone ones included."""

    population: Population
    frequencies: Mapping[str, int]  # in how many chunks each term of a question occurs
    lengths: tuple[int, int]  # terms of its shortest and its longest chunk


@dataclass(frozen=True, slots=True)
class Weights:
    """What the terms of a question are worth among the chunks that someone may see."""

    population: Population
    idf: Mapping[str, float]  # of the terms that occur
    k1: float
    b: float

    def scores(self, terms: Sequence[str], counted: Counted) -> Scores:
        """Score chunks.

        Args:
            terms: of the question; one that comes twice counts twice.
            counted: the chunks, with a column for each of the terms.
        """
        # The order of these operations is that of LexicalIndex, to the last bit.
        norms = self._norms(counted.lengths)
        scores = np.zeros(len(norms))
        for column, term in enumerate(terms):
            if term in self.idf:
                counts = counted.counts[:, column]
                there = counts > 0  # with k1 = 0 the others would be 0 / 0
                parts = np.zeros(len(norms))
                weighted = counts * (self.k1 + 1)
                np.divide(weighted, counts + norms, out=parts, where=there)
                scores += self.idf[term] * parts
        return scores

    def boosts(self, corpus: Corpus) -> dict[str, float]:
        """Return by what the engine is to multiply the weight of each term.

        Its idf is that of its own chunks. Multiplied by these, it is that of the
        chunks that the asker may see, so that the engine's order is nearly ours.

        Returns:
            By term, for those that the engine has; all 1 where little would change.
        """
        ratios = self._ratios(corpus)
        values = [*ratios.values(), 0.0]
        if max(values) <= _ALIKE * min(values[:-1], default=0.0):
            return dict.fromkeys(ratios, 1.0)
        least = 10**-_PLACES
        return {term: max(round(own, _PLACES), least) for term, own in ratios.items()}

    def most(self, corpus: Corpus, boosts: Mapping[str, float]) -> float:
        """Return the most by which a score can exceed the engine's, as a factor.

        Both are sums over terms of a weight times a saturation, so no sum's ratio
        exceeds the greatest ratio of its parts. That of the saturations is monotonic
        both in the term's count and in the chunk's length, hence greatest at their
        ends.
        """
        ratios = self._ratios(corpus)
        weight = max((each / boosts[term] for term, each in ratios.items()), default=0)
        often = (self.k1 + 1) / (ENGINE_K1 + 1)
        lengths = np.array(corpus.lengths)
        own, theirs = self._norms(lengths), _engine_norms(lengths, corpus.population)
        once = often * (1 + theirs) / (1 + own)
        return weight * max(often, float(once.max())) * (1 + _SLACK)

    def _ratios(self, corpus: Corpus) -> dict[str, float]:
        """Divide our weight of each term by the engine's, where it has the term."""
        counts = {term: corpus.frequencies.get(term, 0) for term in self.idf}
        present = {term: count for term, count in counts.items() if count}
        numbers = np.array([*present.values()], np.int64)
        weights = lucene_idf(corpus.population.chunks, numbers).tolist()
        return {
            term: self.idf[term] / own
            for term, own in zip(present, weights, strict=True)
        }

    def _norms(self, lengths: NDArray[np.int64]) -> Scores:
        average = self.population.average
        return _float64(self.k1 * (1 - self.b + self.b * lengths / average))


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


def any_above(scores: Scores, bounds: Scores) -> bool:
    """Tell whether a score exceeds what is said to be the most it can be."""
    return bool((scores > bounds * (1 + _SLACK)).any())


def _engine_norms(lengths: NDArray[np.int64], population: Population) -> Scores:
    # The engine has no answer to empty chunks alone, and is asked for none there.
    relative = lengths / population.average
    return _float64(ENGINE_K1 * (1 - ENGINE_B + ENGINE_B * relative))


def _float64(values: NDArray[np.floating[Any]]) -> Scores:
    """Say what dtype an array of integers has once it was divided."""
    return values.astype(np.float64, copy=False)
