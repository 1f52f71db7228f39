"""The command `bot index`: once, on every change, or back to what was before."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Index, Json, Settings, print_json, print_text
from bot.config import Config
from bot.errors import BotError


def mount(app: typer.Typer) -> None:
    """Add the command to a program."""
    app.command()(index)


def index(
    corpus: Annotated[
        Path | None, typer.Argument(help="Folder of documents.", show_default="corpus")
    ] = None,
    index: Index = None,
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Read and encode everything again.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and follow every change of a file.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1, help="Generations to keep.", show_default="index.keep of bot.toml, 2"
        ),
    ] = None,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the generation before.")
    ] = False,
    json_: Json = False,
    config: Settings = None,
) -> None:
    """Build the index, or bring it up to date: only what changed is read and encoded.

    Documents that cannot be read are refused by name and reason; the others are
    indexed. The old index stays in use until the new one is complete, and answers go
    on meanwhile. A cross-encoder that retrieval.reranker of bot.toml names is converted
    too, once.

    --watch goes on after the first build and indexes again whenever files change, until
    Ctrl-C. --rollback makes the former generation the index again, after checking each
    byte of it; the next `bot index` follows the documents again.

    Example: bot index handbook --index handbook-index

    Example: bot index --watch

    Example: bot index --keep 5

    Example: bot index --rollback
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick

    if rollback and (rebuild or watch or keep is not None):
        raise typer.BadParameter("--rollback goes with no other way of building.")
    settings = configure(corpus, index, config)
    if keep is not None:
        kept = dataclasses.replace(settings.index, keep=keep)
        settings = dataclasses.replace(settings, index=kept)
    if rollback:
        _roll_back(settings, json_=json_)
    elif watch:
        _follow(settings, rebuild=rebuild, json_=json_)
    else:
        _build(settings, rebuild=rebuild, json_=json_)


def _build(settings: Config, *, rebuild: bool, json_: bool) -> None:
    from bot.cli.progress import index_with_progress, notice  # noqa: PLC0415 - heavy
    from bot.reports.results import index_payload, index_text  # noqa: PLC0415 - same

    report = index_with_progress(settings, rebuild=rebuild)
    if settings.retrieval.reranker:  # converted now, so that no question waits for it
        from bot.app import open_reranker  # noqa: PLC0415 - only where it is used

        open_reranker(settings, notice)
    if json_:
        print_json(index_payload(report))
    else:
        print_text(index_text(report))
    sys.stdout.flush()


def _follow(settings: Config, *, rebuild: bool, json_: bool) -> None:
    """Build now and on every change; an error is told and the next change awaited."""
    from bot.channels.terminal import harmless  # noqa: PLC0415 - keeps --help quick
    from bot.cli.progress import notice  # noqa: PLC0415 - the same
    from bot.indexing.watching import changes  # noqa: PLC0415 - the same

    notice(f"Watching {settings.corpus_path}; Ctrl-C stops.")
    first = True
    try:
        for _ in changes(settings.corpus_path):
            try:
                _build(settings, rebuild=rebuild and first, json_=json_)
            except BotError as error:
                if first:
                    raise
                sys.stderr.write(f"Error: {harmless(' '.join(str(error).split()))}\n")
            first = False
    except KeyboardInterrupt:
        notice("Stopped watching; the index is complete.")


def _roll_back(settings: Config, *, json_: bool) -> None:
    from bot.storage import store_of  # noqa: PLC0415 - keeps --help quick

    generation = store_of(settings).roll_back()
    if json_:
        print_json({"generation": generation})
    else:
        print_text(f"Generation {generation} is the index again.")
