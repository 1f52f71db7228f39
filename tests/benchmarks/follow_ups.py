# ruff: noqa: T201 - it prints what it measures
"""Measure how follow-ups are read: recall@5 on MT-RAG's human conversations.

Usage: python tests/benchmarks/follow_ups.py FOLDER [--details]

FOLDER holds `corpus.jsonl.gz`, `qrels.tsv` and `tasks.jsonl` of MT-RAG (Katsis and
others, 2025, Apache-2.0). The index is built in a temporary folder. Each conversation
is gone through from its first turn on, with the bot's own answers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import Bot, open_bot
from bot.conversation.threads import Conversation
from bot.records import Answer, Hit, Shown
from bot.retrieval.retriever import best_per_document
from bot.retrieval.scope import merged
from bot.text.terms import tokenize

_DEPTH = 5
_CANDIDATES = 50
_WAYS = ("last turn", "bot's reading", "previous turn appended", "human rewrite")


@dataclass
class Recorder:
    """Asks the bot, and remembers by which wordings each answer was looked for."""

    bot: Bot
    wordings: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def __call__(
        self, question: str, *, skip: Shown = frozenset(), also: str | None = None
    ) -> Answer:
        """Answer like the bot."""
        answer = self.bot.answer(question, skip=skip, also=also)
        self.wordings[answer.id] = (question, also)
        return answer


@dataclass(frozen=True)
class Judged:
    """One judged turn: its recall by each way of asking."""

    question: str
    read: tuple[str, str | None]
    rewrite: str
    first: bool
    alone: bool  # the human rewrite adds no word
    recall: dict[str, float]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--details", action="store_true", help="print every turn")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        packed = (arguments.folder / "corpus.jsonl.gz").read_bytes()
        (corpus / "passages.jsonl").write_bytes(gzip.decompress(packed))
        with open_bot(corpus, Path(place) / "index", receipts=False) as bot:
            judged = _judge(bot, arguments.folder)
    if arguments.details:
        for each in judged:
            row = " ".join(f"{each.recall[way]:.2f}" for way in _WAYS)
            print(f"{row}  {each.question!r} read as {each.read} ({each.rewrite!r})")
    _print(judged)


def _judge(bot: Bot, folder: Path) -> list[Judged]:
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, score = line.split("\t")
        if int(score) > 0:
            relevant[query].add(document)
    tasks: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "tasks.jsonl").read_text("utf-8").splitlines():
        task = json.loads(line)
        tasks[task["id"].rsplit("<::>", 1)[0]].append(task)
    return [
        judged
        for conversation in tasks.values()
        for judged in _judge_conversation(bot, conversation, relevant)
    ]


def _judge_conversation(
    bot: Bot, tasks: Sequence[dict[str, Any]], relevant: dict[str, set[str]]
) -> list[Judged]:
    ask = Recorder(bot)
    thread = Conversation(ask)
    asked: list[str] = []
    found = []
    for task in sorted(tasks, key=lambda each: len(each["history"])):
        history = [each["text"] for each in task["history"] if each["role"] == "user"]
        for missing in history[len(asked) :]:
            asked.append(missing)
            thread.ask(missing)
        question = task["question"]
        asked.append(question)
        answer = thread.ask(question)
        read = ask.wordings.get(answer.id, (question, None))
        if task["id"] not in relevant:
            continue
        rewrite = task["rewrite"] or question
        appended = f"{history[-1]} {question}" if history else question
        queries = ((question, None), read, (appended, None), (rewrite, None))
        found.append(
            Judged(
                question=question,
                read=read,
                rewrite=rewrite,
                first=not history,
                alone=set(tokenize(rewrite)) <= set(tokenize(question)),
                recall={
                    way: _recall(_search(bot, *query), relevant[task["id"]])
                    for way, query in zip(_WAYS, queries, strict=True)
                },
            )
        )
    return found


def _search(bot: Bot, question: str, also: str | None) -> list[Hit]:
    hits = bot.search(question, _CANDIDATES)
    if also:
        hits = merged(hits, bot.search(also, _CANDIDATES), _CANDIDATES)
    return hits


def _recall(hits: Sequence[Hit], relevant: set[str]) -> float:
    best = best_per_document(hits)[:_DEPTH]
    return len(relevant & {each.chunk.document for each in best}) / len(relevant)


def _print(judged: Sequence[Judged]) -> None:
    groups = {
        "all turns": list(judged),
        "follow-ups": [each for each in judged if not each.first],
        "not self-contained": [e for e in judged if not e.first and not e.alone],
        "self-contained": [e for e in judged if not e.first and e.alone],
        "something added": [e for e in judged if e.read != (e.question, None)],
    }
    print(f"{'recall@5':24}" + "".join(f"{way:>24}" for way in _WAYS))
    for name, members in groups.items():
        means = [
            sum(each.recall[way] for each in members) / len(members) for way in _WAYS
        ]
        row = "".join(f"{mean:24.3f}" for mean in means)
        print(f"{f'{name} ({len(members)})':24}{row}")


if __name__ == "__main__":
    main()
