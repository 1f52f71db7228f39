"""Decides whether an event asks something of the bot: one pure function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.slack.jobs import Identity, Job

_ASKING = (None, "file_share", "thread_broadcast")  # subtypes people type


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that asks nothing of the bot."""

    reason: str


def decide(body: Mapping[str, Any], me: Identity) -> Job | Ignored:
    """Turn the body of an event into a job, or say why it is none.

    A follow-up comes back for every message in a thread: whether the bot leads that
    thread is for the caller to look up.
    """
    event = body.get("event")
    event = event if isinstance(event, dict) else {}
    team = _text(body, "team_id") or _text(event, "team")
    shared = body.get("is_ext_shared_channel")
    place = _Place(
        team,
        _text(event, "channel"),
        shared if isinstance(shared, bool) else None,
    )
    if not place.channel or not _ours(body, team, me):
        return Ignored("another workspace, or no channel")
    match event.get("type"), event.get("subtype"):
        case "app_mention", _:
            return _question("mention", event, place, me)
        case "message", "message_changed":
            return _edit(event, place, me)
        case "message", "message_deleted":
            return _deletion(event, place, me)
        case "message", _:
            return _message(event, place, me)
        case _:
            return Ignored("an event of another type")


@dataclass(frozen=True, slots=True)
class _Place:
    team: str
    channel: str
    shared: bool | None


def _ours(body: Mapping[str, Any], team: str, me: Identity) -> bool:
    same_enterprise = bool(me.enterprise) and body.get("enterprise_id") == me.enterprise
    return team == me.team or (bool(team) and same_enterprise)


def _message(event: Mapping[str, Any], place: _Place, me: Identity) -> Job | Ignored:
    if event.get("channel_type") == "im" or place.channel.startswith("D"):
        return _question("direct", event, place, me)
    if f"<@{me.user}" in _text(event, "text"):
        return Ignored("a mention, which comes as app_mention as well")
    if not _text(event, "thread_ts"):
        return Ignored("not addressed")
    return _question("follow_up", event, place, me)


def _question(
    kind: Any,  # noqa: ANN401 - one of three JobKinds
    event: Mapping[str, Any],
    place: _Place,
    me: Identity,
) -> Job | Ignored:
    reason = _not_a_person(event, me)
    if reason:
        return Ignored(reason)
    if event.get("subtype") not in _ASKING:
        return Ignored("not typed by a person")
    if event.get("edited") or event.get("hidden"):
        return Ignored("an edit, which comes as message_changed as well")
    ts = _text(event, "ts")
    if not ts:
        return Ignored("no ts")
    return Job(
        kind=kind,
        team=place.team,
        channel=place.channel,
        user=_text(event, "user"),
        ts=ts,
        text=_text(event, "text"),
        thread=_text(event, "thread_ts") or ts,
        shared=place.shared,
    )


def _edit(event: Mapping[str, Any], place: _Place, me: Identity) -> Job | Ignored:
    message, before = event.get("message"), event.get("previous_message")
    if not isinstance(message, dict) or _not_a_person(message, me):
        return Ignored("not an edit by a person")
    edited, ts = message.get("edited"), _text(message, "ts")
    old = _text(before, "text") if isinstance(before, dict) else None
    if not isinstance(edited, dict) or not ts or _text(message, "text") == old:
        return Ignored("not an edit of the text")  # a link preview, for one
    return Job(
        kind="edit",
        team=place.team,
        channel=place.channel,
        user=_text(message, "user"),
        ts=_text(edited, "ts") or _text(event, "ts"),
        text=_text(message, "text"),
        thread=_text(message, "thread_ts") or ts,
        target=ts,
        shared=place.shared,
    )


def _deletion(event: Mapping[str, Any], place: _Place, me: Identity) -> Job | Ignored:
    before = event.get("previous_message")
    target = _text(event, "deleted_ts")
    if isinstance(before, dict):
        if _not_a_person(before, me):
            return Ignored("a bot's message was deleted")
        target = target or _text(before, "ts")
    if not target:
        return Ignored("no ts")
    return Job(
        kind="delete",
        team=place.team,
        channel=place.channel,
        user="",
        ts=target,
        target=target,
        shared=place.shared,
    )


def _not_a_person(event: Mapping[str, Any], me: Identity) -> str:
    if event.get("bot_id") or event.get("bot_profile"):
        return "from a bot"
    user = _text(event, "user")
    if not user:
        return "from nobody"
    return "from the bot itself" if user == me.user else ""


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""
