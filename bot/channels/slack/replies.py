"""Makes the reply to a question: an answer, a refusal, or why there is none."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from bot.channels.slack import blocks
from bot.channels.slack.context import Context
from bot.channels.slack.desk import within
from bot.channels.slack.elements import Message
from bot.channels.slack.jobs import Job
from bot.channels.slack.limits import Limits
from bot.channels.slack.logs import log, log_error
from bot.channels.slack.markup import plain_question
from bot.channels.slack.phrases import phrase
from bot.channels.slack.views import overview_text
from bot.errors import BotError, InputError
from bot.payloads import answer_payload, read_answer
from bot.records import Answer
from bot.state.protocol import StoredAnswer

_TURNS = 20  # of a thread that a question is read in the light of
_STATUS_AFTER_S = 0.7  # quicker answers need no "is looking..."
_HELP = frozenset({"", "help", "hilfe", "?", "what can you answer", "what do you know"})


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply in several forms, the fullest first, and the answer it shows."""

    forms: tuple[Message, ...]
    answer: Answer | None = None

    @property
    def answer_id(self) -> str:
        """Of the answer; "" when the reply is none."""
        return self.answer.id if self.answer else ""


class Replies:
    """Asks on a worker, when the asker may be answered at all."""

    def __init__(self, context: Context) -> None:
        """Count from here on."""
        self._context = context
        self._limits = Limits(time.monotonic)

    async def make(self, job: Job) -> Reply:
        """Make the reply; always one, also when everything goes wrong."""
        try:
            reason = await self._refusal(job)
            if reason:
                log("refused", kind=job.kind, reason=reason, channel=job.channel)
                return self.say(job, reason)
            return await self._ask(job)
        except InputError as error:
            return Reply((blocks.notice(str(error)),))
        except TimeoutError:
            log("answer_timeout", logging.ERROR, kind=job.kind, channel=job.channel)
            return self.say(job, "timeout")
        except BotError as error:
            log_error("answer_error", error, kind=job.kind)
            return self.say(job, "unavailable")
        except Exception as error:  # noqa: BLE001 - the asker is told in any case
            log_error("answer_error", error, kind=job.kind)
            return self.say(job, "failed")

    def say(self, job: Job, name: str, /, **values: object) -> Reply:
        """Reply with a phrase of our own."""
        language = self._context.style_of(job).language
        return Reply((blocks.notice(phrase(language, name, **values)),))

    async def save(self, job: Job, answer: Answer) -> None:
        """Store an answer, so that the buttons under it work."""
        context = self._context
        stored = StoredAnswer(
            id=answer.id,
            place=job.place,
            thread=job.thread_key,
            asker=job.user,
            given=context.clock(),
            payload=answer_payload(answer),
            visible=context.visible(job.channel),
        )
        await context.store(context.state.answers.save, stored)

    async def _refusal(self, job: Job) -> str:
        context, config = self._context, self._context.config
        reason = await context.permission.refusal(job)
        if reason:
            return reason
        if await self._unwanted_follow_up(job):
            return "follow_off"
        if not self._limits.admit(f"{job.team}/{job.user}", config.per_person):
            return "too_many"
        if not job.private and not self._limits.admit(job.place, config.per_channel):
            return "channel_busy"
        return ""

    async def _unwanted_follow_up(self, job: Job) -> bool:
        if job.kind != "mention" or job.thread == job.ts:
            return False
        context = self._context
        if context.config.channel(job.channel).follow != "off":
            return False
        thread = await context.store(context.state.threads.get, job.thread_key)
        return thread.status != "unknown"

    async def _ask(self, job: Job) -> Reply:
        context = self._context
        question = plain_question(job.text, context.me.user)
        visible = context.visible(job.channel)
        style = context.style_of(job)
        if question.strip(" ?!.").casefold() in _HELP:
            known = await context.workers.run(context.desk.overview, visible)
            parts = (
                phrase(style.language, "help"),
                overview_text(known, style.language),
            )
            return Reply((blocks.notice("\n\n".join(parts)),))
        status = asyncio.create_task(self._show_status(job))
        started = time.monotonic()
        try:
            answer = await context.workers.run(
                context.desk.ask,
                question,
                visible=visible,
                turns=await self._turns(job),
            )
        finally:
            status.cancel()
        took = time.monotonic() - started
        context.metrics.answering.observe(took)
        said = question if context.config.log_questions else None
        log(
            "answered",
            answer=answer.id,
            status=answer.status,
            ms=round(took * 1000, 1),
            kind=job.kind,
            channel=job.channel,
            user=job.user,
            question=said,
        )
        forms = (
            blocks.answer_message(answer, style),
            blocks.answer_message(answer, style, blocks.SMALL),
            blocks.bare(blocks.answer_message(answer, style, blocks.SMALL)),
        )
        return Reply(forms, answer)

    async def _turns(self, job: Job) -> tuple[Answer, ...]:
        """What was answered before in the thread, as far as it may be shown now."""
        context = self._context
        if job.private or not job.thread_key or job.thread == job.ts:
            return ()
        given = await context.store(
            context.state.answers.of_thread, job.thread_key, _TURNS
        )
        allowed = context.visible(job.channel)
        return tuple(
            read_answer(each.payload)
            for each in given
            if within(each.visible, allowed) and each.payload["index"]
        )

    async def _show_status(self, job: Job) -> None:
        """Tell that a slow answer is under way; whether that works is no matter."""
        if job.private or not job.thread:
            return
        await asyncio.sleep(_STATUS_AFTER_S)
        text = phrase(self._context.style_of(job).language, "status")
        call = {"channel_id": job.channel, "thread_ts": job.thread, "status": text}
        result = await self._context.caller.call("assistant.threads.setStatus", call)
        if not result.done:
            log("status_failed", error=result.error, outcome=result.outcome)
