"""Stopped or killed in the middle, and started again: still one answer."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.kept import Kept
from tests.slack_standin.harness import QUICK, asynchronous, running
from tests.slack_standin.processes import serving
from tests.slack_standin.standin import SlackStandIn
from tests.slack_standin.web_api import Fault

QUESTION = "When was JOINT2 established?"


async def _answered_once(slack: SlackStandIn, folder: Path, ts: str) -> None:
    state = Kept(folder).state()
    await slack.until(lambda: slack.workspace.replies("C0GENERAL", ts), 40)
    await slack.until(lambda: state.inbox.unfinished() == 0)
    state.backend.close()
    assert len(slack.workspace.replies("C0GENERAL", ts)) == 1
    assert slack.api.rejections == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@asynchronous
async def test_a_process_ended_while_it_answers_leaves_the_question_to_the_next(
    tmp_path: Path, how: signal.Signals
) -> None:
    async with SlackStandIn(redeliver_after=1.0) as slack:
        async with serving(slack, tmp_path, seconds=3) as process:
            ts, sent = slack.mention("C0GENERAL", QUESTION)
            await sent
            process.send_signal(how)
            await process.wait()
            assert slack.workspace.replies("C0GENERAL") == []
        async with serving(slack, tmp_path):
            await _answered_once(slack, tmp_path, ts)


@pytest.mark.parametrize("posted", [False, True], ids=["before", "after"])
@asynchronous
async def test_a_process_killed_around_the_post_leaves_one_answer(
    tmp_path: Path,
    posted: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    async with SlackStandIn(redeliver_after=1.0) as slack:
        async with serving(slack, tmp_path) as process:
            fault = Fault(hang=0.5, drop=True, carried_out=posted)
            slack.api.faults["chat.postMessage"].append(fault)
            ts, _ = slack.mention("C0GENERAL", QUESTION)
            await slack.until(lambda: slack.api.called("chat.postMessage"))
            process.kill()
            await process.wait()
        async with serving(slack, tmp_path):
            await _answered_once(slack, tmp_path, ts)


@asynchronous
async def test_sigterm_lets_an_answer_in_progress_finish(tmp_path: Path) -> None:
    async with SlackStandIn(redeliver_after=1.0) as slack:
        async with serving(slack, tmp_path, seconds=0.7) as process:
            ts, sent = slack.mention("C0GENERAL", QUESTION)
            await sent
            process.terminate()
            status = await asyncio.wait_for(process.wait(), 10)

        assert status == 0
        assert len(slack.workspace.replies("C0GENERAL", ts)) == 1


@asynchronous
async def test_a_process_that_dies_is_replaced_by_one_that_lives(
    tmp_path: Path,
) -> None:
    async with (
        running(tmp_path, QUICK) as run,
        serving(run.slack, tmp_path, 9) as process,
    ):
        ts, sent = run.slack.mention("C0GENERAL", QUESTION)  # to the younger socket
        await sent
        process.kill()

        await _answered_once(run.slack, tmp_path, ts)


@pytest.mark.slow
@asynchronous
async def test_many_kills_at_any_moment_lose_and_double_nothing(tmp_path: Path) -> None:
    asked = []
    async with SlackStandIn(redeliver_after=5.0) as slack:
        for number in range(8):
            async with serving(slack, tmp_path) as process:
                for _ in range(3):
                    ts, _ = slack.mention("C0GENERAL", QUESTION)
                    asked.append(ts)
                await asyncio.sleep(number * 0.02)  # the moment of the kill
                process.kill()
        async with serving(slack, tmp_path):
            await slack.until(
                lambda: all(slack.workspace.replies("C0GENERAL", ts) for ts in asked),
                60,
            )
            assert slack.socket_mode.given_up == 0
            await _answered_once(slack, tmp_path, asked[-1])

    assert [len(slack.workspace.replies("C0GENERAL", ts)) for ts in asked] == [1] * 24


@asynchronous
async def test_a_process_whose_answer_hangs_still_stops_in_time(tmp_path: Path) -> None:
    async with (
        SlackStandIn(redeliver_after=1.0) as slack,
        serving(slack, tmp_path, seconds=600) as process,
    ):
        _, sent = slack.mention("C0GENERAL", QUESTION)
        await sent
        process.terminate()
        async with asyncio.timeout(10):
            status = await process.wait()

    assert status == 0
