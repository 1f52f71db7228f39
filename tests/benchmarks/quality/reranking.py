"""What a cross-encoder gains that reads the first passages again, and what it costs."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.config import RetrievalConfig
from bot.cross_encoders.opening import open_model
from bot.cross_encoders.pairs import PairScorer
from bot.evidence.cross_encoder import packaged_folder
from bot.retrieval.retriever import Retriever
from bot.runs import Query
from bot.text.terms import index_text
from tests.benchmarks.quality.collections import Collection, document_ranking

_DEPTHS = (10, 20, 30, 50)
_MOST_QUERIES = 200  # of a collection; each costs as many runs as the deepest reads

Reading = Mapping[str, Any]  # query, its chunks in the order of the search, logits


def compare(collection: Collection) -> dict[str, Any]:
    """Return nDCG@10 of the search and of each depth, and milliseconds a query."""
    asked = _some(collection.queries)
    known = _read(collection, asked)
    rankings = {
        "as searched": {
            id_: document_ranking(each["chunks"]) for id_, each in known.items()
        },
        **{
            f"first {depth} read again": {
                id_: document_ranking(_ordered(each, depth))
                for id_, each in known.items()
            }
            for depth in _DEPTHS
        },
    }
    pairs = sum(len(each["chunks"]) for each in known.values())
    seconds = sum(each["seconds"] for each in known.values())
    return {
        "queries": len(asked),
        "ms_a_pair": 1000 * seconds / pairs,
        "ways": {
            name: collection.measure(ranking, queries=asked)["nDCG@10"]
            for name, ranking in rankings.items()
        },
    }


def _some(queries: Sequence[Query]) -> list[Query]:
    """Return as many queries as are read, without an order of their author's."""
    mixed = sorted(queries, key=lambda each: hashlib.sha256(each.id.encode()).digest())
    return mixed[:_MOST_QUERIES]


def _ordered(reading: Reading, depth: int) -> list[str]:
    chunks, logits = reading["chunks"], reading["logits"]
    first = sorted(range(len(chunks[:depth])), key=lambda place: -logits[place])
    return [*(chunks[place] for place in first), *chunks[depth:]]


def _read(collection: Collection, queries: Sequence[Query]) -> dict[str, Reading]:
    """Read the passages of every query, those apart that were read before."""
    file = collection.work / "reranker.jsonl"
    known = {each["query"]: each for each in _lines(file)}
    scorer = open_model(packaged_folder(), collection.work).scorer
    retriever = Retriever(collection.reader, RetrievalConfig())
    with file.open("a", encoding="utf-8") as log:
        for query in queries:
            if query.id not in known:
                known[query.id] = _reading(query, retriever, scorer)
                log.write(json.dumps(known[query.id]) + "\n")
                log.flush()
    return {each.id: known[each.id] for each in queries}


def _lines(file: Path) -> Iterator[Reading]:
    if file.exists():
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def _reading(query: Query, retriever: Retriever, scorer: PairScorer) -> Reading:
    chunks = [each.chunk for each in retriever.search(query.text, max(_DEPTHS))]
    start = time.perf_counter()
    logits = scorer.score_pairs([(query.text, index_text(each)) for each in chunks])
    return {
        "query": query.id,
        "chunks": [each.id for each in chunks],
        "logits": logits,
        "seconds": time.perf_counter() - start,
    }
