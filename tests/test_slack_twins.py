"""Broken twins: with one safeguard taken out, the stand-in notices."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.channels.slack import elements, events, gate, intake
from bot.channels.slack.delivery import Delivery
from bot.channels.slack.lanes import Lane
from bot.state.sqlite_inbox import SqliteInbox
from tests.slack_standin import checks
from tests.slack_standin.deliveries import encode, signed
from tests.slack_standin.harness import QUICK, asynchronous, running, with_config
from tests.slack_standin.web_api import Fault

QUESTION = "When was JOINT2 established?"


@asynchronous
async def test_without_claims_a_replay_is_answered_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = SqliteInbox.claim

    def forgetful(self: SqliteInbox, *arguments: Any) -> bool:  # noqa: ANN401 - passed on
        claim(self, *arguments)
        return True

    def careless(*_: object) -> bool:
        return True

    monkeypatch.setattr(SqliteInbox, "claim", forgetful)
    monkeypatch.setattr(SqliteInbox, "begin", careless)
    async with running(tmp_path, QUICK) as run:
        message = run.slack.write("C0GENERAL", "UANN00000", QUESTION)
        event = run.slack.mention_event("C0GENERAL", message)
        sent = [run.slack.send("events_api", event) for _ in range(2)]
        await asyncio.gather(*sent)

        await run.slack.until(lambda: len(run.replies("C0GENERAL")) == 2)


@asynchronous
async def test_without_looking_into_the_thread_a_dropped_connection_doubles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find_nothing(*_: object) -> list[str]:
        return []

    monkeypatch.setattr(Delivery, "_find", find_nothing)
    async with running(tmp_path, QUICK) as run:
        fault = Fault(drop=True, carried_out=True)
        run.slack.api.faults["chat.postMessage"].append(fault)
        run.slack.mention("C0GENERAL", QUESTION)

        await run.slack.until(lambda: len(run.replies("C0GENERAL")) == 2)


@asynchronous
async def test_without_pacing_a_limited_channel_is_posted_to_too_fast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_turn(_: Lane) -> None:
        return None

    monkeypatch.setattr(Lane, "turn", no_turn)
    async with running(tmp_path, with_config(post_interval=0.3)) as run:
        run.slack.api.post_interval = 0.3
        for user in ("UANN00000", "UBOB00000"):
            run.slack.mention("C0GENERAL", QUESTION, user)
        await run.slack.until(lambda: len(run.replies("C0GENERAL")) == 2)

        assert len(run.slack.api.called("chat.postMessage")) > 2


@asynchronous
async def test_without_the_check_for_bots_another_bot_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_not_a_person", lambda *_: "")
    async with running(tmp_path, QUICK) as run:
        message = run.slack.write(
            "C0GENERAL", "UANN00000", QUESTION, bot_id="B0OTHER00"
        )
        run.slack.send("events_api", run.slack.mention_event("C0GENERAL", message))

        await run.slack.until(lambda: run.replies("C0GENERAL"))


@asynchronous
async def test_without_the_gate_a_forged_request_reaches_bolt_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "refuse", lambda *_: "")
    async with running(tmp_path, with_config(mode="http")) as run:
        message = run.slack.write("C0GENERAL", "UANN00000", QUESTION)
        body, _ = encode("events_api", run.slack.mention_event("C0GENERAL", message))
        odd = {**signed(body), "X-Slack-Request-Timestamp": "abc"}
        assert run.slack.http_mode is not None

        assert (await run.slack.http_mode.send(body, odd))[0] == 500


def test_an_unescaped_mention_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def mrkdwn(content: str, **_: bool) -> dict[str, Any]:
        return {"type": "mrkdwn", "text": content}

    monkeypatch.setattr(elements, "text", mrkdwn)
    block: Mapping[str, Any] = elements.section(elements.text("<!channel>"))

    assert checks.calls("<@U1234567>", [block]) == ["<@", "<!"]


@asynchronous
async def test_without_claims_before_the_acknowledgement_a_kill_loses_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgetful(self: intake.Intake, job: object) -> bool:
        assert self
        assert job
        return True  # acknowledged, and nowhere on disk

    monkeypatch.setattr(intake.Intake, "take", forgetful)
    async with running(tmp_path, QUICK) as run:
        _, sent = run.slack.mention("C0GENERAL", QUESTION)
        result = await sent

        assert result.acknowledged
        assert run.state.inbox.unfinished() == 0
