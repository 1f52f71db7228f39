"""Question set and bot in, judged Run out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from bot.evaluation.cache import Cache
from bot.evaluation.judging import Gold, judge
from bot.evaluation.outcomes import Observation, Outcome, Run
from bot.evaluation.question_sets import Question
from bot.evaluation.rankings import measure_questions
from bot.evaluation.subject import Subject

Progress = Callable[[int], object]  # told the number of questions done


def evaluate(
    questions: Sequence[Question],
    subject: Subject,
    *,
    cache: Cache | None = None,
    progress: Progress = lambda _: None,
    name: str = "",
) -> Run:
    """Ask every question and judge what comes back.

    Args:
        questions: in the order they are reported.
        subject: the bot.
        cache: what is known already; None asks everything again.
        progress: told how many questions are done, cached ones included.
        name: for reports.
    """
    observations = []
    for done, question in enumerate(questions, start=1):
        observations.append(_observe(question, subject, cache))
        progress(done)
    golds = [Gold.find(each, subject.read_text) for each in questions]
    return Run(
        subject.index,
        subject.settings,
        judge_all(golds, observations, subject.read_at),
        name,
    )


def judge_all(
    golds: Sequence[Gold], observations: Sequence[Observation], read_at: int
) -> tuple[Outcome, ...]:
    """Judge observations, aligned with their questions."""
    pairs = list(zip(golds, observations, strict=True))
    rankings = measure_questions(
        (gold, observation.passages) for gold, observation in pairs
    )
    return tuple(
        dataclasses.replace(
            judge(gold, observation, read_at),
            ranking=rankings.get(gold.question.id, {}),
        )
        for gold, observation in pairs
    )


def _observe(question: Question, subject: Subject, cache: Cache | None) -> Observation:
    known = cache.get(question) if cache else None
    if known is None:
        known = subject.observe(question)
        if cache:
            cache.put(question, known)
    return known
