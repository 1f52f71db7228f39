"""The door of HTTP mode: signatures, replays, broken bodies, health, metrics."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack import gate
from tests.slack_standin.deliveries import encode, signed
from tests.slack_standin.harness import Running, asynchronous, running, with_config
from tests.slack_standin.workspace import SIGNING_SECRET

QUESTION = "When was JOINT2 established?"
HTTP = with_config(mode="http")


def _event(run: Running) -> tuple[str, bytes]:
    message = run.slack.write("C0GENERAL", "UANN00000", QUESTION)
    event = run.slack.mention_event("C0GENERAL", message)
    return message["ts"], encode("events_api", event)[0]


async def _send(run: Running, body: bytes, headers: dict[str, str]) -> int:
    assert run.slack.http_mode is not None
    return (await run.slack.http_mode.send(body, headers))[0]


def _spoiled(body: bytes) -> dict[str, dict[str, str]]:
    good = signed(body)
    unsigned = {key: value for key, value in good.items() if "Signature" not in key}
    undated = {key: value for key, value in good.items() if "Timestamp" not in key}
    return {
        "wrong": {**good, "X-Slack-Signature": f"v0={'0' * 64}"},
        "missing": unsigned,
        "no timestamp": undated,
        "not a number": {**good, "X-Slack-Request-Timestamp": "abc"},
        "a long number": {**good, "X-Slack-Request-Timestamp": "9" * 10_000},
        "a fraction": {**good, "X-Slack-Request-Timestamp": "1.5"},
        "empty": {**good, "X-Slack-Signature": ""},
        "old": signed(body, age=301),
        "ahead": signed(body, age=-301),
        "another body's": signed(body + b" "),
    }


@pytest.mark.parametrize("how", _spoiled(b""))
@asynchronous
async def test_a_request_slack_has_not_signed_lately_is_refused(
    tmp_path: Path, how: str
) -> None:
    async with running(tmp_path, HTTP) as run:
        _, body = _event(run)

        status = await _send(run, body, _spoiled(body)[how])

        assert status == (400 if how == "a long number" else 401)
        assert run.bot.asked == []
        assert run.state.inbox.unfinished() == 0


@pytest.mark.parametrize("age", [299, -299])
@asynchronous
async def test_a_request_almost_five_minutes_off_is_taken(
    tmp_path: Path, age: float
) -> None:
    async with running(tmp_path, HTTP) as run:
        ts, body = _event(run)

        assert await _send(run, body, signed(body, age=age)) == 200
        await run.answer_to(ts)


@asynchronous
async def test_an_exact_replay_is_accepted_and_not_answered_again(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, HTTP) as run:
        ts, body = _event(run)
        headers = signed(body)

        statuses = [await _send(run, body, headers) for _ in range(3)]
        await run.answer_to(ts)

        assert statuses == [200, 200, 200]
        assert len(run.bot.asked) == 1


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"payload={", "application/x-www-form-urlencoded"),
        (b"payload=[]", "application/x-www-form-urlencoded"),
        (b"payload=null", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
        (b"payload=%7B%7D", "application/x-www-form-urlencoded"),
        (b'{"type": "event_callback"}', "application/json"),
        (b'{"type": "event_callback", "event": []}', "application/json"),
        (b'{"type": "event_callback", "event": "x"}', "application/json"),
        (b"x", "text/plain"),
    ],
)
@asynchronous
async def test_a_broken_body_is_refused_and_the_next_question_answered(
    tmp_path: Path, body: bytes, content_type: str
) -> None:
    async with running(tmp_path, HTTP) as run:
        status = await _send(run, body, signed(body, content_type))
        ts, good = _event(run)
        await _send(run, good, signed(good))
        await run.answer_to(ts)

        assert status in {200, 400, 404}


@asynchronous
async def test_a_body_over_a_mebibyte_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path, HTTP) as run:
        body = b'{"a": "' + b"x" * gate.MAX_BODY + b'"}'

        assert await _send(run, body, signed(body)) == 413


@asynchronous
async def test_slack_may_verify_the_address(tmp_path: Path) -> None:
    async with running(tmp_path, HTTP) as run:
        body = json.dumps({"type": "url_verification", "challenge": "c-1"}).encode()
        assert run.slack.http_mode is not None

        status, text = await run.slack.http_mode.send(body, signed(body))

        assert status == 200
        assert "c-1" in text


@asynchronous
async def test_health_and_metrics_are_served_without_names(tmp_path: Path) -> None:
    async with running(tmp_path, HTTP) as run:
        ts, body = _event(run)
        await _send(run, body, signed(body))
        await run.answer_to(ts)
        pages = {}
        for path in ("healthz", "metrics"):
            url = f"http://127.0.0.1:{run.service.port}/{path}"
            assert run.slack.http_mode is not None
            assert run.slack.http_mode.session is not None
            async with run.slack.http_mode.session.get(url) as response:
                pages[path] = (response.status, await response.text())

        health: dict[str, Any] = json.loads(pages["healthz"][1])
        assert pages["healthz"][0] == 200
        assert health["status"] == "ok"
        assert (
            'kb_replies_total{kind="mention",status="done"} 1.0' in pages["metrics"][1]
        )
        assert "joint2" not in "".join(text for _, text in pages.values()).casefold()


@given(
    timestamp=st.none() | st.text(), signature=st.none() | st.text(), body=st.binary()
)
def test_the_gate_refuses_whatever_is_not_signed_and_never_fails(
    timestamp: str | None, signature: str | None, body: bytes
) -> None:
    now = time.time()

    assert gate.refuse(SIGNING_SECRET, timestamp, signature, body, now)


@given(st.binary(), st.integers(-300, 300))
def test_the_gate_lets_through_what_an_independent_signer_signed(
    body: bytes, age: int
) -> None:
    headers = signed(body, age=age)
    stamp = headers["X-Slack-Request-Timestamp"]

    refusal = gate.refuse(
        SIGNING_SECRET, stamp, headers["X-Slack-Signature"], body, int(stamp) + age
    )

    assert refusal == ""
