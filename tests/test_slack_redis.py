"""Two Slack processes on one Redis server: one answer, whatever is killed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.redis_server import StartRedis
from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.harness import QUICK, asynchronous, running, with_config
from tests.slack_standin.processes import all_answered, replies_to, serving
from tests.slack_standin.standin import SlackStandIn

QUESTION = "When was JOINT2 established?"


@asynchronous
async def test_an_event_delivered_to_both_is_answered_once(
    tmp_path: Path, redis_url: str
) -> None:
    over_http = with_config(mode="http")
    async with running(tmp_path, over_http, url=redis_url) as run:
        first = run.slack.http_mode
        async with running(tmp_path, over_http, slack=run.slack, url=redis_url):
            second = run.slack.http_mode
            assert first is not None
            assert second is not None
            for _ in range(5):
                message = run.slack.write("C0GENERAL", "UANN00000", QUESTION)
                event = run.slack.mention_event("C0GENERAL", message)
                await asyncio.gather(
                    *(each.deliver("events_api", event) for each in (first, second))
                )
                await run.answer_to(message["ts"])

        assert len(run.replies("C0GENERAL")) == 5
        run.check()


@asynchronous
async def test_one_of_two_killed_while_it_answers_leaves_one_answer_to_each_question(
    tmp_path: Path, redis_url: str
) -> None:
    async with (
        SlackStandIn(redeliver_after=1.0) as slack,
        serving(slack, tmp_path, 0.3, redis_url) as one,
        serving(slack, tmp_path, 0.3, redis_url),
    ):
        asked = []
        for _ in range(6):
            ts, sent = slack.mention("C0GENERAL", QUESTION)
            asked.append(ts)
            await sent
        assert 0 in replies_to(slack, asked)  # some are still being answered
        one.kill()
        await one.wait()
        asked += [slack.mention("C0GENERAL", QUESTION)[0] for _ in range(2)]

        await all_answered(slack, redis_url, asked)


@asynchronous
async def test_a_server_killed_while_a_question_is_answered_costs_nothing(
    tmp_path: Path, start_redis: StartRedis
) -> None:
    server, bot = start_redis(), FakeBot()
    async with running(tmp_path, QUICK, bot=bot, url=server.url) as run:
        bot.go.clear()
        ts, sent = run.slack.mention("C0GENERAL", QUESTION)
        await sent
        await run.slack.until(lambda: bot.running)
        server.kill()
        bot.go.set()
        server.start()

        await run.answer_to(ts)
        run.check()


@asynchronous
async def test_while_the_server_is_down_health_says_so_and_the_log_says_why(
    tmp_path: Path, start_redis: StartRedis, caplog: pytest.LogCaptureFixture
) -> None:
    server = start_redis()
    async with running(
        tmp_path, QUICK, url=server.url, store={"retry_seconds": 0.1}
    ) as run:
        await run.slack.until(lambda: run.service.health()["status"] == "ok")
        server.kill()
        await run.slack.until(lambda: run.service.health()["status"] == "unwell")
        assert not run.service.health()["stored"]
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        server.start()
        await run.slack.until(lambda: run.service.health()["status"] == "ok")

        await run.answer_to(ts)
        run.check()
    facts = [getattr(each, "facts", {}) for each in caplog.records]
    reasons = {str(each["reason"]) for each in facts if "reason" in each}
    assert any(f"{server.url} cannot be reached" in each for each in reasons)


@asynchronous
async def test_a_server_killed_while_replies_are_posted_doubles_none(
    tmp_path: Path, start_redis: StartRedis
) -> None:
    server = start_redis()
    async with (
        SlackStandIn(redeliver_after=1.0) as slack,
        serving(slack, tmp_path, 0, server.url),
        serving(slack, tmp_path, 0, server.url),
    ):
        asked = []
        for number in range(3):
            asked += [slack.mention("C0GENERAL", QUESTION)[0] for _ in range(2)]
            await slack.until(
                lambda wanted=2 * number: (  # type: ignore[misc] # bound each round
                    len(slack.api.called("chat.postMessage")) > wanted
                )
            )
            server.kill()
            server.start()

        await all_answered(slack, server.url, asked)


@pytest.mark.slow
@asynchronous
async def test_many_kills_of_either_process_lose_and_double_nothing(
    tmp_path: Path, redis_url: str
) -> None:
    asked: list[str] = []

    def begun() -> bool:
        return min(replies_to(slack, asked[:1])) > 0

    async with (
        SlackStandIn(redeliver_after=5.0) as slack,
        serving(slack, tmp_path, 0, redis_url),
    ):
        for number in range(5):
            async with serving(slack, tmp_path, 0, redis_url) as process:
                asked += [slack.mention("C0GENERAL", QUESTION)[0] for _ in range(4)]
                await slack.until(begun)
                await asyncio.sleep(number * 0.02)  # the moment of the kill
                process.kill()

        await all_answered(slack, redis_url, asked)
