"""The index in Redis beside the one in files: ingest, memory, questions, agreement.

    python -m tests.benchmarks.redis_store CORPUS QUERIES [CORPUS QUERIES ...]

CORPUS is a folder such as `bot index` takes, QUERIES a file of JSON lines with a "text"
or a "question" each. Both stores are built and asked in turn, in one run, and a line
for each is written into redis_store.md beside this file, instead of what it said of a
folder of that name before.

Vectors are 384 numbers wide and drawn from a text's words by a hash, so that what is
measured is the store and not the encoder. A time is that of a question's two searches,
by words and by meaning, 50 passages each. Processes that ask together begin together.
The server is on this machine and waits for its disk with every change, as the README
has it. While it measures, it prints what it finds, and the processor time of a
question, which depends little on what else the machine does.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np

from bot.config import Config, CorpusConfig, IndexConfig
from bot.dense import Encoder, Floats
from bot.retrieval.retriever import query_terms
from bot.storage import store_of
from bot.store_config import StoreConfig
from bot.stores.encoders import EncoderFactory
from tests.redis_server import RedisServer

_K = 50
_PROCESSES = (1, 2, 4)
_WIDTH = 384
_LONGEST = 8  # letters: a longer word weighs no more
_TABLE = Path(__file__).with_suffix(".md")
_HEAD = """\
# The index in Redis beside the one in files

Written by `python -m tests.benchmarks.redis_store`, whose first lines say what is
measured. Milliseconds are p50 / p95 / p99 of both searches of a question. Load is that
of the machine when the line was begun, which has {cores} cores: figures of one corpus
were taken in one run and may be compared, those of two corpora less so.

{columns}
{dashes}
"""
_COLUMNS = (
    *("corpus", "store", "passages", "built a second", "bytes a passage"),
    *(f"ms, {each} asking" for each in _PROCESSES),
    *("same first ten", "scores differ by", "load"),
)
Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class DrawnWords:
    """Adds up a vector for each distinct word of a text, longer words weighing more."""

    name: str = f"drawn-words-{_WIDTH}"
    dimensions: int = _WIDTH

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Floats:
        """Encode passages."""
        if progress:
            progress(len(texts))
        rows = [self.encode_query(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), _WIDTH)

    def encode_query(self, text: str) -> Floats:
        """Encode a question as if it were a passage."""
        total = np.full(_WIDTH, 1e-3, np.float32)
        for word in sorted(set(text.lower().split())):
            total += _drawn(word) * min(len(word), _LONGEST)
        vector: Floats = (total / np.linalg.norm(total)).astype(np.float32)
        return vector


@functools.cache
def _drawn(word: str) -> Floats:
    data = hashlib.shake_256(word.encode("utf-8", "replace")).digest(_WIDTH)
    return np.frombuffer(data, np.int8).astype(np.float32)


def drawn_words() -> EncoderFactory:
    """Make a factory whose only model is `DrawnWords`."""
    encoder = DrawnWords()

    def load(files: object) -> Encoder:  # noqa: ARG001 - there are no weights
        return encoder

    return EncoderFactory(
        lambda _: encoder.name, lambda _: {"encoder.json": b"{}"}, load
    )


def ask(
    config: Config, queries: Sequence[str], ready: Callable[[], object] = int
) -> tuple[list[float], list[Ranking]]:
    """Ask every question once; return seconds and rankings, by words and meaning."""
    times, found = [], []
    encoder = DrawnWords()
    asked = [(query_terms(each), encoder.encode_query(each)) for each in queries]
    with closing(store_of(config, drawn_words()).open()) as reader:
        reader.search_lexical(*asked[0][:1], 1)  # connects, and opens what is lazy
        reader.search_dense(asked[0][1], 1)
        ready()
        for terms, vector in asked:
            start = time.perf_counter()
            lexical = reader.search_lexical(terms, _K)
            dense = reader.search_dense(vector, _K)
            times.append(time.perf_counter() - start)
            found += [lexical, dense]
    return times, found


_start: list[Barrier] = []  # of this process


def _begin(barrier: Barrier) -> None:
    _start.append(barrier)


def seconds(job: tuple[str, str, Sequence[str]]) -> list[float]:
    """Ask in a process of its own, which is told the index's folder and the url."""
    folder, url, queries = job
    store = StoreConfig(url, timeout_seconds=60)
    config = Config(index=IndexConfig(folder), store=store)
    return ask(config, queries, _start[0].wait)[0]


def together(config: Config, queries: Sequence[str], processes: int) -> str:
    """Ask with several processes at the same time; return percentiles."""
    context = get_context("spawn")
    barrier = context.Barrier(processes)
    with context.Pool(processes, _begin, (barrier,)) as pool:
        job = (config.index.path, config.store.url, queries)
        times = pool.map(seconds, [job] * processes, chunksize=1)
    values = np.array([each for part in times for each in part]) * 1000
    return " / ".join(f"{each:.1f}" for each in np.percentile(values, [50, 95, 99]))


def same_top(one: Sequence[Ranking], other: Sequence[Ranking]) -> str:
    """Say of how many rankings the first ten passages are the same, in order."""
    pairs = list(zip(one, other, strict=True))
    equal = [[n for n, _ in a[:10]] == [n for n, _ in b[:10]] for a, b in pairs]
    return f"{sum(equal)} of {len(equal)}"


def largest_difference(one: Sequence[Ranking], other: Sequence[Ranking]) -> float:
    """Largest difference between scores of a passage that both have."""
    return max(
        (
            abs(score - found[name])
            for a, b in zip(one, other, strict=True)
            for found in (dict(b),)
            for name, score in a
            if name in found
        ),
        default=0.0,
    )


def measure(corpus: Path, queries: Sequence[str], folder: Path) -> list[list[str]]:
    """Build and ask both stores; return a row of the table for each."""
    server = RedisServer(folder / "redis")
    files = Config(
        corpus=CorpusConfig(str(corpus), max_file_mib=1_000),
        index=IndexConfig(str(folder / "index")),
    )
    redis = replace(files, store=StoreConfig(server.url, timeout_seconds=60))
    try:
        return _rows(corpus.name, server, {"files": files, "Redis": redis}, queries)
    finally:
        server.kill()


def _rows(
    name: str, server: RedisServer, stores: dict[str, Config], queries: Sequence[str]
) -> list[list[str]]:
    load = f"{os.getloadavg()[0]:.1f}"
    built: dict[str, list[str]] = {}
    for store, config in stores.items():
        start = time.perf_counter()
        report = store_of(config, drawn_words()).build()
        spent = time.perf_counter() - start
        with closing(store_of(config, drawn_words()).open()) as reader:
            kept = reader.stored_bytes
        if store == "Redis":
            with server.client() as client:
                kept = int(client.info("memory")["used_memory"])
        count = report.chunks
        built[store] = [f"{count:,}", f"{count / spent:.0f}", f"{kept / count:,.0f}"]
        _say(f"{name}, {store}: {', '.join(built[store])}")
    found = {}
    for store, config in stores.items():
        clock = _Processor(server)
        found[store] = ask(config, queries, clock.start)[1]
        _say(f"{name}, {store}: processor ms a question, {clock.stop(len(queries))}")
    same = same_top(found["files"], found["Redis"])
    worst = f"{largest_difference(found['files'], found['Redis']):.1g}"
    asked: dict[str, list[str]] = {store: [] for store in stores}
    for processes in _PROCESSES:
        for store, config in stores.items():
            asked[store].append(together(config, queries, processes))
            _say(f"{name}, {store}, {processes} asking: {asked[store][-1]} ms")
    return [
        [name, store, *built[store], *asked[store], same, worst, load]
        for store in stores
    ]


@dataclass
class _Processor:
    """Tells how much processor time questions take, whatever else the machine does."""

    server: RedisServer
    begun: tuple[float, float] = (0.0, 0.0)

    def start(self) -> None:
        self.begun = self._seconds()

    def stop(self, questions: int) -> str:
        ended = self._seconds()
        spent = [b - a for a, b in zip(self.begun, ended, strict=True)]
        bot, server = (1000 * each / questions for each in spent)
        return f"bot {bot:.2f}, server {server:.2f}"

    def _seconds(self) -> tuple[float, float]:
        with self.server.client() as client:
            used = client.info("cpu")
        server = float(used["used_cpu_user"]) + float(used["used_cpu_sys"])
        return time.process_time(), server


def written(table: str, rows: Sequence[Sequence[str]]) -> str:
    """Put rows into a table, instead of those of the same corpora."""
    columns, dashes = _line(_COLUMNS), _line(["---"] * len(_COLUMNS))
    head = _HEAD.format(cores=os.cpu_count(), columns=columns, dashes=dashes)
    new = {row[0] for row in rows}
    _, _, body = table.partition(dashes + "\n")
    old = [line for line in body.splitlines() if line.split(" | ")[0][2:] not in new]
    return head + "\n".join([*old, *map(_line, rows)]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def texts(queries: Path) -> list[str]:
    """Read the questions of a file."""
    lines = queries.read_text(encoding="utf-8").splitlines()
    values = [json.loads(line) for line in lines]
    return [each.get("text") or each["question"] for each in values]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command's progress


def main(arguments: Sequence[str]) -> None:
    """Measure each corpus, and write the table."""
    for corpus, queries in zip(arguments[::2], arguments[1::2], strict=True):
        with tempfile.TemporaryDirectory() as folder:
            rows = measure(Path(corpus), texts(Path(queries)), Path(folder))
        table = _TABLE.read_text(encoding="utf-8") if _TABLE.exists() else ""
        _TABLE.write_text(written(table, rows), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
