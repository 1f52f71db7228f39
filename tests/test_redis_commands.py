"""The program with [store] in bot.toml: every command finds the state on the server."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import RunBot, Workplace
from tests.redis_server import RedisServer
from tests.slack_standin.harness import asynchronous
from tests.slack_standin.processes import all_answered, replies_to, running_process
from tests.slack_standin.standin import SlackStandIn
from tests.slack_standin.workspace import APP_TOKEN, BOT_TOKEN

QUESTION = "When was JOINT2 established?"
pytestmark = pytest.mark.slow  # nine starts of the program


@dataclass(frozen=True, slots=True)
class Place:
    """A server with an index of the small corpus, and the settings that name it."""

    url: str
    options: tuple[str, ...]


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, workplace: Workplace, run_bot: RunBot
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("redis")
    server = RedisServer(folder / "server")
    settings = folder / "bot.toml"
    settings.write_text(f'[store]\nurl = "{server.url}"\n', encoding="utf-8")
    options = (*workplace.options, "--config", str(settings))
    built = run_bot("index", str(workplace.corpus), *options[2:])
    assert built.returncode == 0, built.stderr
    yield Place(server.url, options)
    server.kill()


def test_all_commands_about_answers_use_the_server_and_no_file(
    place: Place, workplace: Workplace, run_bot: RunBot
) -> None:
    options = place.options
    answered = run_bot("ask", QUESTION, "--json", *options)
    refused = run_bot("ask", "Who invented the zip fastener?", "--json", *options)
    assert refused.returncode in {0, 3}, refused.stderr
    assert "receipt" not in answered.stderr + refused.stderr

    id_ = json.loads(answered.stdout)["id"]
    verified = run_bot("verify", id_, "--json", *options)
    assert verified.returncode == 0, verified.stderr
    replayed = run_bot("replay", id_, "--json", *options)
    assert replayed.returncode == 0, replayed.stderr + replayed.stdout
    assert run_bot("diff", *options).returncode == 0
    gaps = run_bot("gaps", "--json", *options)
    assert "zip fastener" in gaps.stdout

    said = f"{QUESTION}\n/feedback good just so\n"
    chatted = run_bot("chat", *options, stdin=said)
    assert chatted.returncode == 0, chatted.stderr
    exported = run_bot("feedback", "export", *options[2:])
    assert QUESTION in exported.stdout, exported.stderr

    assert not (workplace.index.parent / ".state").exists()
    assert not (Path(options[-1]).parent / ".state").exists()


def test_a_server_that_is_down_is_one_line_with_what_to_do(
    tmp_path: Path, workplace: Workplace, run_bot: RunBot
) -> None:
    settings = tmp_path / "bot.toml"
    settings.write_text(
        '[store]\nurl = "redis://127.0.0.1:1"\nretry_seconds = 0\n', encoding="utf-8"
    )
    for command in (("verify",), ("feedback", "export")):
        done = run_bot(
            *command, "--index", str(workplace.index), "--config", str(settings)
        )

        assert done.returncode == 1
        assert done.stdout == ""
        [line] = done.stderr.splitlines()
        assert "redis://127.0.0.1:1 cannot be reached" in line
        assert "Start the server" in line


@asynchronous
async def test_two_bot_slack_run_and_one_killed_answer_each_question_once(
    place: Place, tmp_path: Path
) -> None:
    async with SlackStandIn(redeliver_after=1.0) as slack:
        settings = tmp_path / "bot.toml"
        settings.write_text(
            f'[store]\nurl = "{place.url}"\n'
            f'[slack]\napi_url = "{slack.api_url}"\nport = 0\nlease_seconds = 1.0\n'
            "allow_guests = true\npost_interval = 0.01\n",
            encoding="utf-8",
        )
        command = (
            *(sys.executable, "-m", "bot.cli", "slack", "run", "--json-logs"),
            *(*place.options[:-1], str(settings)),
        )
        tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
        async with (
            running_process(slack, tmp_path, *command, **tokens) as one,
            running_process(slack, tmp_path, *command, **tokens),
        ):
            asked = [slack.mention("C0GENERAL", QUESTION)[0] for _ in range(8)]
            await slack.until(lambda: max(replies_to(slack, asked)) > 0, 60)
            one.kill()
            await one.wait()

            await all_answered(slack, place.url, asked)
    assert not (tmp_path / ".state").exists()
