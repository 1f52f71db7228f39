"""How near to exact the Query Engine's graph of vectors (HNSW) is, and what it costs.

    python -m tests.benchmarks.redis_graph CORPUS QUERIES PASSAGES M/EF [M/EF ...]

CORPUS is a folder with JSON lines, QUERIES a file of them; a passage is 100 words of a
text, PASSAGES of them are taken. M is the number of neighbours a vector is linked to,
EF (EF_CONSTRUCTION) how many are looked at to find them. Vectors are those of
`tests.benchmarks.redis_store`. For each graph and number of vectors looked at by a
question (EF_RUNTIME), it prints the share of the ten nearest that is found, and the
milliseconds p50 / p95; first those of FLAT, which compares all and is exact.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.redis_store import DrawnWords, texts
from tests.redis_server import RedisServer

if TYPE_CHECKING:
    import redis

    from bot.dense import Floats

_WORDS = 100  # of a passage
_NEAREST = 10
_LOOKED_AT = (200, 400, 800, 1_600)
_AT_ONCE = 1_000


def passages(folder: Path) -> Iterator[str]:
    """Yield the texts of a corpus in parts of 100 words."""
    for file in sorted(folder.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                words = json.loads(line)["text"].split()
                for start in range(0, len(words), _WORDS):
                    yield " ".join(words[start : start + _WORDS])


def fill(client: redis.Redis, vectors: Floats) -> None:
    """Write vectors, each under its number."""
    for start in range(0, len(vectors), _AT_ONCE):
        with client.pipeline(transaction=False) as pipeline:
            for number, row in enumerate(vectors[start : start + _AT_ONCE], start):
                pipeline.hset(f"v:{number}", "emb", row.tobytes())
            pipeline.execute()


def create(client: redis.Redis, name: str, *kind: str | int) -> tuple[float, float]:
    """Index the vectors; return seconds, and bytes a vector."""
    before, start = int(client.info("memory")["used_memory"]), time.perf_counter()
    shape = ("TYPE", "FLOAT32", "DIM", DrawnWords.dimensions)
    options = (*shape, "DISTANCE_METRIC", "COSINE", *kind[1:])
    _run(
        client,
        *("FT.CREATE", name, "ON", "HASH", "PREFIX", 1, "v:"),
        *("SCHEMA", "emb", "VECTOR", kind[0], len(options), *options),
    )
    while True:
        reply = _run(client, "FT.INFO", name)
        facts = dict(zip(reply[::2], reply[1::2], strict=True))
        if not int(facts[b"indexing"]):
            break
        time.sleep(0.5)
    spent = time.perf_counter() - start
    used = int(client.info("memory")["used_memory"]) - before
    return spent, used / int(facts[b"num_docs"])


def nearest(
    client: redis.Redis, name: str, vectors: Floats, how: str = ""
) -> tuple[list[set[str]], str]:
    """Return the numbers of the nearest vectors of each question, and milliseconds."""
    found, times = [], []
    for vector in vectors:
        start = time.perf_counter()
        reply: list[Any] = _run(
            client,
            *("FT.SEARCH", name, f"*=>[KNN {_NEAREST} @emb $v{how}]", "NOCONTENT"),
            *("PARAMS", 2, "v", vector.tobytes(), "LIMIT", 0, _NEAREST),
            *("TIMEOUT", 0, "DIALECT", 2),
        )
        times.append((time.perf_counter() - start) * 1000)
        found.append({each.decode() for each in reply[1:]})
    return found, " / ".join(f"{each:.1f}" for each in np.percentile(times, [50, 95]))


def measure(client: redis.Redis, asked: Floats, graphs: Sequence[str]) -> None:
    """Print what each graph finds of what is nearest."""
    create(client, "flat", "FLAT")
    exact, spent = nearest(client, "flat", asked)
    _say(f"FLAT: {spent} ms")
    for graph in graphs:
        m, construction = map(int, graph.split("/"))
        options = ("HNSW", "M", m, "EF_CONSTRUCTION", construction)
        seconds, size = create(client, graph, *options)
        _say(
            f"M {m}, EF_CONSTRUCTION {construction}: {seconds:.0f} s, {size:.0f} B each"
        )
        for looked_at in _LOOKED_AT:
            how = f" EF_RUNTIME {looked_at}"
            found, spent = nearest(client, graph, asked, how)
            pairs = zip(found, exact, strict=True)
            recall = sum(len(a & b) for a, b in pairs) / sum(map(len, exact))
            _say(f"  {looked_at} looked at: {recall:.4f} found, {spent} ms")
        _run(client, "FT.DROPINDEX", graph)


def _run(client: redis.Redis, *words: str | bytes | int) -> Any:  # noqa: ANN401 - Redis' own
    return client.execute_command(*words)  # type: ignore[no-untyped-call] # theirs


def main(arguments: Sequence[str]) -> None:
    """Fill a server, and measure."""
    corpus, queries, count, *graphs = arguments
    encoder = DrawnWords()
    vectors = encoder.encode([*islice(passages(Path(corpus)), int(count))])
    asked = encoder.encode(texts(Path(queries)))
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder), "--appendonly", "no")
        try:
            with server.client() as client:
                fill(client, vectors)
                measure(client, asked, graphs)
        finally:
            server.kill()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(sys.argv[1:])
