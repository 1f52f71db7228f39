"""Follow-ups in a thread: by mention, while engaged, until a person takes over."""

from __future__ import annotations

from pathlib import Path

from tests.slack_standin.harness import (
    Running,
    asynchronous,
    running,
    shown,
    with_config,
)
from tests.slack_standin.workspace import BOT_USER

FIRST, SECOND = "When was JOINT2 established?", "What does Ebara make?"
ANN, BOB = "UANN00000", "UBOB00000"
ENGAGED = with_config(follow="engaged")


async def _begin(run: Running) -> str:
    ts, _ = run.slack.mention("C0GENERAL", FIRST, ANN)
    await run.slack.until(lambda: run.replies("C0GENERAL", ts))
    await run.settled()
    return ts


async def _say(run: Running, thread: str, user: str, text: str) -> int:
    """Write into the thread; returns how often the bot has replied there by then."""
    message = run.slack.write("C0GENERAL", user, text, thread)
    await run.slack.send("events_api", run.slack.message_event("C0GENERAL", message))
    await run.settled()
    return len(run.replies("C0GENERAL", thread))


@asynchronous
async def test_in_an_engaged_thread_the_asker_needs_no_mention(tmp_path: Path) -> None:
    async with running(tmp_path, ENGAGED) as run:
        thread = await _begin(run)

        assert await _say(run, thread, ANN, SECOND) == 2
        assert "pumps" in shown(run.replies("C0GENERAL", thread)[1])
        assert run.bot.turns == [(), (FIRST,)]
        run.check()


@asynchronous
async def test_a_person_who_joins_a_thread_takes_it_over_until_the_bot_is_called(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, ENGAGED) as run:
        thread = await _begin(run)

        assert await _say(run, thread, BOB, "I can tell you that.") == 1
        assert await _say(run, thread, ANN, SECOND) == 1
        run.slack.mention("C0GENERAL", SECOND, BOB, thread)
        await run.slack.until(lambda: len(run.replies("C0GENERAL", thread)) == 2)
        await run.settled()
        assert await _say(run, thread, BOB, FIRST) == 3


@asynchronous
async def test_what_is_said_to_someone_else_in_the_thread_is_not_answered(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, ENGAGED) as run:
        thread = await _begin(run)

        assert await _say(run, thread, ANN, f"<@{BOB}> {SECOND}") == 1


@asynchronous
async def test_without_engagement_a_thread_is_answered_by_mention_only(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, with_config()) as run:
        thread = await _begin(run)

        assert await _say(run, thread, ANN, SECOND) == 1
        run.slack.mention("C0GENERAL", SECOND, ANN, thread)
        await run.slack.until(lambda: len(run.replies("C0GENERAL", thread)) == 2)


@asynchronous
async def test_other_threads_are_left_alone(tmp_path: Path) -> None:
    async with running(tmp_path, ENGAGED) as run:
        other = run.slack.write("C0GENERAL", ANN, "Lunch?")["ts"]

        assert await _say(run, other, ANN, SECOND) == 0


@asynchronous
async def test_where_follow_ups_are_off_a_mention_in_the_thread_is_told_so(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, with_config(follow="off")) as run:
        thread = await _begin(run)
        run.slack.mention("C0GENERAL", SECOND, ANN, thread)
        await run.slack.until(lambda: len(run.replies("C0GENERAL", thread)) == 2)

        assert "follow-ups" in shown(run.replies("C0GENERAL", thread)[1])


@asynchronous
async def test_a_mention_by_another_bot_in_the_thread_changes_nothing(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, ENGAGED) as run:
        thread = await _begin(run)
        text = f"<@{BOT_USER}> {SECOND}"
        message = run.slack.write("C0GENERAL", BOB, text, thread, bot_id="B0OTHER00")
        await run.slack.send(
            "events_api", run.slack.message_event("C0GENERAL", message)
        )

        assert await _say(run, thread, ANN, SECOND) == 2
