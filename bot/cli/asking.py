"""The commands `bot ask` and `bot chat`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Corpus, Index, Json, Settings, print_json, print_text
from bot.cli.plain_command import PlainCommand
from bot.errors import InputError

if TYPE_CHECKING:
    from bot.app import Bot
    from bot.cli.desk import LocalDesk
    from bot.config import Config
    from bot.records import Answer

_ABSTAINED = 3  # exit code of `ask --fail-on-abstain`

Filter = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="PATH|TAG",
        help="Ask only documents of this folder, file, pattern or tag.",
    ),
]


def mount(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(cls=PlainCommand)(ask)
    app.command(cls=PlainCommand)(chat)


def ask(
    question: Annotated[
        str,
        typer.Argument(
            help="The question; - reads one a line from stdin, as does a pipe without "
            "a question.",
            show_default=False,
        ),
    ] = "",
    *,
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, help="Most quotes of an answer.", show_default="3"),
    ] = None,
    filter_: Filter = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each answer was decided on.")
    ] = False,
    json_: Json = False,
    fail_on_abstain: Annotated[
        bool, typer.Option("--fail-on-abstain", help="Exit with 3 on a refusal.")
    ] = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Answer a question with quotes, or say why the documents do not answer it.

    Every quote is an exact piece of a document, named with its section. What is not
    a quote is wording of the bot's own. When nothing is clear enough, it says what
    comes nearest and exits with 0 all the same: not to know is a good answer.

    With --json an answer is one JSON object on one line; the README names its keys,
    and --explain adds "explanation". Without an index, the index is built first.

    Example: bot ask "When was JOINT2 established?"

    Example: bot ask "Who leads JOINT2?" --filter consortia -k 1

    Example: echo "What is an interposer?" | bot ask --json
    """
    if not question and sys.stdin.isatty():
        raise typer.BadParameter("Give a QUESTION, or - to read questions from stdin.")
    refused = False
    with open_or_build(corpus, index, config, quotes=k) as bot:
        within = _within(bot, filter_)
        for each in _questions(question):
            answer = bot.ask(each, within=within)
            refused = refused or answer.status == "abstained"
            reasons = _explanation(bot, answer, within) if explain else None
            _show(answer, reasons, json_=json_)
    if fail_on_abstain and refused:
        raise typer.Exit(_ABSTAINED)


def chat(
    *,
    resume: Annotated[
        bool, typer.Option("--continue", help="Go on with the last thread.")
    ] = False,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Plain text, as screen readers like it."),
    ] = False,
    filter_: Filter = None,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    r"""Chat in the terminal: questions, follow-ups, and commands that begin with /.

    A thread remembers: after "When was JOINT2 established?" it understands "why?",
    "what about JOINT3?" and "who else?", and says how it read them. /help lists the
    commands, Tab completes, Ctrl-R searches what was typed before, Ctrl-C stops an
    answer, Ctrl-D leaves. Lines and threads are kept in ~/.local/state/bot.

    Where stdin or stdout is no terminal, it reads a message a line and prints plain
    text. NO_COLOR turns colours off; FORCE_HYPERLINK=1 or 0 decides about links.

    Example: bot chat

    Example: bot chat --continue --filter consortia

    Example: printf 'When was JOINT2 established?\nwhy?\n' | bot chat
    """
    from bot.channels.terminal_chat.chat import Manner  # noqa: PLC0415 - the same
    from bot.channels.terminal_chat.chat import chat as run  # noqa: PLC0415 - the same
    from bot.config import configure  # noqa: PLC0415 - the same
    from bot.storage import store_of  # noqa: PLC0415 - the same

    settings = configure(corpus, index, config)
    if not store_of(settings).exists():
        _build_first(settings)

    def opened() -> LocalDesk:
        # Everything else is imported while the person types.
        from bot.cli.progress import notice  # noqa: PLC0415
        from bot.opening import begin  # noqa: PLC0415

        def joined() -> Bot:
            models = begin(settings, encoder=True, evidence=True)
            from bot.app import join  # noqa: PLC0415 - while the models open

            return join(models, notice=notice)

        from bot.cli.desk import LocalDesk  # noqa: PLC0415

        return LocalDesk(joined, _rebuild)

    run(opened, settings.index_path, Manner(resume, plain, filter_))


def open_or_build(
    corpus: Path | None,
    index: Path | None,
    config: Path | None,
    *,
    quotes: int | None = None,
    encoder: bool = True,
    evidence: bool = True,
) -> Bot:
    """Open the bot; build the index first, and say so, where there is none.

    Args:
        corpus: as given.
        index: the same.
        config: the same.
        quotes: most quotes of an answer, as given.
        encoder: questions are going to be encoded.
        evidence: questions are going to be answered.
    """
    import dataclasses  # noqa: PLC0415 - keeps --help quick

    from bot.cli.progress import notice  # noqa: PLC0415 - the same
    from bot.config import configure  # noqa: PLC0415 - the same
    from bot.opening import begin  # noqa: PLC0415 - the same

    settings = configure(corpus, index, config)
    if quotes is not None:
        answers = dataclasses.replace(settings.answers, max_quotes=quotes)
        settings = dataclasses.replace(settings, answers=answers)
    opened = begin(settings, _build_first, encoder=encoder, evidence=evidence)
    from bot.app import join  # noqa: PLC0415 - takes as long as opening the models

    return join(opened, notice=notice)


def _build_first(config: Config) -> None:
    from bot.cli.progress import index_with_progress, notice  # noqa: PLC0415
    from bot.reports.results import index_text  # noqa: PLC0415
    from bot.storage import store_of  # noqa: PLC0415

    notice(f"No index in {store_of(config).place} yet: building it.")
    notice(index_text(index_with_progress(config)))


def _rebuild(bot: Bot) -> str:
    from bot.cli.progress import index_with_progress  # noqa: PLC0415
    from bot.reports.results import index_text  # noqa: PLC0415

    return index_text(index_with_progress(bot.config))


def _within(bot: Bot, wanted: str | None) -> frozenset[str] | None:
    if wanted is None:
        return None
    from bot.retrieval.scope import documents_of  # noqa: PLC0415 - only where it is used

    return documents_of(bot.reader.documents(), wanted)


def _questions(argument: str) -> Iterator[str]:
    if argument and argument != "-":
        yield argument
        return
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        line = raw.decode("utf-8", "replace")
        if not any(each.isalnum() for each in line):
            raise InputError(f"stdin, line {number}: the question is empty.")
        yield line


def _explanation(
    bot: Bot, answer: Answer, within: frozenset[str] | None
) -> Sequence[str]:
    from bot.reports.explanations import explanation  # noqa: PLC0415 - only where it is used

    find = functools.partial(bot.find, within=within)
    told = explanation(answer.question, find, bot.config.answers.threshold)
    return told.split("\n")


def _show(answer: Answer, reasons: Sequence[str] | None, *, json_: bool) -> None:
    from bot.channels.terminal import harmless  # noqa: PLC0415 - keeps --help quick
    from bot.payloads import answer_payload  # noqa: PLC0415 - the same

    if json_:
        payload = answer_payload(answer)
        print_json(payload if reasons is None else {**payload, "explanation": reasons})
        return
    print_text(harmless(answer.text))
    if reasons is not None:
        print_text(harmless("\n".join(("", *reasons))))
