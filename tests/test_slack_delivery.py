"""Slack fails in every way it can, and each question still gets one reply."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.harness import QUICK, asynchronous, running, shown, with_config
from tests.slack_standin.web_api import Fault

QUESTION = "When was JOINT2 established?"
LIMITED = Fault(status=429, error="ratelimited", retry_after="0.05")
FAULTS = {
    "429 twice": [LIMITED, LIMITED],
    "ok false ratelimited": [Fault(error="ratelimited")],
    "500": [Fault(status=500)],
    "500, carried out": [Fault(status=500, carried_out=True)],
    "502 with HTML": [Fault(status=502, html=True)],
    "502 with HTML, carried out": [Fault(status=502, html=True, carried_out=True)],
    "503": [Fault(status=503)] * 3,
    "dropped before the post": [Fault(drop=True)],
    "dropped after the post": [Fault(drop=True, carried_out=True)],
    "dropped after, twice": [Fault(drop=True, carried_out=True)] * 2,
    "internal_error": [Fault(error="internal_error")],
    "a hang that ends": [Fault(hang=0.3)],
    "everything in turn": [LIMITED, Fault(status=500), Fault(drop=True), LIMITED],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS.keys())
@asynchronous
async def test_a_post_that_fails_ends_in_one_answer(
    tmp_path: Path, faults: list[Fault]
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.api.faults["chat.postMessage"].extend(faults)
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        await run.answer_to(ts)

        assert len(run.replies("C0GENERAL")) == 1
        run.check()


@asynchronous
async def test_a_post_that_hangs_longer_than_we_wait_ends_in_one_answer(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, with_config(post_seconds=0.4)) as run:
        hang = Fault(hang=0.6, carried_out=True)
        run.slack.api.faults["chat.postMessage"].append(hang)
        reads = run.slack.api.faults["conversations.replies"]
        reads.append(Fault(hang=0.3))  # until then the post is there
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        await run.answer_to(ts)

        assert len(run.replies("C0GENERAL")) == 1


@pytest.mark.slow
@asynchronous
async def test_a_hang_of_twelve_seconds_ends_in_one_answer(tmp_path: Path) -> None:
    async with running(tmp_path, with_config(lease_seconds=15)) as run:
        run.slack.api.faults["chat.postMessage"].append(Fault(hang=12))
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        await run.slack.until(lambda: run.replies("C0GENERAL", ts), 20)
        await run.settled()

        assert len(run.replies("C0GENERAL")) == 1


@asynchronous
async def test_a_second_copy_that_slack_made_late_is_removed(tmp_path: Path) -> None:
    async with running(tmp_path, with_config(post_seconds=0.3)) as run:
        posts = run.slack.api.faults["chat.postMessage"]
        posts.append(Fault(hang=0.5, carried_out=True))  # done after we looked
        posts.append(Fault(hang=0.25, carried_out=True))  # our second try, slower still
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        await run.slack.until(lambda: run.slack.api.called("chat.delete"))
        await run.settled()

        assert len(run.replies("C0GENERAL", ts)) == 1


@asynchronous
async def test_eight_askers_in_a_limited_channel_are_answered_in_order_and_spaced(
    tmp_path: Path,
) -> None:
    interval = 0.15
    async with running(tmp_path, with_config(post_interval=interval)) as run:
        run.slack.api.post_interval = interval
        asked = []
        for number in range(8):
            ts, sent = run.slack.mention(
                "C0GENERAL", QUESTION, user=f"U{number}ASKER00"
            )
            await sent
            asked.append(ts)
        await run.slack.until(lambda: len(run.replies("C0GENERAL")) == 8)
        await run.settled()

        posts = [each.at for each in run.slack.api.called("chat.postMessage")]
        gaps = [later - earlier for earlier, later in itertools.pairwise(posts)]
        assert [each["thread_ts"] for each in run.replies("C0GENERAL")] == asked
        assert min(gaps) >= 0.9 * interval
        run.check()


@asynchronous
async def test_nothing_is_posted_to_a_channel_before_retry_after(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        limited = Fault(status=429, error="ratelimited", retry_after="1")
        run.slack.api.faults["chat.postMessage"].append(limited)
        run.slack.mention("C0GENERAL", QUESTION)
        run.slack.mention("C0GENERAL", QUESTION, user="UBOB00000")
        await run.slack.until(lambda: len(run.replies("C0GENERAL")) == 2)

        first, second, *_ = (
            each.at for each in run.slack.api.called("chat.postMessage")
        )
        assert second - first >= 1


@pytest.mark.parametrize(
    "error", ["not_in_channel", "is_archived", "channel_not_found"]
)
@asynchronous
async def test_a_place_that_takes_no_post_is_given_up_and_logged(
    tmp_path: Path, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.api.faults["chat.postMessage"].append(Fault(error=error))
        run.slack.mention("C0GENERAL", QUESTION)
        await run.slack.until(lambda: run.slack.api.called("chat.postMessage"))
        await run.settled()
        ts, _ = run.slack.mention("C0GENERAL", QUESTION, user="UBOB00000")
        await run.answer_to(ts)

        assert len(run.slack.api.called("chat.postMessage")) == 2
        facts = [getattr(each, "facts", {}) for each in caplog.records]
        assert any(each.get("error") == error for each in facts)


@pytest.mark.parametrize(
    "error", ["msg_blocks_too_long", "msg_too_long", "invalid_blocks"]
)
@asynchronous
async def test_a_message_slack_finds_too_long_is_shortened_and_sent(
    tmp_path: Path, error: str
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.api.faults["chat.postMessage"].append(Fault(error=error))
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        reply = await run.answer_to(ts)

        assert "2021" in shown(reply)
        assert len(run.slack.api.called("chat.postMessage")) == 2


@asynchronous
async def test_blocks_that_slack_never_takes_are_left_out_without_a_loop(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        refusal = Fault(error="invalid_blocks")
        run.slack.api.faults["chat.postMessage"].extend([refusal, refusal])
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        reply = await run.answer_to(ts)

        assert "blocks" not in reply
        assert "2021" in reply["text"]
        run.check()


@pytest.mark.parametrize(
    "fault",
    [Fault(error="missing_scope"), Fault(status=500), Fault(drop=True), Fault(hang=9)],
)
@asynchronous
async def test_a_status_that_cannot_be_shown_does_not_keep_an_answer_back(
    tmp_path: Path, fault: Fault
) -> None:
    bot = FakeBot()
    async with running(tmp_path, QUICK, bot=bot) as run:
        run.slack.api.faults["assistant.threads.setStatus"].append(fault)
        bot.go.clear()
        ts = run.slack.direct(QUESTION)
        await run.slack.until(
            lambda: run.slack.api.called("assistant.threads.setStatus")
        )
        bot.go.set()

        reply = await run.answer_to(ts, "D0ANN0000")

        assert "2021" in shown(reply)


@asynchronous
async def test_without_the_scope_to_read_the_thread_an_answer_still_arrives(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.api.scopes = frozenset({"chat:write", "users:read"})
        run.slack.api.faults["chat.postMessage"].append(Fault(status=500))
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        reply = await run.answer_to(ts)

        assert "2021" in shown(reply)


@asynchronous
async def test_an_answer_that_slack_refuses_too_long_is_given_up(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, with_config(give_up_seconds=0.3)) as run:
        run.slack.api.faults["chat.postMessage"].extend([Fault(status=503)] * 50)
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.slack.until(lambda: run.slack.api.called("chat.postMessage"))
        await run.settled()

        assert run.replies("C0GENERAL", ts) == []
        assert len(run.slack.api.called("chat.postMessage")) < 20


@pytest.mark.parametrize("status", [429, 500])
@asynchronous
async def test_a_private_reply_that_fails_is_sent_again(
    tmp_path: Path, status: int
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.respond_faults.append(Fault(status=status, retry_after="0.05"))
        await run.slack.command(QUESTION)
        await run.slack.until(lambda: run.slack.private_replies("UANN00000"))
        await run.settled()

        assert len(run.slack.private_replies("UANN00000")) == 1
        run.check()


@asynchronous
async def test_an_error_in_answering_is_told_to_the_asker_without_its_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot = FakeBot(fails_with=RuntimeError("canary: what the question said"))
    async with running(tmp_path, QUICK, bot=bot) as run:
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        reply = await run.answer_to(ts)

        assert "Something went wrong" in shown(reply)
        assert "canary" not in shown(reply)
        assert "canary" not in caplog.text


@asynchronous
async def test_an_answer_that_takes_too_long_is_given_up_visibly(
    tmp_path: Path,
) -> None:
    bot = FakeBot()
    async with running(tmp_path, with_config(answer_seconds=0.1), bot=bot) as run:
        bot.go.clear()
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)

        reply = await run.answer_to(ts)

        assert "took too long" in shown(reply)


@asynchronous
async def test_beyond_the_queue_people_are_told_to_come_back(tmp_path: Path) -> None:
    bot = FakeBot()
    async with running(tmp_path, with_config(queue=2), bot=bot) as run:
        bot.go.clear()
        for number in range(3):
            _, sent = run.slack.mention(f"C{number}ROOM000", QUESTION)
            await sent
        await run.slack.until(lambda: run.replies("C2ROOM000"))
        bot.go.set()
        await run.settled()

        assert "Too many questions" in shown(run.replies("C2ROOM000")[0])
        assert "2021" in shown(run.replies("C0ROOM000")[0])


@asynchronous
async def test_a_question_deleted_while_its_answer_is_posted_takes_it_back(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.api.faults["chat.postMessage"].append(Fault(hang=0.4))
        ts, _ = run.slack.mention("C0GENERAL", QUESTION)
        await run.slack.until(lambda: run.slack.api.called("chat.postMessage"))

        await run.slack.delete("C0GENERAL", ts)
        await run.slack.until(lambda: run.slack.api.called("chat.delete"))
        await run.settled()

        assert run.replies("C0GENERAL") == []
        run.check()


@asynchronous
async def test_a_reply_is_found_in_a_long_thread_that_may_be_read_only_slowly(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        first = run.slack.write("C0GENERAL", "UBOB00000", "A long thread.")["ts"]
        ts, _ = run.slack.mention("C0GENERAL", QUESTION, thread=first)
        for _ in range(250):
            run.slack.write("C0GENERAL", "UBOB00000", "More.", thread=first)
        reads = run.slack.api.faults["conversations.replies"]
        reads.extend([LIMITED, Fault(status=500)])
        post = Fault(status=500, carried_out=True)
        run.slack.api.faults["chat.postMessage"].append(post)
        await run.slack.until(lambda: run.slack.api.called("conversations.replies"))
        await run.settled()

        assert len(run.replies("C0GENERAL", first)) == 1
        assert len(run.slack.api.called("chat.postMessage")) == 1
        assert ts


@asynchronous
async def test_a_thread_that_cannot_be_read_is_posted_to_three_times_at_most(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.api.scopes -= {"channels:history", "groups:history", "im:history"}
        run.slack.api.faults["chat.postMessage"].extend([Fault(status=500)] * 9)
        run.slack.mention("C0GENERAL", QUESTION)
        await run.slack.until(lambda: run.slack.api.called("chat.postMessage"))
        await run.settled()

        assert len(run.slack.api.called("chat.postMessage")) == 3


@asynchronous
async def test_a_private_reply_whose_address_has_expired_is_given_up(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.respond_faults.extend([Fault(status=404)])
        await run.slack.command(QUESTION)
        await run.slack.until(lambda: not run.slack.respond_faults)
        await run.settled()

        assert run.slack.private_replies("UANN00000") == []


@asynchronous
async def test_a_shared_answer_is_found_in_the_channel_after_a_lost_connection(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        await run.slack.command(QUESTION)
        await run.slack.until(lambda: run.slack.private_replies("UANN00000"))
        (answer,) = run.state.answers.recent("UANN00000", 1)
        fault = Fault(drop=True, carried_out=True)
        run.slack.api.faults["chat.postMessage"].append(fault)
        await run.slack.click("C0GENERAL", "UANN00000", "share", answer.id)
        await run.slack.until(lambda: run.slack.api.called("conversations.history"))
        await run.settled()

        assert len(run.replies("C0GENERAL")) == 1
        run.check()
