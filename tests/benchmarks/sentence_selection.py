# ruff: noqa: T201 - it prints what it measures
"""Measure how well sentences that answer are ranked: MAP and P@1 on public sets.

Usage: python -m tests.benchmarks.sentence_selection FOLDER [--index INDEX] [--most 800]

FOLDER holds `wikiqa/dev.jsonl`, `selqa/dev.jsonl.gz` and `policyqa/dev.jsonl.gz`:
questions with candidate sentences in the order of their text and the places of those
that answer, or (policyqa) a context with the places of the answers, which is cut into
sentences here, if it has three or more. A list in which nothing answers tells nothing
and is left out. The index lends its encoder only.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bot.app import Bot, open_bot
from bot.config import Config
from bot.dense import cosines
from bot.evidence.cross_encoder import open_cross_encoder
from bot.lexical.bm25 import LuceneBM25
from bot.text.sentences import split_sentences
from bot.text.terms import tokenize

_SETS = ("wikiqa/dev.jsonl", "selqa/dev.jsonl.gz", "policyqa/dev.jsonl.gz")
_FEWEST = 3  # sentences of a context

Rank = Callable[[str, Sequence[str]], Sequence[float]]


class Task(NamedTuple):
    """A question with sentences, in the order of their text."""

    question: str
    sentences: list[str]
    right: frozenset[int]


class Score(NamedTuple):
    """The two measures, averaged over the questions of a set."""

    mean_average_precision: float
    precision_at_1: float


def read_tasks(path: Path, most: int) -> list[Task]:
    """Read questions of a set that tell anything about a ranking, evenly taken."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    tasks = [_task(json.loads(line)) for line in text.splitlines()]
    telling = [each for each in tasks if each.right]
    step = max(1, len(telling) // most)
    return telling[::step][:most]


def _task(line: dict[str, Any]) -> Task:
    if "candidates" in line:
        return Task(line["question"], line["candidates"], frozenset(line["answers"]))
    text = line["context"]
    spans = split_sentences(text, 0, len(text))
    right = frozenset(
        place
        for place, (start, end) in enumerate(spans)
        for answer in line["answers"]
        if answer["start"] < end and answer["start"] + len(answer["text"]) > start
    )
    sentences = [text[slice(*span)] for span in spans]
    if len(sentences) < _FEWEST:
        right = frozenset()
    return Task(line["question"], sentences, right)


def measure(tasks: Sequence[Task], rank: Rank) -> Score:
    """Rank every list; equal scores keep the order of the text."""
    precisions, firsts = [], []
    for task in tasks:
        scores = np.asarray(rank(task.question, task.sentences))
        order = np.argsort(-scores, kind="stable")
        hits = np.array([place in task.right for place in order])
        at = np.flatnonzero(hits) + 1
        precisions.append(float(np.mean(np.arange(1, len(at) + 1) / at)))
        firsts.append(float(hits[0]))
    return Score(float(np.mean(precisions)), float(np.mean(firsts)))


def by_bm25(question: str, sentences: Sequence[str]) -> Sequence[float]:
    """Score by BM25 with the statistics of the list itself."""
    terms = [tokenize(each) for each in sentences]
    if not any(terms):
        return [0.0] * len(sentences)
    return [float(each) for each in LuceneBM25(terms).get_scores(tokenize(question))]


def ways(bot: Bot) -> Iterator[tuple[str, Rank]]:
    """Name the ways to rank, the bot's own last."""
    encoder, scorer = bot.reader.encoder, open_cross_encoder()

    def by_cosine(question: str, sentences: Sequence[str]) -> Sequence[float]:
        vector = encoder.encode_query(question)
        return [float(each) for each in cosines(vector, encoder.encode(sentences))]

    def by_cross_encoder(question: str, sentences: Sequence[str]) -> Sequence[float]:
        return scorer.score_pairs([(question, each) for each in sentences])

    yield "first sentence", lambda _, sentences: [-i for i in range(len(sentences))]
    yield "BM25", by_bm25
    yield "cosine", by_cosine
    yield "cross-encoder alone", by_cross_encoder
    yield "bot, cross_encoder = false", Bot(bot.reader, bot.config).rank_sentences
    yield (
        "bot.rank_sentences",
        Bot(bot.reader, bot.config, scorer=scorer).rank_sentences,
    )


def main() -> None:
    """Print a table: a row a way, MAP and P@1 for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--most", type=int, default=800, help="questions of a set")
    options = parser.parse_args()
    sets = {
        Path(name).parts[0]: read_tasks(options.folder / name, options.most)
        for name in _SETS
    }
    print("| MAP / P@1 |", *(f"{k}, {len(v)} questions |" for k, v in sets.items()))
    print("| --- |", *("--- |" for _ in sets))
    with open_bot(index=options.index, config=Config(), receipts=False) as bot:
        for name, rank in ways(bot):
            row = [measure(tasks, rank) for tasks in sets.values()]
            cells = (
                f"{s.mean_average_precision:.3f} / {s.precision_at_1:.3f} |"
                for s in row
            )
            print(f"| {name} |", *cells, flush=True)


if __name__ == "__main__":
    main()
