"""Connections end in every way, each in the middle of an answer."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.harness import (
    QUICK,
    Running,
    asynchronous,
    running,
    with_config,
)
from tests.slack_standin.web_api import Fault

QUESTION = "When was JOINT2 established?"


async def _break(run: Running, how: str) -> None:
    sockets = run.slack.socket_mode
    if how in {"warning", "refresh_requested", "too_many_websockets"}:
        await sockets.disconnect(how)
    elif how == "close frame":
        await sockets.close_frame()
    elif how == "reset":
        await sockets.reset()
    else:
        await sockets.half_open()


@pytest.mark.parametrize(
    ("how", "within"),
    [
        ("warning", 10),
        ("refresh_requested", 10),
        ("too_many_websockets", 10),
        ("close frame", 10),
        ("reset", 10),
        pytest.param("half-open", 15, marks=pytest.mark.slow),
    ],
)
@asynchronous
async def test_a_connection_that_ends_during_an_answer_loses_nothing(
    tmp_path: Path, how: str, within: float
) -> None:
    bot = FakeBot()
    async with running(tmp_path, with_config(ping_seconds=5.0), bot=bot) as run:
        bot.go.clear()
        ts, sent = run.slack.mention("C0GENERAL", QUESTION)
        await sent
        await run.slack.until(lambda: bot.running)
        before = run.slack.socket_mode.opened
        broken = time.monotonic()

        await _break(run, how)
        bot.go.set()
        await run.answer_to(ts)
        await run.slack.until(lambda: run.slack.socket_mode.opened > before, within)
        took = time.monotonic() - broken
        later, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.answer_to(later)

        assert took < within
        assert len(run.replies("C0GENERAL")) == 2
        run.check()


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(status=500)],
        [Fault(status=429, error="ratelimited", retry_after="0")],
        [Fault(drop=True), Fault(error="internal_error")],
    ],
    ids=["500", "rate limited", "dropped, then an error"],
)
@asynchronous
async def test_a_connection_that_cannot_be_opened_is_tried_again(
    tmp_path: Path, faults: list[Fault]
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.api.faults["apps.connections.open"].extend(faults)
        before = run.slack.socket_mode.opened

        await run.slack.socket_mode.reset()
        await run.slack.until(lambda: run.slack.socket_mode.opened > before)
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.answer_to(ts)

        assert (
            run.slack.api.faults["apps.connections.open"]
            == type(run.slack.api.faults["apps.connections.open"])()
        )


@asynchronous
async def test_what_was_sent_into_a_dead_connection_is_answered_when_it_comes_again(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        await run.slack.socket_mode.half_open()
        ts, sent = run.slack.mention("C0GENERAL", QUESTION)

        result = await sent
        await run.answer_to(ts)

        assert result.attempts > 1
        run.check()


@asynchronous
async def test_clicks_and_commands_are_acknowledged_while_many_answers_run(
    tmp_path: Path,
) -> None:
    bot = FakeBot()
    async with running(tmp_path, QUICK, bot=bot) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        reply = await run.answer_to(ts)
        answer = reply["metadata"]["event_payload"]["answer"]
        bot.go.clear()
        slow = [
            run.slack.mention(f"C{number:02}ROOM00", QUESTION) for number in range(20)
        ]
        await asyncio.gather(*(sent for _, sent in slow))
        await run.slack.until(lambda: bot.running)

        command = await run.slack.command(QUESTION)
        click = await run.slack.click("C0GENERAL", "UANN00000", "why", answer)

        assert command.acknowledged
        assert click.acknowledged
        assert max(command.seconds, click.seconds) < 1
        bot.go.set()
        await run.settled()
        assert all(run.replies(f"C{number:02}ROOM00") for number in range(20))
        run.check()


@asynchronous
async def test_no_more_questions_run_at_once_than_there_are_workers(
    tmp_path: Path,
) -> None:
    bot = FakeBot()
    async with running(tmp_path, with_config(workers=2), bot=bot) as run:
        bot.go.clear()
        for number in range(6):
            await run.slack.mention(f"C{number}ROOM000", QUESTION)[1]
        await run.slack.until(lambda: bot.running == 2)
        bot.go.set()
        await run.settled()

        assert bot.most_running == 2
        assert len(bot.asked) == 6


@asynchronous
async def test_health_tells_a_connection_that_is_down(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        await run.slack.until(lambda: run.service.health()["status"] == "ok")
        run.slack.api.faults["apps.connections.open"].extend([Fault(status=500)] * 100)
        await run.slack.socket_mode.reset()

        await run.slack.until(lambda: run.service.health()["status"] == "unwell")

        run.slack.api.faults["apps.connections.open"].clear()
        await run.slack.until(lambda: run.service.health()["status"] == "ok")
