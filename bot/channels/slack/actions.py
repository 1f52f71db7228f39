"""Buttons, forms, shortcuts, the command and the home tab."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.slack import views
from bot.channels.slack.context import Context
from bot.channels.slack.elements import Element
from bot.channels.slack.intake import Intake
from bot.channels.slack.jobs import Job
from bot.channels.slack.logs import log
from bot.channels.slack.phrases import phrase
from bot.channels.slack.prompts import Prompts
from bot.state.protocol import Reason, StoredAnswer, Verdict, Vote

_RECENT = 5
_SHARES = 10  # attempts: a person may invite the bot after the first
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
Body = Mapping[str, Any]


class Actions:
    """What people do besides asking in a message."""

    def __init__(self, context: Context, intake: Intake) -> None:
        """Share the context and the inbox with the events."""
        self._context = context
        self._intake = intake
        self._prompts = Prompts(context)

    async def command(self, body: Body) -> str:
        """Take /ask in; returns what to tell the asker at once, "" for nothing."""
        channel, user = _text(body, "channel_id"), _text(body, "user_id")
        style = self._context.style(channel, private=True)
        trigger, url = _text(body, "trigger_id"), _text(body, "response_url")
        if not (channel and user and trigger and url):
            return phrase(style.language, "failed")
        job = Job(
            kind="command",
            team=_text(body, "team_id"),
            channel=channel,
            user=user,
            ts=trigger,
            text=_text(body, "text"),
            response_url=url,
        )
        await self._intake.take(job)
        return ""

    async def shortcut(self, body: Body) -> None:
        """Take the message that someone wants looked up in."""
        message, channel = _table(body, "message"), _id(body, "channel")
        ts = _text(message, "ts")
        job = Job(
            kind="shortcut",
            team=_id(body, "team"),
            channel=channel,
            user=_id(body, "user"),
            ts=_text(body, "trigger_id"),
            text=_text(message, "text"),
            thread=_text(message, "thread_ts") or ts,
            response_url=_text(body, "response_url"),
        )
        if job.channel and job.user and job.ts and job.response_url:
            await self._intake.take(job)

    async def share(self, body: Body) -> None:
        """Take in that the asker shares an answer with the channel."""
        stored = await self._pressed(body)
        channel = _id(body, "channel")
        thread = stored.thread.rsplit("/", 1)[-1] if stored and stored.thread else ""
        job = Job(
            kind="share",
            team=_id(body, "team"),
            channel=channel,
            user=_id(body, "user"),
            ts="",
            thread=thread,
            target=stored.id if stored else "",
            response_url=_text(body, "response_url"),
        )
        if stored is None or not job.channel or stored.asker != job.user:
            return
        for attempt in range(_SHARES):
            job = dataclasses.replace(job, ts=str(attempt))
            before = await self._context.store(self._context.state.inbox.get, job.key)
            if before is None or before.status != "failed":
                await self._intake.take(job)  # in vain, when it is shared already
                return

    async def vote(self, body: Body) -> None:
        """Store a vote, then ask what was wrong if the answer was no help."""
        value = _text(_action(body), "value")
        verdict: Verdict = "helpful" if value.startswith("+") else "not_helpful"
        stored = await self._stored(body, value[1:])
        if stored is None:
            return
        await self._keep(stored, _id(body, "user"), verdict)
        if verdict == "not_helpful":
            language = self._language(body)
            await self._open(body, views.reason_view(stored.id, language))

    async def reason(self, body: Body) -> None:
        """Store the reason for a vote; durable when it returns."""
        view = _table(body, "view")
        stored = await self._context.store(
            self._context.state.answers.get, _text(view, "private_metadata")
        )
        if stored is None:
            return
        values = _table(_table(view, "state"), "values")
        chosen = _table(_table(_table(values, "reason"), "reason"), "selected_option")
        reason = _text(chosen, "value")
        comment = _text(_table(_table(values, "comment"), "comment"), "value")
        await self._keep(
            stored,
            _id(body, "user"),
            "not_helpful",
            reason if reason in views.REASONS else "",
            comment[:2_000],
        )

    async def show(self, body: Body, name: str) -> None:
        """Open the window that a button names: context, why or verify."""
        language = self._language(body)
        stored = await self._pressed(body)
        if stored is None:
            await self._open(body, views.context_view((), {}, language))
            return
        answer = stored.payload
        if name == "why":
            await self._open(body, views.why_view(answer, language))
            return
        cited = answer["citations"] or answer["nearest"]
        texts = await self._read(cited, stored)
        view = views.context_view if name == "context" else views.verify_view
        await self._open(body, view(cited, texts, language))

    async def opened(self, event: Mapping[str, Any]) -> None:
        """Fill the tab that a person has opened: home, or the conversation."""
        user, channel = _text(event, "user"), _text(event, "channel")
        if not user:
            return
        if event.get("tab") == "messages":
            await self._prompts.suggest(channel)
        elif event.get("tab") == "home":
            await self._publish(user, channel)

    async def _publish(self, user: str, channel: str) -> None:
        context = self._context
        language = context.style(channel).language
        denied = context.permission.listed(
            "", user
        ) or await context.permission.guest_refusal(user)
        if denied:
            view = views.denied_home(language)
        else:
            known = await context.workers.run(
                context.desk.overview, context.visible(channel)
            )
            recent = await context.store(context.state.answers.recent, user, _RECENT)
            view = views.home_view(known, recent, language)
        await self._call("views.publish", {"user_id": user, "view": view})

    async def _keep(
        self,
        stored: StoredAnswer,
        voter: str,
        verdict: Verdict,
        reason: Any = "",  # noqa: ANN401 - a Reason, checked by the caller
        comment: str = "",
    ) -> None:
        context = self._context
        typed: Reason = reason
        vote = Vote(
            answer=stored.id,
            voter=voter,
            verdict=verdict,
            question=str(stored.payload["question"]),
            given=context.clock(),
            reason=typed,
            comment=comment,
            payload=stored.payload,
        )
        await context.store(context.state.feedback.vote, vote)
        context.metrics.votes.labels(verdict).inc()
        log("vote", answer=stored.id, verdict=verdict, reason=typed)

    async def _pressed(self, body: Body) -> StoredAnswer | None:
        return await self._stored(body, _text(_action(body), "value"))

    async def _stored(self, body: Body, id_: str) -> StoredAnswer | None:
        """Look up the answer a button belongs to, where the button was pressed."""
        if not _ID.fullmatch(id_):
            return None
        stored = await self._context.store(self._context.state.answers.get, id_)
        here = f"{_id(body, 'team')}/{_id(body, 'channel')}"
        user = _id(body, "user")
        listed = self._context.permission.listed(_id(body, "channel"), user)
        return stored if stored and stored.place == here and not listed else None

    async def _read(
        self, cited: Sequence[Mapping[str, Any]], stored: StoredAnswer
    ) -> dict[str, str | None]:
        context = self._context
        names = dict.fromkeys(str(each["document"]) for each in cited)
        channel = stored.place.partition("/")[2]
        visible = context.visible(channel)  # as it is configured now
        return {
            name: await context.workers.run(context.desk.read, name, visible)
            for name in names
        }

    async def _open(self, body: Body, view: Element) -> None:
        trigger = _text(body, "trigger_id")
        await self._call("views.open", {"trigger_id": trigger, "view": view})

    async def _call(self, method: str, arguments: Mapping[str, Any]) -> None:
        result = await self._context.caller.call(method, arguments)
        self._context.metrics.calls.labels(method, result.outcome).inc()
        if not result.done:
            log("slack_call", method=method, outcome=result.outcome, error=result.error)

    def _language(self, body: Body) -> Any:  # noqa: ANN401 - a Language
        return self._context.style(_id(body, "channel")).language


def _action(body: Body) -> Mapping[str, Any]:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    return first if isinstance(first, dict) else {}


def _id(body: Body, key: str) -> str:
    return _text(_table(body, key), "id")


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""
