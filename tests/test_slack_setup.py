"""Settings, tokens, manifest, check-up, simulation and the commands."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.channels.slack.checkup import check_slack
from bot.channels.slack.export import to_test_questions
from bot.channels.slack.manifest import events, manifest, scopes
from bot.channels.slack.phrases import PHRASES
from bot.channels.slack.simulate import simulate
from bot.channels.slack.tokens import Secrets, read_secrets
from bot.cli import feedback as cli_feedback
from bot.cli import slack as cli_slack
from bot.config import read_config
from bot.errors import BotError, ConfigError, InputError, SlackError
from bot.slack_config import ChannelConfig, SlackConfig
from bot.state.protocol import Vote
from bot.state.sqlite import open_state
from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.harness import asynchronous, with_config
from tests.slack_standin.standin import SlackStandIn
from tests.slack_standin.web_api import ALL_SCOPES
from tests.slack_standin.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

TOKENS = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
FORBIDDEN = {"chat:write.public", "users:read.email", "chat:write.customize", "admin"}


def _config(tmp_path: Path, text: str) -> SlackConfig:
    (tmp_path / "bot.toml").write_text(text, encoding="utf-8")
    return read_config(tmp_path / "bot.toml").slack


def test_a_channel_has_the_settings_of_all_where_it_has_none_of_its_own(
    tmp_path: Path,
) -> None:
    config = _config(
        tmp_path,
        """
        [slack]
        mode = "http"
        collections = ["handbook"]
        language = "de"
        allow_people = ["U1"]
        edit_seconds = 0
        post_seconds = 20
        [slack.channels.C1]
        collections = []
        follow = "engaged"
        ask_instead = "S0TEAM000"
        """,
    )

    assert config.allow_people == ("U1",)
    assert config.channel("C2") == ChannelConfig(("handbook",), "mention", "de", "")
    assert config.channel("C1") == ChannelConfig((), "engaged", "de", "S0TEAM000")
    assert config.reads_channels


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[slack]\nmodes = 1", "modes"),
        ('[slack]\nmode = "rtm"', "socket"),
        ("[slack]\nport = true", "port"),
        ("[slack]\nallow_people = 'U1'", "list of strings"),
        ("[slack]\nallow_people = [1]", "list of strings"),
        ("[slack]\nqueue = 0", "queue"),
        ("[slack]\nqueue = [1]", "queue"),
        ("[slack]\npost_seconds = 0", "post_seconds"),
        ("[slack]\nping_seconds = 0", "ping_seconds"),
        ('[slack]\nfollow = "always"', "follow"),
        ('[slack]\napi_url = "http://slack.example/api/"', "https"),
        ("[slack]\nchannels = 1", "channels"),
        ("[slack.channels]\nC1 = 1", "C1"),
        ("[slack.channels.C1]\nnope = 1", "nope"),
        ('[slack.channels.C1]\nlanguage = "xx"', "language"),
        ("[slack.channels.C1]\ncollections = 1", "collections"),
        ("[slack.channels.C1]\nask_instead = 1", "ask_instead"),
        ("[slack]\nbot_token = 'xoxb-1'", "bot_token"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        _config(tmp_path, text)


def test_the_state_is_beside_the_index_or_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text("[slack]\n")
    assert read_config(tmp_path / "bot.toml").state_path == tmp_path / ".state/state.db"
    (tmp_path / "bot.toml").write_text("[slack]\nstate = 'x.db'\n")
    assert read_config(tmp_path / "bot.toml").state_path == tmp_path / "x.db"


def test_tokens_come_from_the_environment_or_from_private_files(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{BOT_TOKEN}\n")
    file.chmod(0o600)

    socket = read_secrets(SlackConfig(), TOKENS)
    environment = {"SLACK_BOT_TOKEN_FILE": str(file), "SLACK_SIGNING_SECRET": "s"}
    http = read_secrets(SlackConfig(mode="http"), environment)

    assert socket == Secrets(BOT_TOKEN, APP_TOKEN)
    assert http == Secrets(BOT_TOKEN, "", "s")
    assert BOT_TOKEN not in repr(socket)


def test_a_token_that_is_missing_wrong_or_readable_by_others_is_refused(
    tmp_path: Path,
) -> None:
    file = tmp_path / "token"
    file.write_text(BOT_TOKEN)
    file.chmod(0o640)
    swapped = {"SLACK_BOT_TOKEN": APP_TOKEN, "SLACK_APP_TOKEN": BOT_TOKEN}
    for environment, words in (
        ({}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, "SLACK_APP_TOKEN is not set"),
        (swapped, "does not look like one"),
        ({"SLACK_BOT_TOKEN_FILE": str(file)}, "chmod 600"),
        ({"SLACK_BOT_TOKEN_FILE": str(tmp_path / "none")}, "cannot be read"),
    ):
        with pytest.raises(SlackError, match=words) as caught:
            read_secrets(SlackConfig(), environment)
        assert BOT_TOKEN not in str(caught.value)


def test_the_manifest_asks_for_the_least_that_the_settings_need() -> None:
    least = {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "chat:write",
        "commands",
        "groups:history",
        "im:history",
    }
    everyone = SlackConfig(allow_guests=True, allow_shared=True, edit_seconds=0)

    assert set(scopes(everyone)) == least
    assert set(scopes(SlackConfig())) == ALL_SCOPES
    assert not FORBIDDEN & set(scopes(SlackConfig()))
    assert set(events(everyone)) == {
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "message.im",
        "tokens_revoked",
    }
    assert {"message.channels", "message.groups"} <= set(events(SlackConfig()))


def test_the_manifest_has_addresses_in_http_mode_only() -> None:
    socket = manifest(SlackConfig())
    http = manifest(SlackConfig(mode="http"), "https://bot.example/slack/events")

    assert socket["settings"]["socket_mode_enabled"] is True
    assert "https" not in json.dumps(socket)
    assert http["settings"]["socket_mode_enabled"] is False
    assert json.dumps(http).count("https://bot.example/slack/events") == 3


def test_every_language_has_every_phrase_with_the_same_blanks() -> None:
    import string  # noqa: PLC0415 - only here

    def blanks(text: str) -> set[str | None]:
        return {field for _, field, _, _ in string.Formatter().parse(text)} - {None}

    for language, phrases in PHRASES.items():
        assert phrases.keys() == PHRASES["en"].keys(), language
        for name, text in phrases.items():
            assert blanks(text) == blanks(PHRASES["en"][name]), (language, name)


@asynchronous
async def test_the_check_up_finds_tokens_scopes_and_clock_in_order() -> None:
    async with SlackStandIn() as slack:
        config = with_config(api_url=slack.api_url)
        good = await asyncio.to_thread(check_slack, config, TOKENS)
        slack.api.scopes = frozenset({"chat:write", "admin"})
        poor = await asyncio.to_thread(check_slack, config, TOKENS)
        slack.api.scopes = ALL_SCOPES | {"admin"}
        rich = await asyncio.to_thread(check_slack, config, TOKENS)
        wrong = {**TOKENS, "SLACK_BOT_TOKEN": "xoxb-other"}
        refused = await asyncio.to_thread(check_slack, config, wrong)
    nobody = await asyncio.to_thread(check_slack, config, TOKENS)
    none = check_slack(config, {})

    assert [each.status for each in good] == ["ok"] * 4
    assert poor[1].status == "failed"
    assert "commands" in poor[1].detail
    assert rich[1].status == "warning"
    assert "admin" in rich[1].detail
    assert refused[0].detail == "Slack says invalid_auth"
    assert "no answer" in nobody[0].detail
    assert none[0].status == "failed"


@pytest.mark.parametrize(
    ("body", "methods"),
    [
        (
            {
                "type": "app_mention",
                "channel": "C1",
                "user": "U1",
                "ts": "1.2",
                "text": "<@UBOT> When was JOINT2 established?",
            },
            ["ack", "conversations.info", "users.info", "chat.postMessage"],
        ),
        (
            {
                "envelope_id": "e",
                "payload": {
                    "command": "/ask",
                    "text": "zebra",
                    "team_id": "T1",
                    "channel_id": "C1",
                    "user_id": "U1",
                    "trigger_id": "t",
                    "response_url": "https://x",
                },
            },
            ["ack", "users.info", "response_url"],
        ),
        (
            {
                "type": "event_callback",
                "team_id": "T1",
                "authorizations": [{"user_id": "UBOT"}],
                "event": {"type": "app_home_opened", "tab": "home", "user": "U1"},
            },
            ["ack", "users.info", "views.publish"],
        ),
        ({"type": "app_mention", "bot_id": "B1", "channel": "C1"}, ["ack"]),
    ],
)
def test_a_simulation_shows_the_calls_and_makes_none(
    body: dict[str, Any], methods: list[str]
) -> None:
    calls = asyncio.run(simulate(body, FakeBot().desk(), SlackConfig()))

    assert [each["method"] for each in calls] == methods


def test_a_simulation_of_nothing_slack_sends_is_refused() -> None:
    with pytest.raises(InputError, match="no payload"):
        asyncio.run(simulate({"a": 1}, FakeBot().desk(), SlackConfig()))


def _vote(question: str, verdict: Any, **more: Any) -> Vote:  # noqa: ANN401 - its fields
    payload = {
        "status": more.pop("status", "answered"),
        "short": more.pop("short", "2021"),
        "citations": [{"document": "d.md", "quote": "In 2021.", "number": 1}],
        "reading": {"type": "when"},
    }
    values = {"answer": "a", "voter": "ann", "given": 1.0, "payload": payload, **more}
    return Vote(question=question, verdict=verdict, **values)


def test_votes_become_test_questions_and_doubt_is_left_to_a_person() -> None:
    made = to_test_questions(
        [
            _vote("When?", "helpful"),
            _vote("when? ", "helpful", voter="bob"),
            _vote("Who?", "helpful", status="abstained"),
            _vote("Where?", "not_helpful", reason="should_not_answer"),
            _vote("Which?", "helpful"),
            _vote("Which?", "not_helpful", reason="outdated", comment="2022"),
            _vote("Gone?", "not_helpful", payload=None),
            _vote("How?", "helpful", short=None),
        ]
    )
    found = {each["question"].strip(): each for each in made}

    assert [each["id"] for each in made] == sorted(each["id"] for each in made)
    assert found["when?"]["answerable"] is True
    assert found["when?"]["answers"] == ["2021"]
    assert found["when?"]["evidence"] == [{"document": "d.md", "quote": "In 2021."}]
    assert found["when?"]["note"] == "2 helpful"
    assert found["Who?"]["answerable"] is False
    assert found["Where?"]["answerable"] is False
    assert found["Which?"]["answers"] == ["2022"]
    assert found["Which?"]["tags"] == ["when", "feedback", "review"]
    assert found["Gone?"]["tags"] == ["other", "feedback", "review"]
    assert found["How?"]["tags"] == ["when", "feedback", "review"]
    assert found["when?"]["tags"] == ["when", "feedback"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (*TOKENS, "SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _run(app: typer.Typer, *words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_manifest_command_prints_yaml_or_json(here: Path) -> None:
    import yaml  # noqa: PLC0415 - only here

    printed = _run(cli_slack.app, "manifest")

    assert yaml.safe_load(printed) == manifest(SlackConfig())
    assert json.loads(_run(cli_slack.app, "manifest", "--json")) == yaml.safe_load(
        printed
    )
    (here / "bot.toml").write_text('[slack]\nmode = "http"\n')
    with pytest.raises(InputError, match="--url"):
        _run(cli_slack.app, "manifest")
    url = "https://bot.example/slack/events"
    assert url in _run(cli_slack.app, "manifest", "--url", url)


def test_running_without_tokens_names_the_first_that_is_missing(here: Path) -> None:
    assert here
    with pytest.raises(BotError, match="SLACK_BOT_TOKEN"):
        _run(cli_slack.app, "run")


def test_an_event_file_that_cannot_be_read_is_named(here: Path) -> None:
    for name, content in (("a.json", None), ("b.json", "{"), ("c.json", "[]")):
        if content is not None:
            (here / name).write_text(content)
        with pytest.raises(InputError, match=name):
            _run(cli_slack.app, "simulate", name)


def test_feedback_is_exported_as_lines(here: Path) -> None:
    with pytest.raises(InputError, match="nobody has voted"):
        _run(cli_feedback.app, "export")
    state = open_state(here / ".state" / "state.db")
    state.feedback.vote(_vote("When?", "helpful"))
    state.feedback.vote(_vote("Why?", "not_helpful", answer="b"))
    state.backend.close()

    (line,) = _run(cli_feedback.app, "export").splitlines()
    (review,) = _run(cli_feedback.app, "export", "--review").splitlines()

    assert json.loads(line)["question"] == "When?"
    assert json.loads(review)["question"] == "Why?"


def test_the_signing_secret_is_what_http_mode_needs(here: Path) -> None:
    assert here
    environment = {"SLACK_BOT_TOKEN": BOT_TOKEN}
    with pytest.raises(SlackError, match="SLACK_SIGNING_SECRET"):
        read_secrets(SlackConfig(mode="http"), environment)
    environment["SLACK_SIGNING_SECRET"] = SIGNING_SECRET
    assert read_secrets(SlackConfig(mode="http"), environment).signing_secret
