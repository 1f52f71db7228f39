"""Suggested questions: only such that are answered when they are tried."""

from __future__ import annotations

from bot.channels.slack.context import Context
from bot.channels.slack.desk import Visible
from bot.channels.slack.logs import log, log_error
from bot.channels.slack.markup import readable
from bot.channels.slack.phrases import phrase
from bot.errors import BotError

_MOST = 4  # Slack shows no more
_TRIED = 24  # titles asked about until enough are answered
_LONGEST = 75  # characters


class Prompts:
    """Tries questions once for each filter and index, and remembers which work."""

    def __init__(self, context: Context) -> None:
        """Try nothing yet."""
        self._context = context
        self._known: dict[tuple[str, Visible], list[str]] = {}

    async def suggest(self, channel: str) -> None:
        """Set the prompts of a conversation with the bot.

        Without ``thread_ts``: in the agent view the call fails silently with it.
        """
        context = self._context
        try:
            chosen = await self._choose(context.visible(channel))
        except (BotError, TimeoutError) as error:
            log_error("prompts_error", error)
            return
        if not chosen or not channel:
            return
        call = {
            "channel_id": channel,
            "title": phrase(context.style(channel).language, "prompts"),
            "prompts": [{"title": each, "message": each} for each in chosen],
        }
        result = await context.caller.call(
            "assistant.threads.setSuggestedPrompts", call
        )
        if not result.done:
            log("prompts_failed", error=result.error, outcome=result.outcome)

    async def _choose(self, visible: Visible) -> list[str]:
        context = self._context
        known = await context.workers.run(context.desk.overview, visible)
        key = (known.index, visible)
        if key not in self._known:
            titles = (f"What is {title}?" for title in known.titles[:_TRIED])
            tried = context.config.prompts or tuple(titles)
            self._known = {key: await self._answered(tried, visible)}
        return self._known[key]

    async def _answered(
        self, questions: tuple[str, ...], visible: Visible
    ) -> list[str]:
        context = self._context
        answered: list[str] = []
        for each in questions:
            question = " ".join(readable(each).split())
            if len(question) > _LONGEST:
                continue
            answer = await context.workers.run(
                context.desk.ask, question, visible=visible
            )
            if answer.status == "answered":
                answered.append(question)
            if len(answered) == _MOST:
                break
        return answered
