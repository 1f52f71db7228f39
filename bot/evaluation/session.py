"""A measurement from start to end, with the bots that it needs handed in."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bot.config import Config
from bot.evaluation.cache import Cache
from bot.evaluation.contexts import Contexts, read_contexts
from bot.evaluation.outcomes import Run
from bot.evaluation.question_sets import Question
from bot.evaluation.runner import Progress, evaluate
from bot.evaluation.subject import Subject
from bot.evaluation.sweep import Setting, Tried, sweep

Open = Callable[[Config], AbstractContextManager[Subject]]  # builds what is missing


class Measured(NamedTuple):
    """A run, and the documents that it and its baseline quote."""

    run: Run
    contexts: Contexts


def measure(
    open_: Open,
    config: Config,
    questions: Sequence[Question],
    *,
    cache: Path | None = None,
    baseline: Run | None = None,
    progress: Progress = lambda _: None,
) -> Measured:
    """Ask a bot all questions.

    Args:
        open_: opens the bot of a configuration.
        config: the configuration.
        questions: in the order they are reported.
        cache: folder of what is known already; None asks everything again.
        baseline: the run that this one will be compared with.
        progress: told how many questions are done.
    """
    with open_(config) as subject:
        run = _evaluate(subject, questions, cache, progress)
        before = () if baseline is None else baseline.outcomes
        contexts = read_contexts((*run.outcomes, *before), subject.read_text)
    return Measured(run, contexts)


def measure_sweep(
    open_: Open,
    settings: Sequence[Setting],
    questions: Sequence[Question],
    *,
    cache: Path | None = None,
    progress: Progress = lambda _: None,
) -> list[Tried]:
    """Try settings on the same questions.

    Settings that another index needs get one in a folder of their own, which is
    removed in the end.
    """
    done = 0

    def one_more(_: int) -> None:
        nonlocal done
        done += 1
        progress(done)

    with TemporaryDirectory(prefix="bot-sweep-") as folder:

        def run(setting: Setting) -> Run:
            config = _placed(setting, settings, Path(folder))
            with open_(config) as subject:
                return _evaluate(subject, questions, cache, one_more)

        return sweep(settings, run)


def _evaluate(
    subject: Subject,
    questions: Sequence[Question],
    cache: Path | None,
    progress: Progress,
) -> Run:
    known = None if cache is None else Cache(cache, subject.index, subject.settings)
    return evaluate(questions, subject, cache=known, progress=progress)


def _placed(setting: Setting, settings: Sequence[Setting], folder: Path) -> Config:
    """Give a setting the index of the first one that needs the same.

    What is calibrated goes with it: one thing is changed at a time.
    """
    config = setting.config
    if not setting.index_key:
        return config
    number = next(
        number
        for number, each in enumerate(settings)
        if each.index_key == setting.index_key
    )
    path = folder / str(number) / config.index_path.name
    index = dataclasses.replace(config.index, path=str(path))
    placed = dataclasses.replace(config, index=index)
    for old, new in (
        (config.probability_path, placed.probability_path),
        (config.certificate_path, placed.certificate_path),
    ):
        if old.exists() and not new.exists():
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(old, new)
    return placed
