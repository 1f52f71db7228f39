"""How documents are cut into passages, and how passages speak for their document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from bot.chunking import split
from bot.config import ChunkingConfig, CorpusConfig
from bot.dense import Floats, nearest
from bot.ingest.registry import read_documents
from bot.lexical.postings import Postings
from bot.lexical.searching import LexicalIndex
from bot.records import Chunk, Document
from bot.retrieval.query import query_terms
from bot.stores.vector_cache import open_cache
from bot.stores.vectors import text_key
from bot.text.terms import index_text, tokenize
from tests.benchmarks.quality.collections import Collection
from tests.benchmarks.quality.fusing import Pool, Scores, ordered, pools, rank_of
from tests.benchmarks.quality.sharing import way

_DEPTH = 50
_TOGETHER = 64  # texts encoded before they are kept


@dataclass(frozen=True)
class Cut:
    """A way to cut."""

    most: int = 120  # words of a passage
    again: int = 0  # words of the passage before that are read with it


CUTS: dict[str, Cut] = {
    "60 words": Cut(60),
    "**120 words**": Cut(),
    "180 words": Cut(180),
    "250 words": Cut(250),
    "120 words, and the 30 before": Cut(120, 30),
}

_Values = Sequence[float]  # scores of a document's passages, best first
SUMS: dict[str, Callable[[_Values], float]] = {
    "**the best**": lambda each: each[0],
    "the best and a tenth of the next": lambda each: each[0] + sum(each[1:2]) / 10,
    "the best two, added": lambda each: sum(each[:2]),
    "the best three, added": lambda each: sum(each[:3]),
    "all that were found, on the mean": lambda each: sum(each) / len(each),
}


def compare(collection: Collection) -> dict[str, float]:
    """Return nDCG@10 of the hybrid by each cut."""
    data = collection.corpus_file.read_bytes()
    read = read_documents("corpus.jsonl", data, CorpusConfig())
    documents = [each for each in read if isinstance(each, Document)]
    best = SUMS["**the best**"]
    return {
        name: _measured(collection, _pools(collection, _chunks(documents, cut)), best)
        for name, cut in CUTS.items()
    }


def add_up(collection: Collection) -> dict[str, float]:
    """Return nDCG@10 of the hybrid by each way to score a document by its passages."""
    found = [each.usual for each in pools(collection)]
    return {name: _measured(collection, found, add) for name, add in SUMS.items()}


def _chunks(documents: Sequence[Document], cut: Cut) -> list[Chunk]:
    config = ChunkingConfig(max_words=cut.most, min_words=min(25, cut.most))
    ordered_ = sorted(documents, key=lambda each: each.info.id)
    chunks = [chunk for each in ordered_ for chunk, _ in split(each, config)]
    if not cut.again:
        return chunks
    return [*chunks[:1], *(_with(*each, cut.again) for each in pairwise(chunks))]


def _with(before: Chunk, chunk: Chunk, words: int) -> Chunk:
    """Let a passage begin with the end of the one before it, if that is its own."""
    if (before.document, before.section) != (chunk.document, chunk.section):
        return chunk
    tail = " ".join(before.text.split()[-words:])
    text = f"{tail} {chunk.text}"
    return replace(chunk, text=text, start=0, end=len(text))


def _pools(collection: Collection, chunks: Sequence[Chunk]) -> list[Pool]:
    texts = [index_text(each) for each in chunks]
    vectors = _encoded(collection, texts)
    bags = [tokenize(each) for each in texts]
    index = LexicalIndex([Postings.from_model(_Counts.of(bags))], k1=1.2, b=0.75)
    asked = collection.vectors([each.text for each in collection.queries])
    return [
        _pool(chunks, index, vectors, query_terms(query.text), vector)
        for query, vector in zip(collection.queries, asked, strict=True)
    ]


@dataclass
class _Counts:
    """What `Postings.from_model` takes."""

    doc_freqs: list[dict[str, int]]
    doc_len: list[int]

    @classmethod
    def of(cls, bags: Sequence[Sequence[str]]) -> _Counts:
        return cls([dict(Counter(each)) for each in bags], [*map(len, bags)])


def _pool(
    chunks: Sequence[Chunk],
    index: LexicalIndex,
    vectors: Floats,
    terms: Sequence[str],
    vector: Floats,
) -> Pool:
    lexical, _ = index.search(terms, _DEPTH)
    dense, _ = nearest(vector, vectors, _DEPTH)
    rows = np.union1d(lexical, dense)
    return Pool(
        [chunks[row].id for row in rows.tolist()],
        index.scores(terms, rows),
        vectors[rows].astype(np.float64) @ vector,
        rank_of(lexical.tolist(), rows.tolist()),
        rank_of(dense.tolist(), rows.tolist()),
        vectors[rows],
        len(terms),
    )


def _encoded(collection: Collection, texts: Sequence[str]) -> Floats:
    """Encode texts; what was encoded before is read from the work folder."""
    encoder = collection.reader.encoder
    file = collection.work / "passages.vectors"
    with open_cache(file, encoder.name, encoder.dimensions) as cache:
        keys = [text_key(each) for each in texts]
        new = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in cache
        }
        missing = [*new]
        for start in range(0, len(missing), _TOGETHER):
            some = missing[start : start + _TOGETHER]
            cache.add(some, encoder.encode([new[each] for each in some]))
        return cache.get(keys)


def _measured(
    collection: Collection, found: Sequence[Pool], add: Callable[[_Values], float]
) -> float:
    joined = way()
    rankings = {
        query.id: _summed(_scored(pool, joined(pool)), add)
        for query, pool in zip(collection.queries, found, strict=True)
    }
    return collection.measure(rankings)["nDCG@10"]


def _summed(
    scores: Mapping[str, float], add: Callable[[_Values], float]
) -> Mapping[str, float]:
    documents: dict[str, list[float]] = {}
    for chunk, score in scores.items():  # best first
        documents.setdefault(chunk.rpartition("#")[0], []).append(score)
    return {name: add(each) for name, each in documents.items()}


def _scored(pool: Pool, scores: Scores) -> dict[str, float]:
    """Return the score of each passage, best first."""
    found = dict(zip(pool.ids, scores.tolist(), strict=True))
    return {each: found[each] for each in ordered(pool, scores)}
