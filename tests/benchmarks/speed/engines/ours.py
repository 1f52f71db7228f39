"""The bot."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable

import numpy as np

from bot.app import open_bot
from bot.lexical.coded import CodedPostings
from bot.lexical.searching import LexicalIndex
from bot.narrow import HeldVectors, NarrowVectors
from bot.retrieval.retriever import Retriever
from bot.stores.local import LocalReader, open_reader
from tests.benchmarks.speed.drawn_vectors import drawn_encoders
from tests.benchmarks.speed.few_passages import few_settings
from tests.benchmarks.speed.material import MILLION, Material
from tests.benchmarks.speed.million import read_million

K = 10


def lexical(material: Material) -> Callable[[int], object]:
    """BM25 over the postings of the index."""
    index = _index(material)
    terms = material.query_terms

    def ask(number: int) -> list[tuple[int, float]]:
        rows, scores = index.search(terms[number], K)
        return [*zip(rows.tolist(), scores.tolist(), strict=True)]

    return ask


def postings(material: Material) -> Callable[[int], object]:
    """How many postings a question's terms have: what a search by words reads."""
    index, terms = _index(material), material.query_terms
    return lambda number: sum(index.frequencies([each])[each] for each in terms[number])


def hybrid(material: Material) -> Callable[[int], object]:
    """The retriever over an opened index, with the passages' text and raw scores."""
    return _hybrid(material, expand=False)


def hybrid_few(material: Material) -> Callable[[int], object]:
    """The same over few passages: what it takes in memory, many take as well."""
    module = "tests.benchmarks.speed.few_passages"
    subprocess.run([sys.executable, "-m", module, str(material.folder)], check=True)
    config = few_settings(material.folder)
    reader = open_reader(config.index_path, config, drawn_encoders())
    return _asked(material, reader, expand=False)


def hybrid_mended(material: Material) -> Callable[[int], object]:
    """The same as it is by default: a question with a mended word is encoded again."""
    return _hybrid(material, expand=True)


def _hybrid(material: Material, *, expand: bool) -> Callable[[int], object]:
    return _asked(material, material.reader(), expand=expand)


def _asked(
    material: Material, reader: LocalReader, *, expand: bool
) -> Callable[[int], object]:
    retrieval = dataclasses.replace(material.config.retrieval, expand=expand)
    retriever = Retriever(reader, retrieval)
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


def _index(material: Material) -> LexicalIndex:
    if material.size == MILLION:
        coded = CodedPostings.of(read_million(material.folder / "million"))
    else:
        [shelf] = material.reader().shelves
        coded = shelf.postings
    return LexicalIndex([coded], k1=1.2, b=0.75)
