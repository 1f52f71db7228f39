"""The command `bot calibrate`: a threshold with a proven error rate."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.calibration.bounds import Demand
from bot.cli.options import Corpus, Index, Json, Settings, print_json, print_text
from bot.errors import InputError

if TYPE_CHECKING:
    from bot.app import Bot
    from bot.calibration.certificates import QuestionSet
    from bot.config import Config
    from bot.evaluation.question_sets import Question

UNPROVEN = 4  # exit code, as of `bot eval`: measured, and not good enough
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def mount(app: typer.Typer) -> None:
    """Add the command to the program's."""
    app.command()(calibrate)


def calibrate(
    questions: Annotated[Path, typer.Argument(help="Question set, JSONL or CSV.")],
    max_error: Annotated[
        float,
        typer.Option(
            min=0.0001, max=0.9999, help="Share of answers that may be wrong."
        ),
    ] = 0.05,
    confidence: Annotated[
        float, typer.Option(min=0.0001, max=0.9999, help="How sure that must be.")
    ] = 0.9,
    split: Annotated[
        Literal["dev", "test", "all"], typer.Option(help="Part of the set.")
    ] = "all",
    *,
    fit: Annotated[
        bool,
        typer.Option("--fit", help="Fit probabilities instead; first, and on others."),
    ] = False,
    dated: Annotated[
        str | None,
        typer.Option(help="Date of the set.", show_default="the file's last change"),
    ] = None,
    json_: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Choose the threshold below which the bot refuses, with a proven error rate.

    Among the answers above it, at most --max-error are wrong, with --confidence. The
    certificate goes to .calibration/INDEX.certificate.json beside the index folder,
    and the bot uses its threshold from then on; a threshold in bot.toml other than
    the default goes first. Use questions that no one tuned the bot with. Exit code 4
    when no threshold can be proven; it is said how many more questions are needed.

    With --fit, the map from evidence to probability is fitted instead, and goes to
    .calibration/INDEX.probability.json.

    Example: bot calibrate questions.jsonl --split dev --fit

    Example: bot calibrate questions.jsonl --split test --max-error 0.05
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.evaluation.calibrating import describe_set, read_split  # noqa: PLC0415

    if dated is not None and not _DATE.fullmatch(dated):
        raise InputError(f"--dated {dated!r} must look like 2026-11-22.")
    settings = configure(corpus, index, config)
    described = describe_set(questions, split, dated)
    chosen = read_split(questions, split)
    with _open(settings) as bot:
        if fit:
            _fit(bot, settings.probability_path, chosen, described, json_=json_)
            return
        demand = Demand(max_error, confidence)
        _certify(bot, settings, chosen, (described, demand), json_=json_)


def _fit(
    bot: Bot,
    path: Path,
    questions: Sequence[Question],
    described: QuestionSet,
    *,
    json_: bool,
) -> None:
    from bot.calibration.probability import Calibration, write_calibration  # noqa: PLC0415
    from bot.evaluation.calibrating import fit, judge_answers  # noqa: PLC0415
    from bot.reports.calibration import fitted_text  # noqa: PLC0415

    bare = _willing(dataclasses.replace(bot, calibration=Calibration()))
    fitted = fit(judge_answers(questions, bare, described), bot.reader.fingerprint)
    write_calibration(fitted, path)
    if json_:
        print_json(dataclasses.asdict(fitted))
    else:
        print_text(fitted_text(fitted, path))


def _certify(
    bot: Bot,
    config: Config,
    questions: Sequence[Question],
    given: tuple[QuestionSet, Demand],
    *,
    json_: bool,
) -> None:
    from bot.calibration.certificates import write_certificate  # noqa: PLC0415
    from bot.evaluation.calibrating import certify, judge_answers  # noqa: PLC0415
    from bot.reports.calibration import calibrated_text  # noqa: PLC0415

    described, demand = given
    judged = judge_answers(questions, _willing(bot), described)
    found = certify(
        judged, demand, bot.reader.fingerprint, bot.settings, bot.calibration
    )
    if found.certificate is not None:
        write_certificate(found.certificate, config.certificate_path)
    if json_:
        print_json(found.payload())
    else:
        print_text(calibrated_text(found, config.certificate_path))
    if found.certificate is None:
        raise typer.Exit(UNPROVEN)


def _willing(bot: Bot) -> Bot:
    """Return the bot as it answers when it withholds as little as it can."""
    from bot.evaluation.subject import lenient  # noqa: PLC0415 - keeps --help quick

    return dataclasses.replace(bot, config=lenient(bot.config))


def _open(config: Config) -> Bot:
    """Open the bot; what an old certificate no longer proves is of no interest here."""
    from bot.app import open_bot  # noqa: PLC0415 - keeps --help quick

    return open_bot(config=config, notice=lambda _: None, receipts=False)
