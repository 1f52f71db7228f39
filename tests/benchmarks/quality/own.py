"""The project's own questions: the passages that hold the evidence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.app import open_bot
from bot.config import configure
from bot.evaluation.judging import Gold
from bot.evaluation.outcomes import Passage
from bot.evaluation.question_sets import read_question_set
from bot.evaluation.rankings import measure_questions
from bot.evaluation.split import split_of
from bot.fusion import reciprocal_rank_fusion
from bot.records import Hit
from tests.benchmarks.quality.collections import run_bot

NAME = "own"
_ROOT = Path(__file__).parents[3]
_QUESTIONS = _ROOT / "tests/data/questions.jsonl"
_DEPTH = 50
_MEASURES = ("nDCG@10", "R@10", "RR@10")

Search = Callable[[str], list[Hit]]


def measured(work: Path) -> dict[str, Any]:
    """Measure the answerable questions of `dev` that stand alone."""
    index = work / NAME / "index"
    run_bot("index", str(_ROOT / "corpus"), "--index", str(index))
    asked = [
        each
        for each in read_question_set(_QUESTIONS)
        if split_of(each) == "dev" and each.answerable and not each.turns
    ]
    with open_bot(config=configure(index=index), receipts=False) as bot:
        gold = [Gold.find(each, bot.reader.text) for each in asked]

        def by(mode: Any) -> Search:  # noqa: ANN401 - a literal of the retriever
            return lambda text: bot.search(text, _DEPTH, mode=mode)

        def reciprocal(text: str) -> list[Hit]:
            halves = [by(mode)(text) for mode in ("lexical", "dense")]
            hits = {each.chunk.id: each for half in halves for each in half}
            ranked = reciprocal_rank_fusion(
                [each.chunk.id for each in half] for half in halves
            )
            return [hits[each] for each in ranked]

        ways: dict[str, Search] = {
            "BM25": by("lexical"),
            "dense": by("dense"),
            "hybrid": by("hybrid"),
            "RRF, k = 60": reciprocal,
        }
        return {
            "documents": len(bot.reader.documents()),
            "passages": bot.reader.size(),
            "queries": len(asked),
            "runs": {
                name: _means(
                    [
                        (
                            each,
                            [_passage(hit) for hit in search(each.question.question)],
                        )
                        for each in gold
                    ]
                )
                for name, search in ways.items()
            },
        }


def _passage(hit: Hit) -> Passage:
    chunk = hit.chunk
    return Passage(chunk.id, chunk.document, chunk.start, chunk.end)


def _means(observed: list[tuple[Gold, list[Passage]]]) -> dict[str, float]:
    found = measure_questions(observed).values()
    return {name: sum(each[name] for each in found) / len(found) for name in _MEASURES}
