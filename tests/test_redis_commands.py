"""The program with [store] in bot.toml: every command finds the state on the server."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.conftest import REPOSITORY, RunBot, Workplace
from tests.dropping_proxy import DroppingProxy
from tests.redis_server import RedisServer
from tests.slack_standin.harness import asynchronous
from tests.slack_standin.processes import all_answered, replies_to, running_process
from tests.slack_standin.standin import SlackStandIn
from tests.slack_standin.workspace import APP_TOKEN, BOT_TOKEN
from tests.terminal_program import Terminal

QUESTION = "When was JOINT2 established?"
pytestmark = pytest.mark.slow  # some twenty starts of the program


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
    examined = run_bot("doctor", "--json", *options)
    named = {each["name"] for each in map(json.loads, examined.stdout.splitlines())}
    assert {"index", "store role", "store generations", "store lock"} <= named
    elsewhere = run_bot("doctor", "--json", "--corpus", "none", *options[2:])
    assert '"failed"' not in elsewhere.stdout, elsewhere.stdout
    assert "can ask, but not index" in elsewhere.stdout
    gaps = run_bot("gaps", "--json", *options)
    assert "zip fastener" in gaps.stdout

    said = f"{QUESTION}\n/feedback good just so\n"
    chatted = run_bot("chat", *options, stdin=said)
    assert chatted.returncode == 0, chatted.stderr
    exported = run_bot("feedback", "export", *options[2:])
    assert QUESTION in exported.stdout, exported.stderr

    assert not (workplace.index.parent / ".state").exists()
    assert not (Path(options[-1]).parent / ".state").exists()


# What may differ between two answers, and the name of the index that gave them.
_DIFFERS = {"id", "timings_ms", "index"}
_ASKED = (
    QUESTION,
    "What does NEDO stand for?",
    "Which interposers are there?",
    "Who leads JOINT2, and when was NEDO founded?",
    "Is an interposer a layer?",
    "How much did the zip fastener cost in 1921?",
    "jont2 menbers",
)


def without_names(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key not in _DIFFERS}


def test_a_run_for_many_queries_is_that_from_files_byte_for_byte(
    place: Place, workplace: Workplace, run_bot: RunBot, tmp_path: Path
) -> None:
    queries = tmp_path / "queries.jsonl"
    rows = [{"_id": f"q{n}", "text": text} for n, text in enumerate(_ASKED)]
    queries.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    runs = []
    for name, options in (("server", place.options), ("files", workplace.options)):
        run = tmp_path / name
        done = run_bot("search", "--queries", str(queries), "--run", str(run), *options)
        assert done.returncode == 0, done.stderr
        runs.append(run.read_bytes())

    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) > len(_ASKED)


def test_measures_on_the_server_are_those_on_files_outcome_by_outcome(
    place: Place, workplace: Workplace, run_bot: RunBot, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.jsonl"
    rows = [
        {"id": text, "question": text, "answerable": False, "tags": ["what"]}
        for text in _ASKED
    ]
    questions.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    outcomes = []
    for name, options in (("files", workplace.options), ("server", place.options)):
        saved = tmp_path / f"{name}.json"
        done = run_bot(
            *("eval", str(questions), "--save", str(saved), *options), cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(saved.read_text(encoding="utf-8"))["outcomes"]
        for each in found:
            for key in ("answer", "anyway"):
                each[key] = each[key] and without_names(each[key])
        outcomes.append(found)

    assert len(outcomes[0]) == len(_ASKED)
    assert outcomes[0] == outcomes[1]


def test_a_chat_in_a_terminal_answers_and_follows_up_from_the_server(
    place: Place, tmp_path: Path
) -> None:
    terminal = Terminal(
        ["-m", "bot.cli", "chat", *place.options],
        tmp_path,
        {"PYTHONPATH": str(REPOSITORY)},
    )
    try:
        terminal.see(r"3 documents")
        terminal.enter(QUESTION)
        terminal.see("2021")
        terminal.see(r"\[1\]")
        terminal.enter("And who leads it?")
        terminal.see("Resonac")
        terminal.type("\x04")
        assert terminal.end() == 0
    finally:
        terminal.stop()
    assert not (tmp_path / ".state").exists()


def test_index_and_ask_reach_a_server_over_tls(
    place: Place, run_bot: RunBot, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    settings = tmp_path / "bot.toml"
    trusting = {**os.environ, "BOT_REDIS_CA": str(tmp_path / "ca.pem")}
    with DroppingProxy(int(place.url.rpartition(":")[2]), context) as proxy:
        settings.write_text(f'[store]\nurl = "{proxy.url}"\n', encoding="utf-8")
        options = (*place.options[:-1], str(settings))
        built = run_bot("index", *options[1:], env=trusting)
        assert built.returncode == 0, built.stderr
        answered = run_bot("ask", QUESTION, *options, env=trusting)
        assert "2021" in answered.stdout, answered.stderr

        refused = run_bot("ask", QUESTION, *options)
        assert refused.returncode == 1
        assert "Let BOT_REDIS_CA name the PEM file" in refused.stderr


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
    place: Place, tmp_path: Path, run_bot: RunBot
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

            # Another machine indexes other documents: who serves follows.
            (tmp_path / "corpus").mkdir()
            text = "# Ferry Noa\n\nThe ferry Noa was built in 2011 in Haifa.\n"
            (tmp_path / "corpus/noa.md").write_text(text, encoding="utf-8")
            index = ("index", str(tmp_path / "corpus"), *place.options[2:])
            built = await asyncio.to_thread(run_bot, *index)
            assert built.returncode == 0, built.stderr
            ts, _ = slack.mention("C0GENERAL", "When was the ferry Noa built?")
            await all_answered(slack, place.url, [ts])
            assert "2011" in str(slack.workspace.replies("C0GENERAL", ts))
    assert not (tmp_path / ".state").exists()
