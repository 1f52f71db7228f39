"""What the commands that measure share: the bot opened to be measured, and a bar."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import InputError

if TYPE_CHECKING:
    from bot.app import Bot
    from bot.config import Config
    from bot.evaluation.question_sets import Question
    from bot.evaluation.subject import Subject


@contextmanager
def open_subject(config: Config) -> Iterator[Subject]:
    """Open the bot as evaluation sees it; a missing index is built first."""
    from bot.evaluation.replay import Recorder, Replayer  # noqa: PLC0415 - quick help
    from bot.evaluation.subject import Subject, lenient  # noqa: PLC0415 - the same

    with open_measured(config) as opened:
        bot, willing = (
            opened,
            dataclasses.replace(opened, config=lenient(opened.config)),
        )
        recorders: list[Recorder] = []
        if bot.scorer is not None:
            recorders.append(recorder := Recorder(bot.scorer))
            bot = dataclasses.replace(bot, scorer=recorder)
            willing = dataclasses.replace(willing, scorer=Replayer(recorder))
        if bot.reranker is not None:
            recorders.append(recorder := Recorder(bot.reranker.scorer))
            again = dataclasses.replace(bot.reranker, scorer=recorder)
            bot = dataclasses.replace(bot, reranker=again)
            again = dataclasses.replace(again, scorer=Replayer(recorder))
            willing = dataclasses.replace(willing, reranker=again)

        def forget() -> None:
            for each in recorders:
                each.known.clear()

        yield Subject(bot, willing, forget)


def open_measured(config: Config) -> Bot:
    """Open the bot without receipts: nobody is answered."""
    from bot.app import open_bot  # noqa: PLC0415 - keeps --help quick
    from bot.cli.progress import notice  # noqa: PLC0415 - the same

    return open_bot(
        config=config, on_missing=_build_first, notice=notice, receipts=False
    )


def _build_first(config: Config) -> None:
    from bot.cli.progress import index_with_progress, notice  # noqa: PLC0415
    from bot.reports.results import index_text  # noqa: PLC0415
    from bot.storage import store_of  # noqa: PLC0415

    notice(f"No index in {store_of(config).place} yet: building it.")
    notice(index_text(index_with_progress(config)))


@contextmanager
def progress_bar(total: int, unit: str) -> Iterator[Callable[[int], object]]:
    """Show a bar on a terminal's stderr, and nothing anywhere else."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress  # noqa: PLC0415 - the same

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(unit, total=total)
        yield lambda done: bar.update(task, completed=done)


def select_questions(
    path: Path, split: str, only: Sequence[str] | None
) -> list[Question]:
    """Read the questions of a split that have all the tags.

    Raises:
        InputError: the file cannot be read, or no question is left.
    """
    from bot.evaluation.question_sets import read_question_set  # noqa: PLC0415
    from bot.evaluation.split import split_of  # noqa: PLC0415

    chosen = [
        each
        for each in read_question_set(path)
        if split in {"all", split_of(each)} and set(only or ()) <= set(each.tags)
    ]
    if not chosen:
        tagged = f" that is tagged {', '.join(only)}" if only else ""
        raise InputError(f"{path} has no question of the split {split}{tagged}.")
    return chosen


def voted_questions(config: Config) -> list[Mapping[str, Any]]:
    """Return what people voted on, as lines of a question set."""
    from bot.channels.slack.export import to_test_questions  # noqa: PLC0415
    from bot.state.opening import has_state, open_state  # noqa: PLC0415

    if not has_state(config):
        return []
    state = open_state(config)
    try:
        return list(to_test_questions(state.feedback.votes()))
    finally:
        state.backend.close()


def refused_questions(config: Config) -> list[str]:
    """Return what was asked and refused, each question once, the latest first."""
    from bot.state.opening import has_state, open_receipts  # noqa: PLC0415

    if not has_state(config):
        return []
    store = open_receipts(config)
    try:
        receipts = store.all(config.index_path.absolute().name)
    finally:
        store.close()
    refused = (
        each.question
        for each in receipts
        if each.status == "abstained" and each.question is not None
    )
    return list(dict.fromkeys(refused))
