"""Takes things in: durably and once, before Slack is told that they arrived."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from bot.channels.slack.context import Context
from bot.channels.slack.events import Ignored, decide
from bot.channels.slack.jobs import Job, question_key
from bot.channels.slack.lanes import Lane, Lanes
from bot.channels.slack.logs import log, log_error
from bot.channels.slack.markup import mentions_others
from bot.channels.slack.work import Work
from bot.state.protocol import Entry

# A question taken up this often may be what kills the process: it is not asked
# again, and its asker is told so. Bystanders of as many kills are told the same.
_MOST_TAKES = 20


class Intake:
    """The inbox of one process: what it has claimed, and the lanes that do it."""

    def __init__(self, context: Context) -> None:
        """Start with nothing claimed."""
        self._context = context
        self._work = Work(context)
        self._lanes = Lanes(
            context.config.post_interval, lambda error: log_error("work_error", error)
        )
        self._held: set[str] = set()  # keys being worked on here
        self._empty = asyncio.Event()
        self._empty.set()
        self.open = True

    async def event(self, body: Mapping[str, Any]) -> None:
        """Take an event in; returns when it is on disk, or is none of ours."""
        job = decide(body, self._context.me)
        if isinstance(job, Ignored):
            self._context.metrics.ignored.labels(job.reason).inc()
            return
        match job.kind:
            case "follow_up":
                wanted = await self._leads(job)
            case "delete":
                wanted = await self._has_reply(job)
            case "edit":
                wanted = await self._was_asked(job)
            case _:
                wanted = True
        if wanted:
            await self.take(job)
        else:
            self._context.metrics.ignored.labels(f"{job.kind} of nothing").inc()

    async def take(self, job: Job) -> bool:
        """Claim a job and start it; False when it was claimed before."""
        context = self._context
        first = await context.store(
            context.state.inbox.claim,
            job.key,
            job.payload(),
            context.owner,
            context.clock(),
            context.config.lease_seconds,
        )
        if not first:
            context.metrics.ignored.labels("delivered before").inc()
            log("delivered_before", kind=job.kind, channel=job.channel, ts=job.ts)
            return False
        context.metrics.events.labels(job.kind).inc()
        self._start(job, resumed=False)
        return True

    async def recover(self) -> None:
        """Keep our leases, and take up what a process that died has left."""
        context = self._context
        now, lease = context.clock(), context.config.lease_seconds
        inbox = context.state.inbox
        await context.store(
            inbox.renew, context.owner, frozenset(self._held), now, lease
        )
        room = context.config.queue - len(self._held)
        if room <= 0 or not self.open:
            return
        for entry in await context.store(inbox.take, context.owner, now, lease, room):
            if entry.key not in self._held:
                await self._resume(entry)

    async def drain(self, seconds: float) -> bool:
        """Wait for what is being done; what is left goes to whoever comes next."""
        self.open = False
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            log("drain_incomplete", logging.WARNING, left=len(self._held))
        drained = not self._held
        await self._lanes.close()
        context = self._context
        await context.store(context.state.inbox.release, context.owner)
        return drained

    @property
    def waiting(self) -> int:
        """How many are claimed and not done, in this process."""
        return len(self._held)

    def _start(self, job: Job, *, resumed: bool, instead: str = "") -> None:
        if len(self._held) >= self._context.config.queue:
            instead = instead or "busy"
        self._held.add(job.key)
        self._empty.clear()
        self._context.metrics.waiting.set(len(self._held))
        work = self._work.prepare(job, resumed=resumed, instead=instead)

        async def run(lane: Lane) -> None:
            try:
                await work(lane)
            finally:
                self._done(job.key)

        # What only its asker sees has no order to keep, and waits for nobody.
        self._lanes.add(job.key if job.private else job.place, run)

    def _done(self, key: str) -> None:
        self._held.discard(key)
        self._context.metrics.waiting.set(len(self._held))
        if not self._held:
            self._empty.set()

    async def _resume(self, entry: Entry) -> None:
        try:
            job = Job.from_payload(entry.payload)
        except TypeError as error:  # written by another version
            log_error("unreadable_entry", error)
            finish = self._context.state.inbox.finish
            await self._context.store(finish, entry.key, "failed", entry.reply, {})
            return
        log("taken_up", kind=job.kind, status=entry.status, attempts=entry.attempts)
        instead = "failed" if entry.attempts > _MOST_TAKES else ""
        self._start(job, resumed=entry.status == "sending", instead=instead)

    async def _leads(self, job: Job) -> bool:
        """Whether the bot leads the thread; notes when a person takes over."""
        context = self._context
        if context.config.channel(job.channel).follow != "engaged":
            return False
        threads = context.state.threads
        thread = await context.store(threads.get, job.thread_key)
        if thread.status != "engaged":
            return False
        if job.user not in thread.askers:
            await context.store(threads.hand_over, job.thread_key, context.clock())
            return False
        return not mentions_others(job.text, context.me.user)

    async def _has_reply(self, job: Job) -> bool:
        """Mark the question as retracted; whether there is a reply to take back."""
        context = self._context
        key = question_key(job.team, job.channel, job.target)
        before = await context.store(context.state.inbox.retract, key, context.clock())
        return before is not None and bool(before.reply)

    async def _was_asked(self, job: Job) -> bool:
        """Whether an edited message was a question, and not too long ago."""
        context = self._context
        key = question_key(job.team, job.channel, job.target)
        asked = await context.store(context.state.inbox.get, key)
        if asked is None or asked.status in {"retracted", "failed"}:
            return False
        return context.clock() - asked.received <= context.config.edit_seconds
