"""The program with [store] in bot.toml: every command finds the state on the server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import RunBot, Workplace

pytestmark = pytest.mark.slow  # nine starts of the program


def test_all_commands_about_answers_use_the_server_and_no_file(
    tmp_path: Path, redis_url: str, workplace: Workplace, run_bot: RunBot
) -> None:
    settings = tmp_path / "bot.toml"
    settings.write_text(f'[store]\nurl = "{redis_url}"\n', encoding="utf-8")
    options = (*workplace.options, "--config", str(settings))
    built = run_bot("index", str(workplace.corpus), *options[2:])
    assert built.returncode == 0, built.stderr

    answered = run_bot("ask", "When was JOINT2 established?", "--json", *options)
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

    said = "When was JOINT2 established?\n/feedback good just so\n"
    chatted = run_bot("chat", *options, stdin=said)
    assert chatted.returncode == 0, chatted.stderr
    exported = run_bot("feedback", "export", *options[2:])
    assert "When was JOINT2 established?" in exported.stdout, exported.stderr

    assert not (workplace.index.parent / ".state").exists()
    assert not (tmp_path / ".state").exists()


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
