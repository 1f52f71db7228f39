"""What all parts of one running Slack service share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.channels.slack.answerer import StateThread, Workers
from bot.channels.slack.blocks import Style
from bot.channels.slack.delivery import Delivery
from bot.channels.slack.desk import Desk, Visible
from bot.channels.slack.jobs import Identity, Job
from bot.channels.slack.logs import log_error
from bot.channels.slack.metrics import Metrics
from bot.channels.slack.permission import Permission
from bot.channels.slack.web import Caller
from bot.slack_config import SlackConfig
from bot.state.protocol import State


@dataclass(slots=True)
class Context:
    """The parts of a service, made once at its start."""

    config: SlackConfig
    desk: Desk
    state: State
    me: Identity
    caller: Caller
    owner: str  # of claims: this process
    workers: Workers
    metrics: Metrics = field(default_factory=Metrics)
    clock: Callable[[], float] = time.time
    ask_instead: str = ""  # where [slack] names nobody
    store: StateThread = field(default_factory=StateThread)
    permission: Permission = field(init=False)
    delivery: Delivery = field(init=False)
    revoked: bool = False  # the workspace has removed the app
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Join what depends on the rest."""
        self.permission = Permission(self.config, self.me, self.caller)
        self.delivery = Delivery(self.caller, self.config, self.metrics)

    def visible(self, channel: str) -> Visible:
        """The collections that may be shown in a channel."""
        chosen = self.config.channel(channel).collections
        return None if chosen is None else frozenset(chosen)

    def style(self, channel: str, *, private: bool = False) -> Style:
        """How messages look in a channel."""
        own = self.config.channel(channel)
        return Style(
            language=own.language or "en",
            ask_instead=own.ask_instead or self.ask_instead,
            private=private,
        )

    def style_of(self, job: Job) -> Style:
        """How the reply to a job looks."""
        return self.style(job.channel, private=job.private)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside; an error in it is logged, never lost."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def finish(self) -> None:
        """Wait for what runs beside."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stop what runs beside, and the threads."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.workers.close()
        self.store.close()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log_error("background_error", error)
