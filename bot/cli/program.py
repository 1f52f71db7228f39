"""The commands: each reads its arguments, makes one call and prints."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli import (
    asking,
    calibrating,
    evaluating,
    feedback,
    indexing,
    receipts,
    slack,
)
from bot.cli.asking import open_or_build
from bot.cli.options import Corpus, Index, Json, Settings, print_json, print_text
from bot.cli.plain_command import PlainCommand, PlainGroup
from bot.errors import BotError

app = typer.Typer(
    cls=PlainGroup,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Answers questions from a folder of documents, in quotes that can be checked.",
)


indexing.mount(app)
asking.mount(app)


@app.command(cls=PlainCommand)
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")] = "",
    k: Annotated[int, typer.Option("-k", min=1, help="Results wanted.")] = 10,
    mode: Annotated[
        Literal["hybrid", "lexical", "dense"], typer.Option(help="Which half ranks.")
    ] = "hybrid",
    *,
    json_: Json = False,
    queries: Annotated[
        Path | None,
        typer.Option(help='JSONL file of {"_id", "text"}; needs --run.'),
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="TREC run file to write; needs --queries.")
    ] = None,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Rank passages, with their raw scores.

    With --queries and --run, documents are ranked for every query of a file. Where
    retrieval.reranker in bot.toml names a cross-encoder, it reads the best passages
    of the hybrid search again and decides their order; its logit is shown.

    Example: bot search "package substrates" -k 3

    Example: bot search --queries queries.jsonl --run run.txt -k 100
    """
    from bot.reports.results import hits_text  # noqa: PLC0415 - keeps --help quick

    if (queries is None) != (run is None):
        raise typer.BadParameter("--queries and --run go together.")
    if not query and queries is None:
        raise typer.BadParameter("Give a QUERY, or --queries FILE with --run FILE.")
    encoder = mode != "lexical"
    with open_or_build(corpus, index, config, encoder=encoder, evidence=False) as bot:
        if queries is not None and run is not None:
            from bot.runs import write_run  # noqa: PLC0415

            count = write_run(bot.search_documents, queries, run, k, mode)
            print_text(f"{count} queries ranked in {run}.")
            return
        hits = bot.search(query, k, mode=mode)
        if json_:
            from bot.payloads import hit_payload  # noqa: PLC0415

            for each in enumerate(hits, 1):
                print_json(hit_payload(*each))
        else:
            print_text(hits_text(hits))


@app.command()
def doctor(
    *,
    deep: Annotated[
        bool, typer.Option("--deep", help="Verify every byte of the index.")
    ] = False,
    json_: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Check installation, model, configuration, corpus and index.

    Each finding names the command that mends it; exit code 1 when one is needed.

    Example: bot doctor --deep
    """
    from bot.doctor import examine  # noqa: PLC0415 - keeps --help quick
    from bot.reports.results import findings_text  # noqa: PLC0415

    findings = examine(corpus, index, config, deep=deep)
    if json_:
        for each in findings:
            print_json(each.payload())
    else:
        print_text(findings_text(findings))
    if any(each.status == "failed" for each in findings):
        raise typer.Exit(1)


receipts.mount(app)
calibrating.mount(app)
app.add_typer(evaluating.app, name="eval")
app.add_typer(slack.app, name="slack")
app.add_typer(feedback.app, name="feedback")


def main() -> None:
    """Run the command line: the console script `bot`.

    An expected error is one line on stderr, and the exit code 1.
    """
    # Vectors of one question are multiplied, for which threads of BLAS only cost: they
    # are started with numpy, and take a tenth of a second of a core.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # At the end no cycles are looked for in memory that is given back anyway: as much.
    atexit.register(gc.freeze)
    try:
        app(prog_name="bot")
    except BotError as error:
        from bot.channels.terminal import harmless  # noqa: PLC0415

        sys.stderr.write(f"Error: {harmless(' '.join(str(error).split()))}\n")
        sys.exit(1)
