"""What a cross-encoder gains that reads the first passages again, and what it costs."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import RetrievalConfig
from bot.cross_encoders.opening import open_model
from bot.cross_encoders.pairs import PairScorer
from bot.evaluation.rankings import Ranking
from bot.evidence.cross_encoder import packaged_folder
from bot.records import Chunk
from bot.retrieval.retriever import Retriever
from bot.runs import Query
from bot.text.terms import index_text
from tests.benchmarks.quality.collections import Collection, document_ranking

_DEPTHS = (10, 20, 30, 50)
_MOST_QUERIES = 120  # of a collection; each costs as many runs as the deepest reads


@dataclass(frozen=True)
class Reading:
    """The passages of a query in the order of the search, and what was read."""

    chunks: Sequence[str]
    logits: Mapping[str, float]  # by chunk; of others as well

    def ranking(self, depth: int) -> Ranking:
        """Rank documents once the first ``depth`` passages are in the logits' order."""
        first = sorted(self.chunks[:depth], key=lambda each: -self.logits[each])
        return document_ranking([*first, *self.chunks[depth:]])


def compare(collection: Collection) -> dict[str, Any]:
    """Return nDCG@10 of the search and of each depth, and what reading costs."""
    asked = _some(collection.queries)
    readings, milliseconds = _read(collection, asked)
    values = {
        f"first {depth} read again" if depth else "as searched": collection.measure(
            {id_: each.ranking(depth) for id_, each in readings.items()}, queries=asked
        )["nDCG@10"]
        for depth in (0, *_DEPTHS)
    }
    return {"queries": len(asked), "cpu_ms_a_pair": milliseconds, "ways": values}


def _some(queries: Sequence[Query]) -> list[Query]:
    """Return as many queries as are read, without an order of their author's."""
    mixed = sorted(queries, key=lambda each: hashlib.sha256(each.id.encode()).digest())
    return mixed[:_MOST_QUERIES]


def _read(
    collection: Collection, queries: Sequence[Query]
) -> tuple[dict[str, Reading], float]:
    """Read passages, each once, and return the mean CPU-milliseconds of one as well.

    What was read is kept, by query and passage, so that a run can be stopped, and
    another search be measured without reading most of it again.
    """
    file = collection.work / "reranker.jsonl"
    known: dict[str, dict[str, float]] = {}
    seconds = 0.0
    for line in _lines(file):
        known.setdefault(line["query"], {}).update(line["logits"])
        seconds += line["seconds"]
    scorer = open_model(packaged_folder(), collection.work).scorer
    retriever = Retriever(collection.reader, RetrievalConfig())
    readings = {}
    with file.open("a", encoding="utf-8") as log:
        for query in queries:
            hits = retriever.search(query.text, max(_DEPTHS))
            logits = known.setdefault(query.id, {})
            new = [each.chunk for each in hits if each.chunk.id not in logits]
            if new:
                line = _scored(query, new, scorer)
                log.write(json.dumps(line) + "\n")
                log.flush()
                logits |= line["logits"]
                seconds += line["seconds"]
            readings[query.id] = Reading([each.chunk.id for each in hits], logits)
    return readings, 1000 * seconds / sum(map(len, known.values()))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def _scored(
    query: Query, chunks: Sequence[Chunk], scorer: PairScorer
) -> dict[str, Any]:
    start = time.process_time()
    logits = scorer.score_pairs([(query.text, index_text(each)) for each in chunks])
    return {
        "query": query.id,
        "logits": dict(zip((each.id for each in chunks), logits, strict=True)),
        "seconds": time.process_time() - start,
    }
