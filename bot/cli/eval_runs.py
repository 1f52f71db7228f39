"""What `bot eval` does with its arguments: measure, decide, write and print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import typer

from bot.channels.terminal import harmless
from bot.cli.measuring import open_measured, open_subject, progress_bar
from bot.cli.options import print_json, print_text

if TYPE_CHECKING:
    from bot.config import Config
    from bot.evaluation.question_sets import Question
    from bot.evaluation.rankings import Ranking
    from bot.evaluation.verdict import Demands

FAILED_GATE = 4  # exit code: the bot was measured, and is not good enough


class Places(NamedTuple):
    """Where things are kept; None is nowhere."""

    cache: Path | None
    report: Path | None = None
    save: Path | None = None


def measure_answers(
    config: Config,
    questions: Sequence[Question],
    demands: Demands,
    places: Places,
    *,
    json_: bool,
) -> None:
    """Measure answers, and exit with 4 when they are not good enough."""
    from bot.evaluation.outcomes import write_run  # noqa: PLC0415
    from bot.evaluation.report import write_report  # noqa: PLC0415
    from bot.evaluation.session import measure  # noqa: PLC0415
    from bot.evaluation.verdict import decide  # noqa: PLC0415

    with progress_bar(len(questions), "questions") as progress:
        measured = measure(
            open_subject,
            config,
            questions,
            cache=places.cache,
            baseline=demands.baseline,
            progress=progress,
        )
    verdict = decide(measured.run, demands)
    if places.save is not None:
        write_run(measured.run, places.save)
    if places.report is not None:
        write_report(verdict, measured.contexts, places.report)
    _show(verdict, json_=json_)
    for each in verdict.failures:
        typer.echo(f"Gate: {each}", err=True)
    if verdict.failures:
        raise typer.Exit(FAILED_GATE)


def measure_settings(
    config: Config,
    questions: Sequence[Question],
    specifications: Sequence[str],
    places: Places,
    *,
    json_: bool,
) -> None:
    """Measure every combination of settings."""
    from bot.evaluation.session import measure_sweep  # noqa: PLC0415
    from bot.evaluation.sweep import parse_sweep  # noqa: PLC0415
    from bot.evaluation.sweep_report import SweepReport  # noqa: PLC0415

    settings = parse_sweep(specifications, config)
    with progress_bar(len(settings) * len(questions), "questions") as progress:
        tried = measure_sweep(
            open_subject, settings, questions, cache=places.cache, progress=progress
        )
    swept = SweepReport(tried)
    if places.report is not None:
        swept.write(places.report)
    _show(swept, json_=json_)


def measure_retrieval(
    config: Config,
    queries: Path | None,
    qrels: Path,
    run_file: Path | None,
    *,
    json_: bool,
) -> None:
    """Measure the ranking of documents alone."""
    from bot.evaluation.qrels import (  # noqa: PLC0415 - keeps --help quick
        measure_run,
        rank_queries,
        read_qrels,
        read_trec_run,
    )
    from bot.runs import read_queries  # noqa: PLC0415

    if (queries is None) == (run_file is None):
        raise typer.BadParameter("--qrels needs either --queries FILE or --run FILE.")
    judgements = read_qrels(qrels)
    rankings: Mapping[str, Ranking] = {}
    if run_file is not None:
        rankings = read_trec_run(run_file)
    elif queries is not None:
        wanted = [each for each in read_queries(queries) if each.id in judgements]
        with (
            open_measured(config) as bot,
            progress_bar(len(wanted), "queries") as progress,
        ):
            rankings = rank_queries(bot.search_documents, wanted, progress)
    _show(measure_run(rankings, judgements), json_=json_)


class _Shown(Protocol):
    """A result that people and programs read."""

    def text(self) -> str: ...

    def payload(self) -> dict[str, Any]: ...


def _show(result: _Shown, *, json_: bool) -> None:
    if json_:
        print_json(result.payload())
    else:
        print_text(harmless(result.text()))
