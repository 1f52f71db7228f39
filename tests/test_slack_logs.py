"""Logs carry ids and times, and never a token or what people wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.slack.logs import log, log_error, redact, set_up_logs
from tests.slack_standin.deliveries import encode, signed
from tests.slack_standin.harness import asynchronous, running, with_config
from tests.slack_standin.web_api import Fault
from tests.slack_standin.workspace import APP_TOKEN, BOT_TOKEN, BOT_USER, SIGNING_SECRET

CANARY = "canaryquestion zebra"
SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = set_up_logs(as_json=True)
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.parametrize("mode", ["socket", "http"])
@pytest.mark.parametrize("wanted", [False, True])
@asynchronous
async def test_no_secret_and_no_question_is_logged_or_kept_in_the_open(
    tmp_path: Path, lines: io.StringIO, mode: str, *, wanted: bool
) -> None:
    config = with_config(mode=mode, log_questions=wanted)
    async with running(tmp_path, config) as run:
        faults = [Fault(status=500), Fault(drop=True), Fault(status=502, html=True)]
        run.slack.api.faults["chat.postMessage"].extend(faults)
        ts, _ = run.slack.mention("C0GENERAL", CANARY)
        await run.answer_to(ts)
        await run.slack.command(CANARY)
        await run.slack.until(lambda: run.slack.private_replies("UANN00000"))
        if mode == "http":
            assert run.slack.http_mode is not None
            message = run.slack.write("C0GENERAL", "UANN00000", CANARY)
            event = run.slack.mention_event("C0GENERAL", message)
            body, _ = encode("events_api", event)
            await run.slack.http_mode.send(body, signed(body + b" "))
            await run.slack.http_mode.send(body[:-5], signed(body[:-5]))
        else:
            await run.slack.socket_mode.send_raw(f'{{"type": "{CANARY}')
            await run.slack.socket_mode.send_raw(
                json.dumps(
                    {"envelope_id": "e", "type": "events_api", "payload": [CANARY]}
                )
            )
            await run.slack.socket_mode.reset()
        run.bot.fails_with = RuntimeError(CANARY)
        failed, _ = run.slack.mention("C0GENERAL", CANARY)
        await run.answer_to(failed)
        await run.settled()
        state = (tmp_path / "state.db").read_bytes()
        state += (tmp_path / "state.db-wal").read_bytes()
    logged = lines.getvalue()

    assert not any(each in logged for each in SECRETS)
    assert (CANARY in logged) == wanted
    assert not any(each.encode() in state for each in SECRETS)
    events = [json.loads(line) for line in logged.splitlines()]
    (answered, *_) = [each for each in events if each["event"] == "answered"]
    assert answered["ms"] >= 0
    assert answered["answer"]


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-1-2-abc",
        "xoxe.xoxp-1-abc",
        "xapp-1-A-b",
        "Authorization: Bearer abc",
        "https://hooks.slack.com/commands/T/1/abc",
        f"v0={'a' * 64}",
        "token=abc",
        "wss://x.example/link/?ticket=abc&app_id=1",
    ],
)
def test_whatever_looks_like_a_secret_is_blotted_out(text: str) -> None:
    assert "abc" not in redact(f"at {text}") or "aaaa" in redact(text)
    assert "a" * 64 not in redact(text)


def test_a_line_is_one_line_and_an_error_has_a_place_but_no_message(
    lines: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = set_up_logs()
    try:
        int(f"{BOT_USER}\n{CANARY}")
    except ValueError as error:
        log_error("failed", error, channel="C1\x1b[2J\nx")
    log("fine", count=1, nothing=None)
    logging.getLogger("aiohttp").error("a library says %s", "body: {secret}")
    logging.getLogger().removeHandler(handler)

    shown = capsys.readouterr().err
    assert CANARY not in shown + lines.getvalue()
    assert "ValueError" in shown
    assert "\x1b" not in shown
    assert "secret" not in shown
    assert len(shown.splitlines()) == 3
