"""Shows which calls an event would lead to, without calling Slack."""

from __future__ import annotations

import dataclasses
import itertools
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.answerer import Workers
from bot.channels.slack.context import Context
from bot.channels.slack.desk import Desk
from bot.channels.slack.intake import Intake
from bot.channels.slack.jobs import Identity
from bot.channels.slack.listeners import make_app
from bot.channels.slack.tokens import Secrets
from bot.channels.slack.web import Result
from bot.errors import InputError
from bot.slack_config import SlackConfig
from bot.state.sqlite import FILE_NAME, open_state

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)")
_SOME_USER = "U0SIMULATED"
_SOME_TEAM = "T0SIMULATED"
_DRAIN_S = 60.0


@dataclass(slots=True)
class Recorder:
    """Carries out nothing, and remembers what it was asked to."""

    me: Identity
    calls: list[dict[str, Any]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def call(  # noqa: D102 - documented in the Protocol
        self, method: str, arguments: Mapping[str, Any]
    ) -> Result:
        self.calls.append({"method": method, "arguments": dict(arguments)})
        data: dict[str, Any] = {"ts": f"1700000000.{next(self._numbers):06d}"}
        if method == "users.info":
            data["user"] = {"id": arguments["user"], "team_id": self.me.team}
        if method == "conversations.info":
            data["channel"] = {"id": arguments["channel"]}
        return Result("done", data)

    async def respond(self, url: str, body: Mapping[str, Any]) -> Result:  # noqa: D102 - in the Protocol
        self.calls.append(
            {"method": "response_url", "url": url, "arguments": dict(body)}
        )
        return Result("done")


async def simulate(
    body: Mapping[str, Any], desk: Desk, config: SlackConfig, ask_instead: str = ""
) -> list[dict[str, Any]]:
    """Return the calls that a payload from Slack would lead to, in order.

    Args:
        body: an event, bare or in its envelope; a command; an interaction.
        desk: what is asked.
        config: the settings; nothing of it is changed or connected to.
        ask_instead: who is named in refusals where the settings name nobody.

    Raises:
        InputError: it is nothing that Slack sends.
    """
    body = _enveloped(body)
    me = _identity(body)
    recorder = Recorder(me)
    config = dataclasses.replace(config, post_interval=0)
    with tempfile.TemporaryDirectory() as folder:
        state = open_state(Path(folder) / FILE_NAME)
        context = Context(
            config=config,
            desk=desk,
            state=state,
            me=me,
            caller=recorder,
            owner="simulation",
            workers=Workers(1, _DRAIN_S),
            ask_instead=ask_instead,
        )
        intake = Intake(context)
        app = make_app(context, intake, AsyncWebClient(), Secrets("xoxb-none"))
        request = AsyncBoltRequest(mode="socket_mode", body=dict(body))
        response = await app.async_dispatch(request)
        await intake.drain(_DRAIN_S)
        await context.finish()
        await context.close()
        state.backend.close()
    acknowledged = {"method": "ack", "status": response.status}
    if response.body:
        acknowledged["body"] = response.body
    return [acknowledged, *recorder.calls]


def _enveloped(body: Mapping[str, Any]) -> dict[str, Any]:
    if "envelope_id" in body and isinstance(body.get("payload"), dict):
        return dict(body["payload"])
    if body.get("type") in {"app_mention", "message", "app_home_opened"}:
        return {
            "type": "event_callback",
            "team_id": str(body.get("team") or _SOME_TEAM),
            "event": dict(body),
        }
    if "event" in body or "command" in body or "type" in body:
        return dict(body)
    raise InputError(
        "This is no payload of Slack's: give an event, a command or an interaction."
    )


def _identity(body: Mapping[str, Any]) -> Identity:
    team = body.get("team_id")
    if not isinstance(team, str):
        table = body.get("team")
        team = str(table.get("id")) if isinstance(table, dict) else _SOME_TEAM
    return Identity(
        team=team, user=_bot_user(body), bot="B0SIMULATED", name="kb-answers"
    )


def _bot_user(body: Mapping[str, Any]) -> str:
    """The bot in a payload: as Slack names it, or whom the mention is of."""
    authorizations = body.get("authorizations")
    if isinstance(authorizations, list) and authorizations:
        return str(authorizations[0].get("user_id") or _SOME_USER)
    event = body.get("event")
    text = event.get("text") if isinstance(event, dict) else None
    found = _MENTION.search(text) if isinstance(text, str) else None
    return found[1] if found else _SOME_USER
