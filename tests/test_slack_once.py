"""One reply for each question: duplicates, edits, deletions, bots, two processes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.harness import (
    QUICK,
    Running,
    asynchronous,
    running,
    shown,
    with_config,
)
from tests.slack_standin.workspace import BOT_ID, BOT_USER

QUESTION = "When was JOINT2 established?"
BOTH = pytest.mark.parametrize("mode", ["socket", "http"])


async def _other_question(run: Running) -> None:
    """See another question through: whatever came before it has been dealt with."""
    ts, _ = run.slack.mention("C0GENERAL", "What does Ebara make?")
    await run.slack.until(lambda: run.replies("C0GENERAL", ts))
    await run.settled()


@BOTH
@asynchronous
async def test_the_same_event_three_times_is_answered_once(
    tmp_path: Path, mode: str
) -> None:
    async with running(tmp_path, with_config(mode=mode)) as run:
        message = run.slack.write("C0GENERAL", "UANN00000", f"<@{BOT_USER}> {QUESTION}")
        event = run.slack.mention_event("C0GENERAL", message)
        sent = [run.slack.send("events_api", event) for _ in range(3)]
        sent += [
            run.slack.send("events_api", run.slack.mention_event("C0GENERAL", message))
        ]

        results = await asyncio.gather(*sent)
        await run.answer_to(message["ts"])
        await _other_question(run)

        assert all(each.acknowledged for each in results)
        assert len(run.replies("C0GENERAL", message["ts"])) == 1
        run.check()


@asynchronous
async def test_an_event_delivered_to_two_processes_is_answered_once(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, with_config(mode="http")) as run:
        first = run.slack.http_mode
        async with running(tmp_path, with_config(mode="http"), slack=run.slack):
            message = run.slack.write("C0GENERAL", "UANN00000", QUESTION)
            event = run.slack.mention_event("C0GENERAL", message)
            assert first is not None
            assert run.slack.http_mode is not None
            await asyncio.gather(
                first.deliver("events_api", event),
                run.slack.http_mode.deliver("events_api", event),
            )
            await run.answer_to(message["ts"])

        assert len(run.replies("C0GENERAL")) == 1
        run.check()


@asynchronous
async def test_another_bot_and_the_bot_itself_are_not_answered(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        text = f"<@{BOT_USER}> {QUESTION}"
        for more in ({"bot_id": "B0OTHER00"}, {"bot_id": BOT_ID}, {}):
            user = "UANN00000" if more.get("bot_id") == "B0OTHER00" else BOT_USER
            message = run.slack.write("C0GENERAL", user, text, **more)
            for event in (run.slack.mention_event, run.slack.message_event):
                sent = run.slack.send("events_api", event("C0GENERAL", message))
                assert (await sent).acknowledged
        message = run.slack.write("D0ANN0000", BOT_USER, text, bot_id=BOT_ID)
        await run.slack.send(
            "events_api", run.slack.message_event("D0ANN0000", message)
        )
        await _other_question(run)

        assert len(run.bot.asked) == 1
        run.check()


@asynchronous
async def test_an_edited_question_updates_its_answer_in_place(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        before = await run.answer_to(ts)
        old = shown(before)

        run.slack.edit("C0GENERAL", ts, f"<@{BOT_USER}> What does Ebara make?")
        await run.slack.until(lambda: "pumps" in shown(run.replies("C0GENERAL")[0]))
        await run.settled()

        (after,) = run.replies("C0GENERAL")
        assert "2021" in old
        assert after["ts"] == before["ts"]
        run.check()


@asynchronous
async def test_the_same_edit_twice_updates_once_and_a_link_preview_is_no_edit(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.answer_to(ts)
        message = run.slack.workspace.channel("C0GENERAL").messages[ts]
        preview = {
            "type": "message",
            "subtype": "message_changed",
            "message": {**message, "attachments": [{}]},
            "previous_message": dict(message),
            "ts": run.slack.workspace.next_ts(),
        }
        await run.slack.send("events_api", run.slack.event("C0GENERAL", preview))
        edited = {**message, "text": "What does Ebara make?", "edited": {"ts": "9.9"}}
        change = {**preview, "message": edited}
        for _ in range(2):
            await run.slack.send("events_api", run.slack.event("C0GENERAL", change))
        await run.settled()

        assert len(run.slack.api.called("chat.update")) == 1
        run.check()


@asynchronous
async def test_an_edit_after_the_window_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, with_config(edit_seconds=0)) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.answer_to(ts)

        await run.slack.edit("C0GENERAL", ts, "What does Ebara make?")
        await _other_question(run)

        assert run.slack.api.called("chat.update") == []


@asynchronous
async def test_a_deleted_question_takes_its_answer_back(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.answer_to(ts)

        run.slack.delete("C0GENERAL", ts)
        await run.slack.until(lambda: not run.replies("C0GENERAL"))
        await run.settled()

        assert run.replies("C0GENERAL") == []
        run.check()


@asynchronous
async def test_a_question_deleted_while_it_is_answered_gets_no_answer(
    tmp_path: Path,
) -> None:
    bot = FakeBot()
    async with running(tmp_path, QUICK, bot=bot) as run:
        bot.go.clear()
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.slack.until(lambda: bot.running)

        await run.slack.delete("C0GENERAL", ts)
        bot.go.set()
        await _other_question(run)

        assert run.replies("C0GENERAL", ts) == []
        run.check()


@asynchronous
async def test_a_question_whose_deletion_comes_first_is_never_answered(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        message = run.slack.write("C0GENERAL", "UANN00000", QUESTION)
        event = run.slack.mention_event("C0GENERAL", message)
        await run.slack.delete("C0GENERAL", message["ts"])
        await run.slack.send("events_api", event)
        await _other_question(run)

        assert run.replies("C0GENERAL", message["ts"]) == []
        assert run.bot.asked == ["What does Ebara make?"]


@asynchronous
async def test_events_without_user_text_or_sense_do_no_harm(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        odd: list[object] = [
            {"type": "app_mention"},
            {"type": "app_mention", "user": "UANN00000"},
            {"type": "app_mention", "user": None, "text": None, "ts": None},
            {"type": "message", "channel_type": "im", "channel": "D1", "text": "x"},
            {"type": "message", "subtype": "message_changed"},
            {"type": "message", "subtype": "message_changed", "message": []},
            {"type": "message", "subtype": "message_deleted"},
            {"type": "app_home_opened"},
            {"type": "never_heard_of"},
        ]
        for event in odd:
            assert isinstance(event, dict)
            sent = run.slack.send("events_api", run.slack.event("C0GENERAL", event))
            assert (await sent).acknowledged
        for frame in ("", "{", "[]", "null", "\x00", '{"type": "what"}', "[" * 10_000):
            await run.slack.socket_mode.send_raw(frame)
        await _other_question(run)

        run.check()


@asynchronous
async def test_a_mention_without_words_is_told_how_to_ask(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        ts, _ = run.slack.mention("C0GENERAL", "")

        reply = await run.answer_to(ts)

        assert "I know 3 documents: companies, secret." in shown(reply)
        run.check()
