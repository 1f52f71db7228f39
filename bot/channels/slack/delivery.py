"""Gets one reply to Slack exactly once, whatever the network does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.channels.slack.elements import Message
from bot.channels.slack.jobs import Job, mark_of
from bot.channels.slack.lanes import Lane
from bot.channels.slack.logs import log
from bot.channels.slack.metrics import Metrics
from bot.channels.slack.web import Caller, Result
from bot.slack_config import SlackConfig

EVENT_TYPE = "kb_answer"
_TOO_LONG = frozenset(
    {
        "msg_blocks_too_long",
        "msg_too_long",
        "invalid_blocks",
        "invalid_blocks_format",
        "too_many_attachments",
        "markdown_text_conflict",
    }
)
_LONGEST_PAUSE = 30.0
_PAGES, _PAGE = 10, 100  # of a thread that are searched for a reply of ours
_BLIND_TRIES = 3  # posts of unknown outcome when the thread cannot be read


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a delivery ended; ``ts`` names the message where there is one."""

    status: Literal["done", "failed"]
    ts: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Posts, updates and deletes, paced by a lane and retried until it is known."""

    caller: Caller
    config: SlackConfig
    metrics: Metrics

    async def post(
        self,
        job: Job,
        forms: list[Message],
        answer_id: str,
        lane: Lane,
        *,
        resumed: bool,
    ) -> Delivered:
        """Post a reply where the job wants it.

        Args:
            job: what is replied to; its key names the reply.
            forms: of the reply, the fullest first; the next is tried when Slack
                finds one too long or wrong.
            answer_id: goes into the metadata beside the name.
            lane: of the channel.
            resumed: it may have been posted already, by a process that died.
        """
        mark = mark_of(job.key)
        place = _place(job, mark, answer_id)
        tries = _Tries(self.config)
        unsure, blind, forms = resumed, 0, list(forms)
        while True:
            if unsure:
                found = await self._find(job, mark, tries)
                if found:
                    return Delivered("done", found[0])
                blind += found is None
                if blind >= _BLIND_TRIES:
                    return Delivered(
                        "failed", error="unknown outcome, history unreadable"
                    )
            await lane.turn()
            call = {**place, **forms[0].arguments()}
            result = await self.caller.call("chat.postMessage", call)
            self._note("chat.postMessage", result)
            if result.done:
                ts = str(result.data.get("ts", ""))
                if unsure:
                    return Delivered("done", await self._only_one(job, mark, ts, tries))
                return Delivered("done", ts)
            if result.error in _TOO_LONG and len(forms) > 1:
                forms.pop(0)
                continue
            if result.outcome == "refused" or not await tries.pause(result, lane):
                return Delivered("failed", error=result.error)
            unsure = unsure or result.outcome == "unknown"

    async def update(
        self, job: Job, ts: str, forms: list[Message], lane: Lane
    ) -> Delivered:
        """Replace a reply; doing so twice does no harm."""
        forms = list(forms)
        while True:
            call = {"channel": job.channel, "ts": ts, **forms[0].arguments()}
            if "blocks" not in call:
                call["blocks"] = []  # else the old ones stay
            ended = await self._repeat("chat.update", call, lane)
            if ended.error in _TOO_LONG and len(forms) > 1:
                forms.pop(0)
                continue
            return ended

    async def delete(self, channel: str, ts: str, lane: Lane) -> Delivered:
        """Take a reply back; one that is gone already counts as taken back."""
        ended = await self._repeat("chat.delete", {"channel": channel, "ts": ts}, lane)
        if ended.error == "message_not_found":
            return Delivered("done", ts)
        return ended

    async def respond(self, job: Job, message: Message, lane: Lane) -> Delivered:
        """Show a reply to the asker alone.

        Nothing tells whether such a reply arrived, so one that may have is sent
        again: a second copy that only the asker sees is better than none.
        """
        body = {
            **message.arguments(),
            "response_type": "ephemeral",
            "replace_original": False,
        }
        tries = _Tries(self.config)
        while True:
            result = await self.caller.respond(job.response_url, body)
            self._note("response_url", result)
            if result.done:
                return Delivered("done")
            if result.outcome == "refused" or not await tries.pause(result, lane):
                return Delivered("failed", error=result.error)

    async def _repeat(
        self, method: str, call: Mapping[str, Any], lane: Lane
    ) -> Delivered:
        tries = _Tries(self.config)
        while True:
            await lane.turn()
            result = await self.caller.call(method, call)
            self._note(method, result)
            if result.done:
                return Delivered("done", str(call.get("ts", "")))
            if result.outcome == "refused" or not await tries.pause(result, lane):
                return Delivered("failed", error=result.error)

    async def _find(self, job: Job, mark: str, tries: _Tries) -> list[str] | None:
        """Find our replies to a question; None when the thread cannot be read."""
        where = {"channel": job.channel, "limit": _PAGE, "include_all_metadata": True}
        method = "conversations.history"
        if job.thread:
            method = "conversations.replies"
            where["ts"] = job.thread
        if job.kind not in {"share", "command", "shortcut"}:
            where["oldest"] = job.ts  # replies come after what they answer
        found: list[str] = []
        for _ in range(_PAGES):
            result = await self.caller.call(method, where)
            while result.outcome in {"limited", "unknown", "unsent"}:
                if not await tries.pause(result, None):
                    return None
                result = await self.caller.call(method, where)
            if not result.done:
                log("thread_unreadable", error=result.error, channel=job.channel)
                return [] if result.error == "thread_not_found" else None
            found += _marked(result.data, mark)
            cursor = (result.data.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
            where["cursor"] = cursor
        return found

    async def _only_one(self, job: Job, mark: str, ts: str, tries: _Tries) -> str:
        """After a post of unknown outcome and another: keep the first, drop the rest.

        Slack may carry out a call long after we stopped waiting for it.
        """
        found = sorted(await self._find(job, mark, tries) or [ts])
        for extra in found[1:]:
            await self.caller.call("chat.delete", {"channel": job.channel, "ts": extra})
            log("duplicate_removed", channel=job.channel, ts=extra)
        return found[0]

    def _note(self, method: str, result: Result) -> None:
        self.metrics.calls.labels(method, result.outcome).inc()
        if not result.done:
            log("slack_call", method=method, outcome=result.outcome, error=result.error)


class _Tries:
    """Waits between attempts, longer each time, until the time to give up."""

    def __init__(self, config: SlackConfig) -> None:
        self._pause = config.retry_seconds
        self._until = asyncio.get_running_loop().time() + config.give_up_seconds

    async def pause(self, result: Result, lane: Lane | None) -> bool:
        """Wait before the next attempt; False when it is time to give up."""
        if result.outcome == "limited":
            wait = result.wait
        else:
            wait = self._pause * random.uniform(0.5, 1)  # noqa: S311 - spreads retries
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        if asyncio.get_running_loop().time() + wait > self._until:
            return False
        if lane is not None:
            lane.hold(wait)
        await asyncio.sleep(wait)
        return True


def _place(job: Job, mark: str, answer_id: str) -> dict[str, Any]:
    """Where a reply goes, what names it, and that it shows nothing by itself."""
    place: dict[str, Any] = {
        "channel": job.channel,
        "metadata": {
            "event_type": EVENT_TYPE,
            "event_payload": {"question": mark, "answer": answer_id},
        },
        "unfurl_links": False,
        "unfurl_media": False,
        "parse": "none",
    }
    return {**place, "thread_ts": job.thread} if job.thread else place


def _marked(data: Mapping[str, Any], mark: str) -> list[str]:
    messages = data.get("messages")
    found = []
    for each in messages if isinstance(messages, list) else []:
        payload = (each.get("metadata") or {}).get("event_payload") or {}
        if payload.get("question") == mark:
            found.append(str(each["ts"]))
    return found
