"""Where the time of a hybrid search goes, step by step.

Usage: python -m tests.benchmarks.speed.steps FOLDER SIZE

FOLDER is the prepared material. Each step of each tenth question is timed ten times
and the least counts, so that other programs disturb little; a line gives the median
over the questions, in microseconds. Steps that are indented are parts of the one above.
A whole search takes longer than its steps, since what it needs is then no longer in
the processor's cache; and a new question longer than one that is repeated, since the
passages that it finds are not at hand.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.fusion import convex_combination
from bot.retrieval.joining import joined
from bot.retrieval.query import query_terms
from bot.retrieval.retriever import Retriever
from bot.stores.local import LocalReader
from tests.benchmarks.speed.material import Material

_ROUNDS = 10
_K = 10


def main() -> None:
    """Time the steps and print them."""
    material = Material(Path(sys.argv[1]), int(sys.argv[2]))
    times: dict[str, list[float]] = defaultdict(list)
    with closing(material.reader()) as reader:
        for number in range(0, len(material.queries), 10):
            for step, work in _steps(material, reader, number).items():
                times[step].append(_least(work))
    for step, some in times.items():
        sys.stdout.write(f"{step:34}{statistics.median(some):8.0f}\n")


def _steps(
    material: Material, reader: LocalReader, number: int
) -> dict[str, Callable[[], object]]:
    config = dataclasses.replace(material.config.retrieval, expand=False)
    retriever = Retriever(reader, config)
    question, vector = material.queries[number], material.query_vectors[number]
    terms, most = query_terms(question), config.candidates
    lexical = reader.search_lexical(terms, most)
    dense = reader.search_dense(vector, most)
    by_words, by_meaning = [each for each, _ in lexical], [each for each, _ in dense]
    every = sorted({*by_words, *by_meaning})
    bm25 = dict(zip(every, reader.lexical_scores(terms, every), strict=True))
    cosines = dict(zip(every, reader.cosines(vector, every), strict=True))
    [shelf] = reader.shelves
    rows, _ = shelf.vectors.nearest(vector, most)
    return {
        "whole search": lambda: retriever.search(question, _K, vector=vector),
        "by words": lambda: reader.search_lexical(terms, most),
        "by meaning": lambda: reader.search_dense(vector, most),
        "  all bytes multiplied": lambda: shelf.vectors._approximate(vector),  # noqa: SLF001 - a step
        "  50 exact vectors read": lambda: shelf.vectors.take(rows),
        "meaning of what words found": lambda: reader.cosines(vector, by_words),
        "words of what meaning found": lambda: reader.lexical_scores(terms, by_meaning),
        "joined": lambda: joined(bm25, cosines, len(terms), reader.likeness, config),
        "  convex combination": lambda: convex_combination(bm25, cosines, 0.4),
        "  how like candidates are": lambda: reader.likeness(every),
        "10 passages": lambda: reader.chunks(every[:_K]),
        "  their matched terms": lambda: reader.matched_terms(terms, every[:_K]),
    }


def _least(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1e6


if __name__ == "__main__":
    main()
