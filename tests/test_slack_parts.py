"""Parts of the service that only rare events reach."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.slack import blocks, intake
from bot.channels.slack.answerer import Workers
from bot.channels.slack.events import Ignored, decide
from bot.channels.slack.jobs import Identity, Job
from bot.channels.slack.limits import Limits
from bot.channels.slack.permission import Permission
from bot.channels.slack.service import forget
from bot.channels.slack.simulate import Recorder
from bot.errors import InputError, SlackError
from bot.records import Answer, Citation, Reading, Segment
from bot.slack_config import SlackConfig
from bot.state.protocol import StoredAnswer
from bot.state.sqlite_inbox import SqliteInbox
from tests.slack_standin import checks
from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.harness import (
    QUICK,
    asynchronous,
    running,
    shown,
    with_config,
)
from tests.slack_standin.web_api import Fault

ME = Identity(team="T1", user="UBOT", bot="B1", enterprise="E1")
QUESTION = "When was JOINT2 established?"
KEYS = (
    "type",
    "subtype",
    "user",
    "text",
    "ts",
    "thread_ts",
    "channel",
    "bot_id",
    "message",
    "previous_message",
    "deleted_ts",
    "edited",
    "channel_type",
    "hidden",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda each: (
        st.lists(each, max_size=2)
        | st.dictionaries(st.sampled_from(KEYS), each, max_size=6)
    ),
    max_leaves=12,
)
TYPES = st.sampled_from(["message", "app_mention", "other", 1, None])
SUBTYPES = st.sampled_from([None, "message_changed", "message_deleted", "bot_message"])


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(KEYS), JSON), TYPES, SUBTYPES, JSON)
def test_whatever_an_event_is_like_it_is_a_job_with_a_place_or_ignored(
    event: dict[str, Any], kind: object, subtype: object, shared: object
) -> None:
    body = {
        "team_id": "T1",
        "is_ext_shared_channel": shared,
        "event": {**event, "type": kind, "subtype": subtype},
    }

    decided = decide(body, ME)

    if isinstance(decided, Job):
        assert decided.channel
        assert decided.ts
        assert decided.user != ME.user
        assert Job.from_payload(decided.payload()) == decided
    else:
        assert decided.reason


@pytest.mark.parametrize(
    "body",
    [
        {"event": {"type": "app_mention", "channel": "C", "user": "U", "ts": "1"}},
        {
            "team_id": "T2",
            "event": {"type": "app_mention", "channel": "C", "user": "U"},
        },
        {"team_id": "T1", "event": {"type": "reaction_added", "channel": "C"}},
        {
            "team_id": "T1",
            "event": {
                "type": "message",
                "subtype": "channel_join",
                "channel": "D1",
                "user": "U",
                "ts": "1",
            },
        },
        {
            "team_id": "T1",
            "event": {
                "type": "message",
                "channel": "C",
                "user": "U",
                "ts": "1",
                "text": "hi",
            },
        },
        {
            "team_id": "T1",
            "event": {
                "type": "app_mention",
                "channel": "C",
                "user": "U",
                "ts": "1",
                "edited": {"ts": "2"},
            },
        },
    ],
)
def test_what_is_not_addressed_to_the_bot_here_is_ignored(body: dict[str, Any]) -> None:
    assert isinstance(decide(body, ME), Ignored)


def test_another_workspace_of_the_same_enterprise_is_ours() -> None:
    event = {"type": "app_mention", "channel": "C", "user": "U", "ts": "1"}

    assert isinstance(
        decide({"team_id": "T2", "enterprise_id": "E1", "event": event}, ME), Job
    )


def test_a_limit_counts_a_minute_and_forgets_it() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])

    assert [limits.admit("ann", 2) for _ in range(3)] == [True, True, False]
    assert limits.admit("bob", 2)
    now[0] = 59.9
    assert not limits.admit("ann", 2)
    now[0] = 60.0
    assert limits.admit("ann", 2)
    assert all(limits.admit(f"person {number}", 1) for number in range(10_002))


@asynchronous
async def test_what_was_looked_up_is_asked_again_after_ten_minutes() -> None:
    now = [0.0]
    recorder = Recorder(ME)
    permission = Permission(SlackConfig(), ME, recorder, lambda: now[0])

    for moment in (0.0, 599.0, 601.0):
        now[0] = moment
        assert await permission.guest_refusal("U1") == ""

    assert len(recorder.calls) == 2


@pytest.mark.parametrize(
    ("found", "refusal"),
    [
        ({"team_id": "T2"}, "guest_denied"),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, ""),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}, "guest_denied"),
        ({"team_id": "T1", "is_ultra_restricted": True}, "guest_denied"),
        ({"team_id": "T1", "is_stranger": True}, "guest_denied"),
        (None, "guest_unknown"),
    ],
)
@asynchronous
async def test_who_is_a_guest_is_told_by_workspace_and_enterprise(
    found: dict[str, Any] | None, refusal: str
) -> None:
    from bot.channels.slack.web import Result  # noqa: PLC0415 - only here

    class Told(Recorder):
        async def call(self, method: str, arguments: Any) -> Result:  # noqa: ANN401 - as its parent
            await super().call(method, arguments)
            return Result("done", {"user": found})

    permission = Permission(SlackConfig(), ME, Told(ME))

    assert await permission.guest_refusal("U1") == refusal


@asynchronous
async def test_a_worker_that_is_late_is_not_waited_for_but_stays_taken() -> None:
    bot = FakeBot()
    workers = Workers(1, 0.05)
    bot.go.clear()
    with pytest.raises(TimeoutError):
        await workers.run(bot.ask, "zebra?")

    second = asyncio.create_task(workers.run(bot.ask, "Ebara?"))
    await asyncio.sleep(0)  # it waits for the worker, not for its deadline
    bot.go.set()

    assert (await second).question == "Ebara?"
    workers.close()


def _dated(written: str | None) -> str:
    citation = Citation(1, "d", "D", (), "x", 0, 1, "0", date=written)
    answer = Answer(
        id="a",
        question="q",
        reading=Reading("q", "what", (), notes=("Reading this as: q",)),
        status="answered",
        text="Reading this as: q\n\nx",
        segments=(Segment("quote", "x", 1),),
        confidence=0.7,
        index="f",
        citations=(citation,),
    )
    style = blocks.Style(today=date(2026, 11, 22))
    return "\n".join(checks.texts(list(blocks.answer_message(answer, style).blocks)))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-11-21", "1 days old"),
        ("2026-05-22", "6 months old"),
        ("2020-11-22T10:00:00Z", "6 years old"),
        ("2027-01-01", "as of 2027-01-01"),
        ("2021", "as of 2021"),
    ],
)
def test_a_source_tells_its_age_where_its_date_does(written: str, words: str) -> None:
    text = _dated(written)

    assert words in text
    assert ("old" in text) == ("old" in words)
    assert "Reading this as: q" in text
    assert "medium" in text


def test_small_talk_is_shown_as_it_is() -> None:
    answer = Answer(
        id="a",
        question="thanks",
        reading=Reading("thanks", "thanks", ()),
        status="abstained",
        text="You are welcome.\n",
        segments=(Segment("template", "You are welcome.\n"),),
        confidence=0.0,
        index="",
        reason="Nothing was asked.",
    )

    message = blocks.answer_message(answer, blocks.Style())

    assert list(checks.texts(list(message.blocks))) == ["You are welcome."]
    assert message.text == "You are welcome."


@asynchronous
async def test_a_question_that_kills_what_takes_it_up_is_turned_down_in_the_end(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        message = run.slack.write("C0GENERAL", "UANN00000", QUESTION)
        decided = decide(
            run.slack.mention_event("C0GENERAL", message), run.service.context.me
        )
        assert isinstance(decided, Job)
        claim, take = run.state.inbox.claim, run.state.inbox.take
        # The leases end in the far future, so that the service takes nothing up until
        # the last of them, which has ended already.
        age, takes = 1e12, intake._MOST_TAKES  # noqa: SLF001 - the number is the test
        claim("odd", {"nobody": "knows"}, "dead", 0, age)
        claim(decided.key, decided.payload(), "dead", 0, age)
        for number in range(1, takes):
            take("dead", number * age, age, 9)
        take("dead", takes * age, -takes * age, 9)

        reply = await run.answer_to(message["ts"])

        assert "Something went wrong" in shown(reply)
        assert run.bot.asked == []
        entry = run.state.inbox.get("odd")
        assert entry is not None
        assert entry.status == "failed"


@asynchronous
async def test_a_state_that_fails_for_a_moment_loses_no_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(real: Callable[..., Any], times: list[int]) -> Callable[..., Any]:
        def call(self: SqliteInbox, *arguments: Any) -> Any:  # noqa: ANN401 - passed on
            if times:
                times.pop()
                raise sqlite3.OperationalError("disk I/O error")
            return real(self, *arguments)

        return call

    for name in ("claim", "begin", "finish", "take"):
        real = getattr(SqliteInbox, name)
        monkeypatch.setattr(SqliteInbox, name, failing(real, [1]))
    async with running(tmp_path, QUICK) as run:
        ts, sent = run.slack.mention("C0GENERAL", QUESTION)
        result = await sent
        await run.answer_to(ts)

        assert result.attempts == 2  # not acknowledged before it was on disk
        run.check()


@asynchronous
async def test_an_edit_waits_for_the_answer_it_changes(tmp_path: Path) -> None:
    bot = FakeBot()
    async with running(tmp_path, with_config(mode="http"), bot=bot) as run:
        bot.go.clear()
        ts, sent = run.slack.mention("C0GENERAL", QUESTION)
        await sent
        async with running(
            tmp_path, with_config(mode="http"), slack=run.slack
        ) as other:
            await run.slack.edit("C0GENERAL", ts, "What does Ebara make?")
            bot.go.set()
            await run.slack.until(lambda: run.slack.api.called("chat.update"))
            await other.settled()

        assert "pumps" in shown(run.replies("C0GENERAL", ts)[0])


@asynchronous
async def test_an_edit_that_slack_finds_too_long_is_shortened(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.answer_to(ts)
        too_long = Fault(error="msg_blocks_too_long")
        faults = [too_long, too_long, Fault(status=500)]
        run.slack.api.faults["chat.update"].extend(faults)
        run.slack.edit("C0GENERAL", ts, "What does Ebara make?")
        await run.slack.until(lambda: "pumps" in run.replies("C0GENERAL")[0]["text"])
        await run.settled()

        assert run.replies("C0GENERAL")[0]["blocks"] == []


@asynchronous
async def test_a_reply_that_is_gone_already_counts_as_taken_back(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        reply = await run.answer_to(ts)
        del run.slack.workspace.channel("C0GENERAL").messages[reply["ts"]]
        await run.slack.delete("C0GENERAL", ts)
        await run.slack.until(lambda: run.slack.api.called("chat.delete"))
        await run.settled()

        assert run.slack.api.rejections == ["chat.delete: message_not_found"]


@asynchronous
async def test_an_input_that_cannot_be_asked_is_told_in_its_own_words(
    tmp_path: Path,
) -> None:
    bot = FakeBot(fails_with=InputError("The question is empty: ask it in words."))
    async with running(tmp_path, QUICK, bot=bot) as run:
        ts, _ = run.slack.mention("C0GENERAL", "***")

        assert "ask it in words" in shown(await run.answer_to(ts))


@asynchronous
async def test_an_index_that_cannot_be_read_is_told_as_such(tmp_path: Path) -> None:
    bot = FakeBot(fails_with=SlackError("a path of this machine"))
    async with running(tmp_path, QUICK, bot=bot) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        reply = shown(await run.answer_to(ts))
        run.slack.open_tab("UANN00000", "messages")
        await run.slack.until(lambda: len(bot.asked) > 1)

        assert "cannot read my documents" in reply
        assert "path" not in reply


@asynchronous
async def test_slack_being_down_at_the_start_is_waited_for_or_named(
    tmp_path: Path,
) -> None:
    from tests.slack_standin.standin import SlackStandIn  # noqa: PLC0415 - only here

    async with SlackStandIn() as slack:
        slack.api.faults["auth.test"].extend([Fault(status=503)] * 2)
        async with running(tmp_path, QUICK, slack=slack):
            pass
        slack.api.faults["auth.test"].extend([Fault(status=503)] * 5)
        with pytest.raises(SlackError, match="does not answer"):
            async with running(tmp_path, QUICK, slack=slack):
                pass
        slack.api.faults["auth.test"].append(Fault(error="account_inactive"))
        with pytest.raises(SlackError, match="account_inactive"):
            async with running(tmp_path, QUICK, slack=slack):
                pass


@asynchronous
async def test_the_removal_of_the_app_makes_it_unwell(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        event = {"type": "tokens_revoked", "tokens": {"bot": ["UBOT00000"]}}
        await run.slack.send("events_api", run.slack.event("C0GENERAL", event))

        health = run.service.health()
        assert (health["status"], health["revoked"]) == ("unwell", True)


@asynchronous
async def test_what_is_past_its_time_is_forgotten_and_votes_are_kept(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        answers = run.state.answers
        answers.save(StoredAnswer("old", "T/C", "", "U", 0, {}))
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        reply = await run.answer_to(ts)
        answer = str(reply["metadata"]["event_payload"]["answer"])
        await run.slack.click("C0GENERAL", "UANN00000", "feedback", f"+{answer}")
        await run.slack.until(run.state.feedback.votes)
        run.state.inbox.claim("old", {}, "dead", 0, 1e12)
        run.state.inbox.finish("old", "done", "", {})

        await forget(run.service.context)

        assert answers.get("old") is None
        assert answers.get(answer) is not None
        assert run.state.inbox.get("old") is None
        assert len(run.state.feedback.votes()) == 1


@asynchronous
async def test_odd_interactions_are_acknowledged_and_change_nothing(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        payloads: list[dict[str, Any]] = [
            {
                "type": "block_actions",
                "actions": [{"action_id": "link", "type": "button"}],
            },
            {"type": "block_actions", "actions": [{"action_id": "share"}]},
            {
                "type": "block_actions",
                "actions": [{"action_id": "feedback", "value": 1}],
            },
            {
                "type": "view_submission",
                "view": {"type": "modal", "callback_id": "feedback_reason"},
            },
            {"type": "message_action", "callback_id": "ask_about_this"},
            {"type": "message_action", "callback_id": "other"},
        ]
        for payload in payloads:
            result = await run.slack.send("interactive", payload)
            assert result.acknowledged, payload
        bare = {"command": "/ask", "text": "x"}
        result = await run.slack.send("slash_commands", bare)

        assert "went wrong" in str(result.response)
        assert run.state.inbox.unfinished() == 0
        run.check()
