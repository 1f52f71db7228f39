# ruff: noqa: T201 - it prints what it measures
"""Measure how long answering takes, and evaluating 1,000 questions.

Usage: python -m tests.benchmarks.answering QUESTIONS [--corpus DIR] [--index DIR]

Answering is evidence and composition, without encoding and retrieval, over all
questions of the set that stand alone. The 1,000 questions are those of the set in as
many wordings as it takes, so that nothing is asked twice. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bot import answering, open_bot
from bot.answering import Setting
from bot.app import Bot
from bot.cli.measuring import open_subject
from bot.config import Config, configure
from bot.evaluation.question_sets import Question, read_question_set
from bot.evaluation.runner import evaluate
from bot.evidence.decision import confidence
from bot.evidence.features import weigh
from bot.evidence.gathering import gather
from bot.evidence.settling import settled
from bot.questions.reading import read_question

_WORDINGS = ("{}", "Please tell me: {}", "hi, {}", "I would like to know: {}", "{}!")
_THOUSAND = 1000


def answering_times(bot: Bot, questions: Sequence[str]) -> list[float]:
    """Return the milliseconds that evidence and composition take of each question."""
    times = []
    setting = Setting(bot.reader, bot.config.answers, bot.templates)
    for question in questions:
        found = bot.find(question)
        reading, hits, reader = read_question(question), found.hits, bot.reader
        start = time.perf_counter()
        weighed = weigh(reading, reader, hits=hits)
        scored = gather(weighed, hits, reader, bot.scorer)
        evidence = settled(weighed, scored, bot.scorer)
        sure = confidence(
            weighed, evidence, reader, cross_encoder=bot.scorer is not None
        )
        decided = dataclasses.replace(found, evidence=evidence, confidence=sure)
        answering.answer(decided, setting, "0")
        times.append((time.perf_counter() - start) * 1000)
    return times


def many(questions: Sequence[Question], count: int) -> Iterator[Question]:
    """Word questions in several ways, until there are enough."""
    worded = (
        dataclasses.replace(
            each, id=f"{each.id}-{number}", question=wording.format(each.question)
        )
        for number, wording in enumerate(_WORDINGS)
        for each in questions
    )
    return itertools.islice(worded, count)


def main() -> None:
    """Print both measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    config = configure(options.corpus, options.index, Config())
    alone = [each for each in read_question_set(options.questions) if not each.turns]
    asked = [each.question for each in alone]
    with open_bot(config=config, receipts=False) as bot:
        for name, each in (
            ("with the cross-encoder", bot),
            ("without", dataclasses.replace(bot, scorer=None)),
        ):
            answering_times(each, asked[:3])  # opens the model
            times = answering_times(each, asked)
            p50, p95, p99 = np.percentile(times, [50, 95, 99])
            print(f"{name}: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms")
    with open_subject(config) as subject:
        start = time.perf_counter()
        run = evaluate([*many(alone, _THOUSAND)], subject)
        taken = time.perf_counter() - start
    print(f"{len(run.outcomes)} questions evaluated in {taken:.1f} s")


if __name__ == "__main__":
    main()
