"""The index in Redis beside the one in files: ingest, queries, memory, agreement.

Vectors are synthetic (hashed words, 32 dimensions), so that what is measured is the
store and not the encoder:

    python -m tests.benchmarks.redis_store CORPUS QUERIES.jsonl

CORPUS is a folder such as `bot index` takes, QUERIES.jsonl has one `{"text": ...}` a
line. Both stores are asked in turn, in one run; times are those of a query's two
searches, by words and by meaning, 50 passages each.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bot.config import Config, CorpusConfig, IndexConfig
from bot.retrieval.retriever import query_terms
from bot.storage import store_of
from bot.store_config import StoreConfig
from tests.redis_server import RedisServer
from tests.small_encoder import HashedWords, small_encoders

_K = 50
_ENCODER = HashedWords(name="hashed-words-32", dimensions=32)
Ranking = list[tuple[str, float]]


def ask(config: Config, queries: Sequence[str]) -> tuple[list[float], list[Ranking]]:
    """Ask every question once; return seconds and rankings, by words and meaning."""
    times, found = [], []
    with closing(store_of(config, small_encoders(_ENCODER)).open()) as reader:
        for query in queries:
            vector = _ENCODER.encode_query(query)
            terms = query_terms(query)
            start = time.perf_counter()
            lexical = reader.search_lexical(terms, _K)
            dense = reader.search_dense(vector, _K)
            times.append(time.perf_counter() - start)
            found += [lexical, dense]
    return times, found


def seconds(job: tuple[str, str, Sequence[str]]) -> list[float]:
    """Ask in a process of its own, which is told the index's folder and the url."""
    folder, url, queries = job
    store = StoreConfig(url, timeout_seconds=60)
    return ask(Config(index=IndexConfig(folder), store=store), queries)[0]


def percentiles(times: Sequence[float]) -> str:
    """Say p50, p95 and p99 in milliseconds."""
    values = np.percentile(np.array(times) * 1000, [50, 95, 99])
    return " / ".join(f"{each:.1f}" for each in values)


def same_top(one: Sequence[Ranking], other: Sequence[Ranking]) -> float:
    """Share of rankings whose first ten passages are the same, in order."""
    pairs = list(zip(one, other, strict=True))
    equal = [[n for n, _ in a[:10]] == [n for n, _ in b[:10]] for a, b in pairs]
    return sum(equal) / len(equal)


def largest_difference(one: Sequence[Ranking], other: Sequence[Ranking]) -> float:
    """Largest difference between scores of a passage that both have."""
    return max(
        (
            abs(score - dict(b)[name])
            for a, b in zip(one, other, strict=True)
            for name, score in a
            if name in dict(b)
        ),
        default=0.0,
    )


def main(corpus: Path, queries: Path) -> None:
    """Measure and print."""
    lines = queries.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = Config(
            corpus=CorpusConfig(str(corpus)), index=IndexConfig(str(folder / "index"))
        )
        server = RedisServer(folder / "redis")
        try:
            measure(files, server, texts)
        finally:
            server.kill()


def measure(files: Config, server: RedisServer, texts: Sequence[str]) -> None:
    """Build both, ask both in turn, and print."""
    redis = replace(files, store=StoreConfig(server.url, timeout_seconds=60))
    found: dict[str, list[Ranking]] = {}
    for store, config in (("files", files), ("redis", redis)):
        start = time.perf_counter()
        report = store_of(config, small_encoders(_ENCODER)).build()
        spent = time.perf_counter() - start
        rate = report.chunks / spent
        print(f"{store}: {report.chunks} passages built, {rate:.0f} a second")  # noqa: T201
    with server.client() as client:
        used = int(client.info("memory")["used_memory"])
    print(f"redis: {used / report.chunks:.0f} bytes of memory a passage")  # noqa: T201
    for store, config in (("files", files), ("redis", redis)):
        _, found[store] = ask(config, texts)
    same = same_top(found["files"], found["redis"])
    worst = largest_difference(found["files"], found["redis"])
    print(f"same first ten in {same:.2%} of rankings, scores within {worst:.1g}")  # noqa: T201
    for processes in (1, 2, 4):
        for store, config in (("files", files), ("redis", redis)):
            with get_context("spawn").Pool(processes) as pool:
                job = (config.index.path, config.store.url, texts)
                times = pool.map(seconds, [job] * processes)
            flat = [each for part in times for each in part]
            print(f"{store}, {processes} asking: {percentiles(flat)} ms p50/p95/p99")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
