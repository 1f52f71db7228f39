"""A test collection, indexed once by `bot index`, with its questions and judgements."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bot.config import Config
from bot.dense import Floats
from bot.evaluation.qrels import read_qrels
from bot.evaluation.rankings import Ranking, Topic, measure
from bot.runs import Query, read_queries
from bot.stores.local import LocalReader, open_reader

NAMES = ("scifact", "cranfield", "cacm", "faq_zoomcamp", "mtrag_human")
_MOST_QUERIES = 1_000  # of a collection; more are thinned out evenly
_DOCUMENTS = 100  # measured to this depth


@dataclass(frozen=True)
class Collection:
    """A collection in the folder of data, and what is made of it in the work folder."""

    name: str
    data: Path
    work: Path

    @property
    def index(self) -> Path:
        """Folder of the index."""
        return self.work / "index"

    @property
    def queries_file(self) -> Path:
        """The judged queries, thinned out, as `bot search --queries` reads them."""
        return self.work / "queries.jsonl"

    @cached_property
    def qrels(self) -> Mapping[str, Mapping[str, int]]:
        """Judgements of the queries that have a relevant document."""
        judged = read_qrels(self.data / "qrels.tsv")
        return {
            query: documents
            for query, documents in judged.items()
            if any(each > 0 for each in documents.values())
        }

    @cached_property
    def queries(self) -> list[Query]:
        """The judged queries, thinned out."""
        judged = [
            each
            for each in read_queries(self.data / "queries.jsonl")
            if each.id in self.qrels
        ]
        step = -(-len(judged) // _MOST_QUERIES)
        return judged[::step]

    @cached_property
    def reader(self) -> LocalReader:
        """The index, opened."""
        return open_reader(self.index, Config())

    @property
    def corpus_file(self) -> Path:
        """The documents."""
        return self.work / "corpus" / "corpus.jsonl"

    def unpack(self) -> None:
        """Write the documents as the bot reads them."""
        if not self.corpus_file.exists():
            packed = self.data / "corpus.jsonl.gz"
            self.corpus_file.parent.mkdir(parents=True, exist_ok=True)
            self.corpus_file.write_bytes(gzip.decompress(packed.read_bytes()))

    def build(self) -> None:
        """Index the collection; what an interrupted build encoded is used."""
        lines = (json.dumps({"_id": id_, "text": text}) for id_, text in self.queries)
        self.queries_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        corpus = str(self.corpus_file.parent)
        run_bot("index", corpus, "--index", str(self.index))

    @cached_property
    def _known(self) -> dict[str, Floats]:
        """Vectors of questions that were encoded before."""
        if not self._vectors_file.exists():
            return {}
        with np.load(self._vectors_file) as stored:
            return dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    @property
    def _vectors_file(self) -> Path:
        return self.work / "queries.npz"

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Encode questions; what was encoded before is read from the work folder."""
        known = self._known
        missing = [each for each in dict.fromkeys(texts) if each not in known]
        if missing:
            with ThreadPoolExecutor(2) as pool:
                known |= zip(
                    missing,
                    pool.map(self.reader.encoder.encode_query, missing),
                    strict=True,
                )
            file = self._vectors_file
            np.savez(file, texts=[*known], vectors=np.stack([*known.values()]))
        return np.stack([known[each] for each in texts])

    def measure(
        self,
        rankings: Mapping[str, Ranking],
        names: Sequence[str] = ("nDCG@10",),
        queries: Sequence[Query] | None = None,
    ) -> dict[str, float]:
        """Return the mean measures of document rankings over some or all queries."""
        topics = {
            each.id: Topic(rankings.get(each.id, {}), self.qrels[each.id])
            for each in queries or self.queries
        }
        found = measure(topics, names)
        return {
            name: sum(each[name] for each in found.values()) / len(found)
            for name in names
        }


def document_ranking(chunks: Sequence[str]) -> Ranking:
    """Rank documents by their best chunk; chunks come best first."""
    best = dict.fromkeys(each.rpartition("#")[0] for each in chunks)
    return {each: -float(rank) for rank, each in enumerate([*best][:_DOCUMENTS])}


def run_bot(*arguments: str) -> None:
    """Run the program as a user does, and stop when it fails."""
    command = [sys.executable, "-m", "bot.cli", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
