"""Progress of long work on a terminal's stderr, and nothing anywhere else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bot.config import Config
from bot.storage import store_of

if TYPE_CHECKING:  # every command imports this, and few build an index
    from bot.indexing.report import IndexReport, Progress

_WORDS = {"reading": "Reading", "encoding": "Encoding"}


def notice(text: str) -> None:
    """Say something to the person at the terminal; programs do not see it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def index_with_progress(config: Config, *, rebuild: bool = False) -> IndexReport:
    """Build the index and, on a terminal, show how far it is.

    Raises:
        BotError: the corpus or the index folder cannot be used.
    """
    if not sys.stderr.isatty():
        return store_of(config).build(rebuild=rebuild)
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import (  # noqa: PLC0415 - the same
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars  # noqa: PLC0415 - the same

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Looking", total=None)

        def show(step: Progress) -> None:
            if step.stage == "waiting":
                bars.console.print(step.note, markup=False)
                return
            bars.update(
                task,
                description=_WORDS[step.stage],
                completed=step.done,
                total=step.total,
            )

        return store_of(config).build(rebuild=rebuild, progress=show)
