"""The commands of `bot slack`: serve, print the manifest, try an event."""

from __future__ import annotations

import json
import logging
import os
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.cli.options import Corpus, Index, Json, Settings, print_json, print_text
from bot.errors import InputError, SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from contextlib import AbstractContextManager

    from bot.app import Bot
    from bot.channels.slack.desk import Desk, Visible
    from bot.channels.slack.service import Service
    from bot.channels.slack.views import Overview
    from bot.config import Config
    from bot.records import Answer

_Result = TypeVar("_Result")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Serve questions in Slack, over Socket Mode or HTTP.",
)


@app.command()
def run(
    *,
    json_logs: Annotated[
        bool, typer.Option("--json-logs", help="Write the log as JSON lines.")
    ] = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Serve Slack until SIGTERM or Ctrl-C; questions in progress are finished.

    Tokens come from SLACK_BOT_TOKEN and SLACK_APP_TOKEN (Socket Mode) or
    SLACK_SIGNING_SECRET (HTTP), or from files that the same names with _FILE tell.

    An index that is built meanwhile is used from the next question on.

    Example: bot slack run --json-logs
    """
    from bot.app import open_bot  # noqa: PLC0415 - keeps --help quick
    from bot.channels.slack.logs import set_up_logs  # noqa: PLC0415 - the same
    from bot.channels.slack.running import end_now, serve  # noqa: PLC0415 - the same
    from bot.channels.slack.service import Parts  # noqa: PLC0415 - the same
    from bot.channels.slack.tokens import read_secrets  # noqa: PLC0415 - the same
    from bot.cli.following import Following  # noqa: PLC0415 - the same
    from bot.state.opening import open_state  # noqa: PLC0415 - the same

    settings = _configure(corpus, index, config)
    secrets = read_secrets(settings.slack, os.environ)
    handler = set_up_logs(as_json=json_logs)
    with closing(Following(lambda: open_bot(config=settings))) as following:
        state = open_state(settings)
        parts = Parts(
            config=settings.slack,
            desk=desk_of(following.lent),
            state=state,
            secrets=secrets,
            ask_instead=settings.answers.ask_instead,
        )
        drained = False
        try:
            drained = _run(serve(parts, _tell))
        except OSError as error:
            raise SlackError(
                f"{settings.slack.host}:{settings.slack.port} cannot be listened on: "
                f"{error.strerror}. Choose another slack.port."
            ) from error
        finally:
            state.backend.close()
            logging.getLogger().removeHandler(handler)
    if not drained:
        end_now()


@app.command()
def manifest(
    *,
    url: Annotated[
        str, typer.Option(help="Public address of /slack/events, for HTTP.")
    ] = "",
    json_: Json = False,
    config: Settings = None,
) -> None:
    """Print the app manifest with the least scopes that the settings need.

    Paste it at api.slack.com/apps, Create New App, From a manifest.

    Example: bot slack manifest > manifest.yaml
    """
    import yaml  # noqa: PLC0415 - keeps --help quick

    from bot.channels.slack.manifest import manifest as make  # noqa: PLC0415 - the same

    settings = _configure(None, None, config)
    if settings.slack.mode == "http" and not url.startswith("https://"):
        raise InputError(
            "In HTTP mode the manifest needs the address that Slack sends to: "
            "--url https://bot.example.com/slack/events"
        )
    made = make(settings.slack, url)
    if json_:
        print_json(made)
    else:
        print_text(yaml.safe_dump(made, sort_keys=False))


@app.command()
def simulate(
    event: Annotated[Path, typer.Argument(help="File with a payload from Slack.")],
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Print the calls that an event would lead to, one JSON object a line.

    Nothing is sent. The file holds an event, bare or in its envelope, a command or
    an interaction, as Slack sends it.

    Example: bot slack simulate mention.json
    """
    from bot.app import open_bot  # noqa: PLC0415 - keeps --help quick
    from bot.channels.slack.simulate import simulate as play  # noqa: PLC0415 - the same

    body = _read_event(event)
    settings = _configure(corpus, index, config)
    with open_bot(config=settings) as bot:
        desk = desk_of(lambda: nullcontext(bot))
        calls = _run(play(body, desk, settings.slack, settings.answers.ask_instead))
    for each in calls:
        print_json(each)


def _run(work: Coroutine[Any, Any, _Result]) -> _Result:
    import asyncio  # noqa: PLC0415 - a third of what `bot --help` would take

    return asyncio.run(work)


def desk_of(lent: Callable[[], AbstractContextManager[Bot]]) -> Desk:
    """Hand a bot to the channel: questions, documents, and what is known.

    Args:
        lent: lends the bot for one use.
    """
    from bot.channels.slack.desk import Desk  # noqa: PLC0415 - keeps --help quick
    from bot.channels.slack.views import Overview  # noqa: PLC0415 - the same

    def ask(
        question: str, *, visible: Visible = None, turns: Sequence[Answer] = ()
    ) -> Answer:
        with lent() as bot:
            return bot.conversation(visible=visible, turns=turns).ask(question)

    def read(document: str, visible: Visible) -> str | None:
        with lent() as bot:
            shown = {each.id for each in bot.reader.documents(visible)}
            return bot.reader.text(document) if document in shown else None

    def overview(visible: Visible) -> Overview:
        with lent() as bot:
            documents = bot.reader.documents(visible)
            names = {each.collection for each in documents}
            dates = [each.date for each in documents if each.date]
            return Overview(
                documents=len(documents),
                collections=tuple(sorted(names)),
                newest=max(dates, default=None),
                titles=tuple(each.title for each in documents),
                index=bot.reader.fingerprint,
            )

    return Desk(ask=ask, read=read, overview=overview)


def _configure(corpus: Path | None, index: Path | None, config: Path | None) -> Config:
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick

    return configure(corpus, index, config)


def _read_event(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON.") from error
    if not isinstance(body, dict):
        raise InputError(f"{path} must hold one JSON object.")
    return body


def _tell(service: Service) -> None:
    me = service.context.me
    typer.echo(
        f"Serving as {me.name} in {me.team}; health on port {service.port}.", err=True
    )
