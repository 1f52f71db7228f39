"""Does what was taken in: answers, revises, takes back, shares."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bot.channels.slack import blocks
from bot.channels.slack.context import Context
from bot.channels.slack.delivery import Delivered
from bot.channels.slack.desk import within
from bot.channels.slack.jobs import Job, question_key
from bot.channels.slack.lanes import Lane
from bot.channels.slack.logs import log
from bot.channels.slack.replies import Replies, Reply
from bot.payloads import read_answer
from bot.state.protocol import Entry

_ELSEWHERE_S = 10.0  # an edit waits this long for an answer another process makes
_LOOK_S = 0.25


class Work:
    """Turns a job into the piece of work that a lane does."""

    def __init__(self, context: Context) -> None:
        """Share the context."""
        self._context = context
        self._replies = Replies(context)

    def prepare(
        self, job: Job, *, resumed: bool, instead: str
    ) -> Callable[[Lane], Awaitable[None]]:
        """Start what may run before the lane is free, and return the rest.

        Args:
            job: what to do.
            resumed: its reply may have been posted, by a process that died.
            instead: name of what to say without asking; "" to ask.
        """
        if job.kind in {"edit", "delete", "share"}:
            return lambda lane: self._follow(job, lane, resumed=resumed)
        started = time.monotonic()
        if instead:
            return lambda lane: self._reply(
                job,
                lane,
                self._now(self._replies.say(job, instead)),
                started,
                resumed=resumed,
            )
        made = asyncio.create_task(self._replies.make(job))
        return lambda lane: self._reply(job, lane, made, started, resumed=resumed)

    async def _now(self, reply: Reply) -> Reply:
        return reply

    async def _reply(
        self,
        job: Job,
        lane: Lane,
        made: Awaitable[Reply],
        started: float,
        *,
        resumed: bool,
    ) -> None:
        context, inbox = self._context, self._context.state.inbox
        try:
            reply = await made
        except asyncio.CancelledError:
            if isinstance(made, asyncio.Task):
                made.cancel()
            raise
        if not await context.store(inbox.begin, job.key, context.owner):
            log(
                "dropped", kind=job.kind, channel=job.channel
            )  # retracted, or taken over
            return
        if reply.answer is not None:
            await self._replies.save(job, reply.answer)
        if job.private:
            ended = await context.delivery.respond(job, reply.forms[0], lane)
        else:
            ended = await context.delivery.post(
                job, list(reply.forms), reply.answer_id, lane, resumed=resumed
            )
        final = await context.store(
            inbox.finish, job.key, ended.status, ended.ts, job.outline()
        )
        if final == "retracted" and ended.ts:
            await context.delivery.delete(job.channel, ended.ts, lane)
        if ended.status == "done" and reply.answer is not None and job.thread_key:
            await self._engage(job)
        self._note(job, ended, reply.answer_id)
        context.metrics.replying.observe(time.monotonic() - started)

    async def _engage(self, job: Job) -> None:
        context = self._context
        if not job.private:
            engage = context.state.threads.engage
            await context.store(engage, job.thread_key, job.user, context.clock())

    async def _follow(self, job: Job, lane: Lane, *, resumed: bool) -> None:
        context, inbox = self._context, self._context.state.inbox
        if not await context.store(inbox.begin, job.key, context.owner):
            return
        match job.kind:
            case "edit":
                ended = await self._revise(job, lane)
            case "delete":
                ended = await self._take_back(job, lane)
            case _:
                ended = await self._share(job, lane, resumed=resumed)
        await context.store(
            inbox.finish, job.key, ended.status, ended.ts, job.outline()
        )
        self._note(job, ended)

    async def _revise(self, job: Job, lane: Lane) -> Delivered:
        entry = await self._finished(question_key(job.team, job.channel, job.target))
        if entry is None or entry.status != "done" or not entry.reply:
            return Delivered("failed", error="nothing to revise")
        reply = await self._replies.make(job)
        if reply.answer is not None:
            await self._replies.save(job, reply.answer)
        return await self._context.delivery.update(
            job, entry.reply, list(reply.forms), lane
        )

    async def _finished(self, key: str) -> Entry | None:
        """Look a question up, waiting a little while it is being answered."""
        context = self._context
        until = time.monotonic() + _ELSEWHERE_S
        while True:
            entry = await context.store(context.state.inbox.get, key)
            unfinished = entry is not None and entry.status in {"waiting", "sending"}
            if not unfinished or time.monotonic() > until:
                return entry
            await asyncio.sleep(_LOOK_S)

    async def _take_back(self, job: Job, lane: Lane) -> Delivered:
        key = question_key(job.team, job.channel, job.target)
        entry = await self._context.store(self._context.state.inbox.get, key)
        if entry is None or not entry.reply:
            return Delivered("done")
        return await self._context.delivery.delete(job.channel, entry.reply, lane)

    async def _share(self, job: Job, lane: Lane, *, resumed: bool) -> Delivered:
        context = self._context
        stored = await context.store(context.state.answers.get, job.target)
        reason = await context.permission.refusal(job)
        if stored is None or stored.place != job.place:
            reason = reason or "gone"
        elif not within(stored.visible, context.visible(job.channel)):
            reason = reason or "cannot_share"
        if stored is None or reason:
            return await self._decline(job, lane, reason)
        message = blocks.shared_message(
            read_answer(stored.payload),
            context.style(job.channel),
            str(stored.payload["question"]),
        )
        forms = [message, blocks.bare(message)]
        ended = await context.delivery.post(
            job, forms, job.target, lane, resumed=resumed
        )
        if ended.error in {"not_in_channel", "channel_not_found"}:
            return await self._decline(job, lane, "invite", name=context.me.name)
        return ended

    async def _decline(
        self, job: Job, lane: Lane, reason: str, **values: object
    ) -> Delivered:
        reply = self._replies.say(job, reason, **values)
        await self._context.delivery.respond(job, reply.forms[0], lane)
        return Delivered("failed", error=reason)

    def _note(self, job: Job, ended: Delivered, answer: str = "") -> None:
        self._context.metrics.replies.labels(job.kind, ended.status).inc()
        level = logging.INFO if ended.status == "done" else logging.ERROR
        log(
            "replied",
            level,
            kind=job.kind,
            status=ended.status,
            error=ended.error,
            channel=job.channel,
            ts=job.ts,
            reply=ended.ts,
            answer=answer,
        )
