"""`bot slack run` and `simulate` with a real bot on a small index."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import app as app_module
from bot.app import Bot
from bot.cli.slack import app, desk_of
from bot.config import Config
from bot.errors import SlackError
from tests.slack_standin.harness import shown
from tests.slack_standin.standin import SlackStandIn
from tests.slack_standin.workspace import APP_TOKEN, BOT_TOKEN, Message
from tests.small_index import TEXTS, build, read, settings, write_corpus

QUESTION = "What pulls ships?"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an index, and the program's own tokens; the encoder is small."""
    write_corpus(tmp_path / "corpus", TEXTS)
    build(settings(tmp_path))

    def open_small(*, config: Config) -> Bot:
        return Bot(read(config), config)

    monkeypatch.setattr(app_module, "open_bot", open_small)
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _configure(folder: Path, api_url: str, port: int = 0) -> None:
    (folder / "bot.toml").write_text(
        f"[slack]\napi_url = '{api_url}'\nport = {port}\nallow_guests = true\n"
    )


def test_the_program_serves_until_it_is_told_to_stop(small: Path) -> None:
    seen: list[Message] = []
    ready = threading.Event()

    async def people() -> None:
        async with SlackStandIn() as slack:
            _configure(small, slack.api_url)
            ready.set()
            await slack.until(lambda: slack.socket_mode.connections, 60)
            slack.direct(QUESTION)
            await slack.until(lambda: slack.workspace.replies("D0ANN0000"), 60)
            seen.extend(slack.workspace.replies("D0ANN0000"))
            os.kill(os.getpid(), signal.SIGTERM)
            await slack.until(lambda: not slack.socket_mode.connections, 60)

    thread = threading.Thread(target=lambda: asyncio.run(people()))
    thread.start()
    ready.wait(60)
    result = CliRunner().invoke(app, ["run"], catch_exceptions=False)
    thread.join(60)

    assert result.exit_code == 0
    assert len(seen) == 1
    assert shown(seen[0])
    assert (small / ".state" / "state.db").exists()


def test_an_address_that_is_taken_is_named(small: Path) -> None:
    taken: list[int] = []
    ready, done = threading.Event(), threading.Event()

    async def hold() -> None:
        async with SlackStandIn() as slack:
            _configure(small, slack.api_url, slack.port)
            taken.append(slack.port)
            ready.set()
            await asyncio.to_thread(done.wait, 60)

    thread = threading.Thread(target=lambda: asyncio.run(hold()))
    thread.start()
    ready.wait(60)
    with pytest.raises(SlackError, match=r"127\.0\.0\.1:\d+ cannot be listened on"):
        CliRunner().invoke(app, ["run"], catch_exceptions=False)
    done.set()
    thread.join(60)


def test_a_simulated_mention_is_answered_from_the_index(small: Path) -> None:
    event = {
        "type": "app_mention",
        "channel": "C1",
        "user": "U1",
        "ts": "1.2",
        "text": f"<@UBOT> {QUESTION}",
    }
    (small / "event.json").write_text(json.dumps(event))

    result = CliRunner().invoke(app, ["simulate", "event.json"], catch_exceptions=False)

    calls = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["method"] for each in calls][-1] == "chat.postMessage"
    assert not (small / ".state").exists()


def test_a_desk_shows_documents_of_the_visible_collections_alone(small: Path) -> None:
    with Bot(read(settings(small)), settings(small)) as bot:
        desk = desk_of(lambda: nullcontext(bot))
        harbours = frozenset({"harbours"})

        assert desk.overview(harbours).documents == 3
        assert desk.overview(harbours).collections == ("harbours",)
        assert desk.overview(None).documents == 6
        assert desk.read("ships/tug.md", harbours) is None
        assert desk.read("ships/tug.md", None) == TEXTS["ships/tug.md"]
        assert desk.read("never.md", None) is None
        first = desk.ask("crane", visible=harbours)
        again = desk.ask("more", visible=harbours, turns=(first,))
        named = [*first.citations, *first.nearest, *again.citations, *again.nearest]
        assert not any(each.document.startswith("ships") for each in named)
