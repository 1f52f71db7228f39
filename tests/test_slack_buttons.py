"""Buttons, forms, sharing, the shortcut, the home tab and the suggested prompts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.slack_standin import checks
from tests.slack_standin.fakes import DOCUMENTS, FakeBot
from tests.slack_standin.harness import (
    QUICK,
    Running,
    asynchronous,
    running,
    shown,
    with_config,
)
from tests.slack_standin.web_api import Fault
from tests.slack_standin.workspace import Message

QUESTION = "When was JOINT2 established?"
ANN, BOB = "UANN00000", "UBOB00000"


async def _answered(run: Running, question: str = QUESTION) -> tuple[Message, str]:
    ts, _ = run.slack.mention("C0GENERAL", question)
    reply = await run.answer_to(ts)
    return reply, str(reply["metadata"]["event_payload"]["answer"])


async def _window(run: Running, action: str, answer: str) -> dict[str, Any]:
    result = await run.slack.click("C0GENERAL", ANN, action, answer)
    await run.slack.until(lambda: run.slack.api.views)
    assert result.acknowledged
    run.check()
    return run.slack.api.views[-1]


def _words(view: dict[str, Any]) -> str:
    return "\n".join(checks.texts(view["blocks"]))


@pytest.mark.parametrize("mode", ["socket", "http"])
@asynchronous
async def test_show_in_context_highlights_the_quote_in_its_passage(
    tmp_path: Path, mode: str
) -> None:
    async with running(tmp_path, with_config(mode=mode)) as run:
        _, answer = await _answered(run)

        view = await _window(run, "context", answer)

        (passage,) = [each for each in view["blocks"] if each["type"] == "rich_text"]
        parts = passage["elements"][0]["elements"]
        bold = [each["text"] for each in parts if each.get("style")]
        assert bold == ["JOINT2 was established in 2021."]
        whole = "".join(each["text"] for each in parts)
        assert whole.strip() == DOCUMENTS["companies/joint2.md"].strip()


@asynchronous
async def test_why_tells_how_the_question_was_read(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        _, answer = await _answered(run)

        assert "established, joint2" in _words(await _window(run, "why", answer))


@asynchronous
async def test_why_tells_the_reason_of_a_refusal(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        _, answer = await _answered(run, "zebra?")

        assert "No word of it occurs." in _words(await _window(run, "why", answer))


@pytest.mark.parametrize(
    ("now", "finding"),
    [
        (DOCUMENTS["companies/joint2.md"], "unchanged"),
        ("New. " + DOCUMENTS["companies/joint2.md"], "at another place"),
        ("# JOINT2\n\nNothing of it left.\n", "no longer in the document"),
        (None, "the document is gone"),
    ],
)
@asynchronous
async def test_verify_reads_the_sources_again(
    tmp_path: Path, now: str | None, finding: str
) -> None:
    bot = FakeBot()
    async with running(tmp_path, QUICK, bot=bot) as run:
        _, answer = await _answered(run)
        if now is None:
            del bot.documents["companies/joint2.md"]
        else:
            bot.documents["companies/joint2.md"] = now

        assert finding in _words(await _window(run, "verify", answer))


@asynchronous
async def test_a_button_works_only_where_its_answer_was_given(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        _, answer = await _answered(run)

        for channel, value in (("C0OTHER00", answer), ("C0GENERAL", "' OR 1=1")):
            await run.slack.click(channel, BOB, "context", value)
            await run.slack.click(channel, BOB, "feedback", f"+{value}")
        await run.slack.until(lambda: len(run.slack.api.views) == 2)

        assert all("2021" not in _words(view) for view in run.slack.api.views)
        assert run.state.feedback.votes() == []
        run.check()


@pytest.mark.parametrize("mode", ["socket", "http"])
@asynchronous
async def test_a_vote_is_stored_once_a_person_and_the_last_one_counts(
    tmp_path: Path, mode: str
) -> None:
    async with running(tmp_path, with_config(mode=mode)) as run:
        _, answer = await _answered(run)
        for user, value in ((ANN, "+"), (ANN, "+"), (BOB, "+"), (ANN, "-")):
            await run.slack.click("C0GENERAL", user, "feedback", f"{value}{answer}")
        await run.slack.until(lambda: run.slack.api.views)
        form = run.slack.api.views[-1]
        values = {
            "reason": {"reason": {"selected_option": {"value": "outdated"}}},
            "comment": {"comment": {"value": "2022 <!channel>"}},
        }

        result = await run.slack.submit(form, ANN, values)

        found = [
            (each.voter, each.verdict, each.reason, each.comment)
            for each in run.state.feedback.votes()
        ]
        assert result.acknowledged
        assert sorted(found) == [
            (ANN, "not_helpful", "outdated", "2022 <!channel>"),
            (BOB, "helpful", "", ""),
        ]
        run.check()


@asynchronous
async def test_a_private_answer_is_shared_once_by_its_asker(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        await run.slack.command(QUESTION, ANN)
        await run.slack.until(lambda: run.slack.private_replies(ANN))
        (body,) = run.slack.private_replies(ANN)
        buttons = {
            each["action_id"]: each["value"]
            for block in body["blocks"]
            if block["type"] == "actions"
            for each in block["elements"]
        }

        for user in (BOB, ANN, ANN):
            await run.slack.click("C0GENERAL", user, "share", buttons["share"])
        await run.slack.until(lambda: run.replies("C0GENERAL"))
        await run.settled()

        (reply,) = run.replies("C0GENERAL")
        assert "JOINT2 was established in 2021." in shown(reply)
        assert "thread_ts" not in reply
        run.check()


@asynchronous
async def test_sharing_where_the_bot_is_not_a_member_says_how_to_invite_it(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.workspace.channel("C0GENERAL").has_bot = False
        await run.slack.command(QUESTION, ANN)
        await run.slack.until(lambda: run.slack.private_replies(ANN))
        answer = run.state.answers.recent(ANN, 1)[0].id
        await run.slack.click("C0GENERAL", ANN, "share", answer)
        await run.slack.until(lambda: len(run.slack.private_replies(ANN)) == 2)

        assert "/invite @kb-answers" in shown(run.slack.private_replies(ANN)[1])

        run.slack.workspace.channel("C0GENERAL").has_bot = True
        await run.settled()
        for _ in range(2):
            await run.slack.click("C0GENERAL", ANN, "share", answer)
        await run.slack.until(lambda: run.replies("C0GENERAL"))
        await run.settled()
        assert len(run.replies("C0GENERAL")) == 1


@asynchronous
async def test_the_shortcut_looks_a_message_up_for_one_person(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        message = run.slack.write("C0GENERAL", BOB, QUESTION)

        result = await run.slack.shortcut("C0GENERAL", ANN, message)
        await run.slack.until(lambda: run.slack.private_replies(ANN))
        await run.settled()

        assert result.acknowledged
        assert "2021" in shown(run.slack.private_replies(ANN)[0])
        assert run.replies("C0GENERAL") == []
        run.check()


@asynchronous
async def test_the_home_tab_tells_what_is_known_and_was_asked(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as run:
        await _answered(run)
        run.slack.open_tab(ANN, "home")
        await run.slack.until(lambda: ANN in run.slack.api.homes)

        words = _words(run.slack.api.homes[ANN])
        assert "3 documents" in words
        assert QUESTION in words
        assert "2021." not in words  # text of one channel is not shown elsewhere
        run.check()


@asynchronous
async def test_the_home_tab_of_who_may_not_ask_shows_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, with_config(deny_people=(ANN,))) as run:
        run.slack.open_tab(ANN, "home")
        await run.slack.until(lambda: ANN in run.slack.api.homes)

        assert "documents" not in _words(run.slack.api.homes[ANN])


@asynchronous
async def test_suggested_prompts_are_questions_that_are_answered(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        run.slack.open_tab(ANN, "messages")
        method = "assistant.threads.setSuggestedPrompts"
        await run.slack.until(lambda: run.slack.api.called(method))

        (call,) = run.slack.api.called(method)
        prompts = [each["message"] for each in call.arguments["prompts"]]
        assert "thread_ts" not in call.arguments
        assert prompts
        assert all(run.bot.ask(each).status == "answered" for each in prompts)
        run.check()


@asynchronous
async def test_configured_prompts_that_have_no_answer_are_left_out(
    tmp_path: Path,
) -> None:
    prompts = ("What does Ebara make?", "zebra?")
    async with running(tmp_path, with_config(prompts=prompts)) as run:
        run.slack.open_tab(ANN, "messages")
        method = "assistant.threads.setSuggestedPrompts"
        await run.slack.until(lambda: run.slack.api.called(method))

        (call,) = run.slack.api.called(method)
        assert [each["message"] for each in call.arguments["prompts"]] == [prompts[0]]


def _more_calls(run: Running, method: str, before: int) -> bool:
    return len(run.slack.api.called(method)) > before


@asynchronous
async def test_prompts_are_short_at_most_four_and_tried_once_an_index(
    tmp_path: Path,
) -> None:
    many = {
        f"companies/{n}.md": f"# Firm{n}\n\nFirm{n} makes pumps.\n" for n in range(9)
    }
    long = {"companies/a.md": f"# {'Firm' * 30}\n\nIt makes pumps.\n"}
    async with running(tmp_path, QUICK, bot=FakeBot({**long, **many})) as run:
        method = "assistant.threads.setSuggestedPrompts"
        run.slack.api.faults[method].append(Fault(error="internal_error"))
        for _ in range(2):
            before = len(run.slack.api.called(method))
            run.slack.open_tab(ANN, "messages")
            await run.slack.until(partial(_more_calls, run, method, before))

        for call in run.slack.api.called(method):
            prompts = [each["message"] for each in call.arguments["prompts"]]
            assert prompts == [f"What is Firm{number}?" for number in range(4)]
        assert len(run.bot.asked) == 4
