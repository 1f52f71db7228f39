"""Who is answered where, and what never leaves the place it may be seen in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.slack_config import ChannelConfig, SlackConfig
from tests.slack_standin.harness import asynchronous, running, shown, with_config
from tests.slack_standin.web_api import Fault
from tests.slack_standin.workspace import BOT_USER

QUESTION = "When is the merger of Aalto due?"
ANN, BOB = "UANN00000", "UBOB00000"


async def _reply(folder: Path, config: SlackConfig, **place: bool) -> str:
    async with running(folder, config) as run:
        run.slack.workspace.channel("C0GENERAL").shared = place.get("shared", False)
        run.slack.workspace.user(ANN).restricted = place.get("guest", False)
        if place.get("foreign"):
            run.slack.workspace.user(ANN).team = "T0OTHER00"
        if place.get("unknown"):
            run.slack.api.scopes -= {"users:read"}
        ts, _ = run.slack.mention("C0GENERAL", QUESTION, ANN)
        reply = await run.answer_to(ts)
        return shown(reply)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (with_config(deny_channels=("C0GENERAL",)), "in this channel"),
        (with_config(allow_channels=("C0OTHER00",)), "in this channel"),
        (
            with_config(allow_channels=("C0GENERAL",), deny_channels=("C0GENERAL",)),
            "in this channel",
        ),
        (with_config(deny_people=(ANN,)), "allowed to answer you"),
        (with_config(allow_people=(BOB,)), "allowed to answer you"),
        (with_config(allow_people=(ANN,), deny_people=(ANN,)), "allowed to answer you"),
    ],
)
@asynchronous
async def test_a_person_or_channel_that_is_not_allowed_is_told_so(
    tmp_path: Path, config: SlackConfig, words: str
) -> None:
    reply = await _reply(tmp_path, config)

    assert words in reply
    assert "May" not in reply


@pytest.mark.parametrize(
    "config",
    [
        with_config(allow_channels=("C0GENERAL",), allow_people=(ANN,)),
        with_config(deny_channels=("C0OTHER00",), deny_people=(BOB,)),
    ],
)
@asynchronous
async def test_a_person_and_channel_that_are_allowed_are_answered(
    tmp_path: Path, config: SlackConfig
) -> None:
    assert "due in May" in await _reply(tmp_path, config)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"shared": True}, "shared with another organisation"),
        ({"guest": True}, "not guests"),
        ({"foreign": True}, "not guests"),
        ({"unknown": True}, "cannot tell whether you are a guest"),
    ],
)
@asynchronous
async def test_guests_and_shared_channels_are_refused_also_when_unknown(
    tmp_path: Path, place: dict[str, bool], words: str
) -> None:
    reply = await _reply(tmp_path, with_config(), **place)

    assert words in reply
    assert "May" not in reply


@pytest.mark.parametrize(
    "place", [{"shared": True}, {"guest": True}, {"unknown": True}]
)
@asynchronous
async def test_guests_and_shared_channels_are_answered_where_allowed(
    tmp_path: Path, place: dict[str, bool]
) -> None:
    config = with_config(allow_shared=True, allow_guests=True)

    assert "due in May" in await _reply(tmp_path, config, **place)


@asynchronous
async def test_a_channel_whose_event_does_not_tell_is_looked_up(tmp_path: Path) -> None:
    async with running(tmp_path, with_config()) as run:
        for name, shared in (("C0SHARED0", True), ("C0INTERN0", False)):
            run.slack.workspace.channel(name).shared = shared
            message = run.slack.write(name, ANN, f"<@{BOT_USER}> {QUESTION}")
            event = run.slack.mention_event(name, message)
            del event["is_ext_shared_channel"]
            await run.slack.send("events_api", event)
        await run.settled()
        run.slack.api.scopes -= {"channels:read", "groups:read"}
        message = run.slack.write("C0NOBODY0", ANN, f"<@{BOT_USER}> {QUESTION}")
        event = run.slack.mention_event("C0NOBODY0", message)
        del event["is_ext_shared_channel"]
        await run.slack.send("events_api", event)
        await run.settled()

        assert "shared with another" in shown(run.replies("C0SHARED0")[0])
        assert "due in May" in shown(run.replies("C0INTERN0")[0])
        assert "cannot tell" in shown(run.replies("C0NOBODY0")[0])


@asynchronous
async def test_a_look_up_that_fails_for_a_moment_is_repeated(tmp_path: Path) -> None:
    async with running(tmp_path, with_config()) as run:
        faults = [Fault(status=500), Fault(status=429, retry_after="0.01")]
        run.slack.api.faults["users.info"].extend(faults)
        ts, _ = run.slack.mention("C0GENERAL", QUESTION, ANN)

        assert "due in May" in shown(await run.answer_to(ts))


@asynchronous
async def test_a_channel_shows_only_the_collections_it_may(tmp_path: Path) -> None:
    channels = {"C0GENERAL": ChannelConfig(collections=("companies",))}
    config = with_config(channels=channels)
    async with running(tmp_path, config) as run:
        open_ts, _ = run.slack.mention("C0SECRET0", QUESTION, ANN)
        await run.answer_to(open_ts, "C0SECRET0")
        ts, _ = run.slack.mention("C0GENERAL", QUESTION, ANN)
        await run.answer_to(ts)
        await run.slack.command(QUESTION, ANN, "C0GENERAL")
        await run.slack.until(lambda: run.slack.private_replies(ANN))
        secret = run.replies("C0SECRET0")[0]["metadata"]["event_payload"]["answer"]
        for action in ("context", "share", "why", "verify"):
            await run.slack.click("C0GENERAL", ANN, action, secret)
        run.slack.open_tab(ANN, "home", "C0GENERAL")
        await run.slack.until(lambda: ANN in run.slack.api.homes)
        await run.settled()

        assert "due in May" in shown(run.replies("C0SECRET0")[0])
        seen = [
            *run.replies("C0GENERAL"),
            *run.slack.private_replies(ANN),
            *run.slack.api.views,
            run.slack.api.homes[ANN],
        ]
        assert "May" not in str(seen)
        assert "Borealis" not in str(seen)
        run.check()


@asynchronous
async def test_an_answer_is_not_shared_once_its_channel_may_show_less(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, with_config()) as run:
        await run.slack.command(QUESTION, ANN, "C0GENERAL")
        await run.slack.until(lambda: run.slack.private_replies(ANN))
        answer = run.state.answers.recent(ANN, 1)[0].id
    channels = {"C0GENERAL": ChannelConfig(collections=("companies",))}
    async with running(tmp_path, with_config(channels=channels)) as run:
        await run.slack.click("C0GENERAL", ANN, "share", answer)
        await run.slack.until(lambda: run.slack.private_replies(ANN))
        await run.slack.click("C0GENERAL", ANN, "context", answer)
        await run.slack.until(lambda: run.slack.api.views)
        await run.settled()

        assert "cannot be shared" in shown(run.slack.private_replies(ANN)[0])
        assert run.replies("C0GENERAL") == []


@asynchronous
async def test_whoever_asks_too_much_in_a_minute_is_asked_to_wait(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, with_config(per_person=2, per_channel=3)) as run:
        words = []
        for user in (ANN, ANN, ANN, BOB, BOB):
            ts, _ = run.slack.mention("C0GENERAL", QUESTION, user)
            words.append(shown(await run.answer_to(ts)))

        assert ["May" in each for each in words] == [True, True, False, True, False]
        assert "You have asked many" in words[2]
        assert "This channel has asked" in words[4]


@asynchronous
async def test_a_channel_may_speak_another_language_and_name_another_person(
    tmp_path: Path,
) -> None:
    own = ChannelConfig(language="de", ask_instead="U0EXPERT0")
    async with running(tmp_path, with_config(channels={"C0GENERAL": own})) as run:
        ts, _ = run.slack.mention("C0GENERAL", "zebra?")
        reply = await run.answer_to(ts)

        assert "Das weiß ich nicht." in shown(reply)
        assert run.slack.api.mentions == ["user"]  # the one bot.toml names
        assert "U0EXPERT0" in str(reply["blocks"])
