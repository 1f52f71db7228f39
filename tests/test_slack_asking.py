"""Asking in channels, conversations and privately, over sockets and HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.slack_standin.harness import QUICK, asynchronous, running, shown, with_config

BOTH = pytest.mark.parametrize("mode", ["socket", "http"])


@BOTH
@asynchronous
async def test_a_mention_is_answered_once_in_its_thread(
    tmp_path: Path, mode: str
) -> None:
    async with running(tmp_path, with_config(mode=mode)) as run:
        ts, _ = run.slack.mention("C0GENERAL", "When was JOINT2 established?")

        reply = await run.answer_to(ts)

        assert "JOINT2 was established in 2021." in shown(reply)
        assert len(run.replies("C0GENERAL")) == 1
        run.check()


@BOTH
@asynchronous
async def test_a_direct_message_is_answered(tmp_path: Path, mode: str) -> None:
    async with running(tmp_path, with_config(mode=mode)) as run:
        ts = run.slack.direct("Who is it led by, of all?")

        reply = await run.answer_to(ts, "D0ANN0000")

        assert "It is led by Resonac." in shown(reply)
        run.check()


@BOTH
@asynchronous
async def test_a_command_is_answered_to_its_asker_alone(
    tmp_path: Path, mode: str
) -> None:
    async with running(tmp_path, with_config(mode=mode)) as run:
        delivered = await run.slack.command("What does Ebara make?", user="UANN00000")
        await run.slack.until(lambda: run.slack.private_replies("UANN00000"))
        await run.settled()

        (body,) = run.slack.private_replies("UANN00000")
        assert delivered.acknowledged
        assert body["response_type"] == "ephemeral"
        assert "dry vacuum pumps" in shown(body)
        assert run.replies("C0GENERAL") == []
        run.check()


@asynchronous
async def test_a_question_that_no_document_answers_is_refused_with_a_person_to_ask(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, QUICK) as run:
        ts, _ = run.slack.mention("C0GENERAL", "zebra?")

        reply = await run.answer_to(ts)

        assert "I don't know." in shown(reply)
        assert "Ms Example" in shown(reply)
        run.check()
