"""The bot."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from bot.app import open_bot
from bot.lexical.bm25 import LexicalIndex
from bot.lexical.coded import CodedPostings
from bot.narrow import HeldVectors, NarrowVectors
from bot.retrieval.retriever import Retriever
from tests.benchmarks.speed.material import MILLION, Material
from tests.benchmarks.speed.million import read_million

K = 10


def lexical(material: Material) -> Callable[[int], object]:
    """BM25 over the postings of the index."""
    if material.size == MILLION:
        postings = CodedPostings.of(read_million(material.folder / "million"))
    else:
        [shelf] = material.reader().shelves
        postings = shelf.postings
    index = LexicalIndex([postings], k1=1.2, b=0.75)
    terms = material.query_terms

    def ask(number: int) -> list[tuple[int, float]]:
        rows, scores = index.search(terms[number], K)
        return [*zip(rows.tolist(), scores.tolist(), strict=True)]

    return ask


def hybrid(material: Material) -> Callable[[int], object]:
    """The retriever over an opened index, with the passages' text and raw scores."""
    return _hybrid(material, expand=False)


def hybrid_mended(material: Material) -> Callable[[int], object]:
    """The same as it is by default: a question with a mended word is encoded again."""
    return _hybrid(material, expand=True)


def _hybrid(material: Material, *, expand: bool) -> Callable[[int], object]:
    retrieval = dataclasses.replace(material.config.retrieval, expand=expand)
    retriever = Retriever(material.reader(), retrieval)
    queries, vectors = material.queries, material.query_vectors
    return lambda number: [
        each.chunk.id
        for each in retriever.search(queries[number], K, vector=vectors[number])
    ]


def encoded(material: Material) -> Callable[[int], object]:
    """The opened bot."""
    bot = open_bot(config=material.config, receipts=False)
    queries = material.queries
    return lambda number: [each.chunk.id for each in bot.search(queries[number], K)]


def vectors(material: Material) -> Callable[[int], object]:
    """The search at a byte a number, decided by exact vectors that are in memory."""
    exact = material.vectors
    rows = np.arange(len(exact))
    some = ((rows[at : at + 512], exact[at : at + 512]) for at in rows[::512].tolist())
    narrow = NarrowVectors.of(some, exact.shape, HeldVectors(exact))
    queries = material.query_vectors
    return lambda number: narrow.nearest(queries[number], K)[0].tolist()
