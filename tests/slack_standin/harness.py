"""Runs the real service against the stand-in, in one process or several."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec

from bot.channels.slack.service import Parts, Service
from bot.channels.slack.tokens import Secrets
from bot.slack_config import SlackConfig
from bot.state.protocol import State
from tests.kept import Kept
from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.standin import SlackStandIn
from tests.slack_standin.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Message

P = ParamSpec("P")
QUICK = SlackConfig(
    port=0,
    retry_seconds=0.02,
    post_interval=0.01,
    lease_seconds=0.6,
    drain_seconds=2.0,
    ping_seconds=0.4,
    per_person=0,
    per_channel=0,
)


def asynchronous(
    test: Callable[P, Coroutine[Any, Any, None]],
) -> Callable[P, None]:
    """Let pytest run a coroutine; one that hangs fails."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def limited() -> None:
            async with asyncio.timeout(100):
                await test(*args, **kwargs)

        asyncio.run(limited())

    return run


@dataclass(slots=True)
class Running:
    """A service with what surrounds it."""

    slack: SlackStandIn
    bot: FakeBot
    service: Service
    state: State
    config: SlackConfig
    folder: Path

    def replies(self, channel: str, thread: str | None = None) -> list[Message]:
        """The bot's messages."""
        return self.slack.workspace.replies(channel, thread)

    async def settled(self, seconds: float = 20) -> None:
        """Wait until nothing is being done."""
        await self.slack.until(
            lambda: (
                self.service.health()["waiting"] == 0
                and self.state.inbox.unfinished() == 0
            ),
            seconds,
        )

    async def answer_to(self, ts: str, channel: str = "C0GENERAL") -> Message:
        """Wait for the reply to a message, and until nothing more is being done."""
        await self.slack.until(lambda: self.replies(channel, ts))
        await self.settled()
        (reply,) = self.replies(channel, ts)
        return reply

    def check(self) -> None:
        """What holds after every test: Slack found nothing wrong, nobody was called."""
        assert self.slack.api.rejections == []
        assert self.slack.api.mentions == []


@asynccontextmanager
async def running(
    folder: Path,
    config: SlackConfig = QUICK,
    *,
    slack: SlackStandIn | None = None,
    bot: FakeBot | None = None,
    url: str = "",
    store: Mapping[str, Any] | None = None,
) -> AsyncIterator[Running]:
    """Serve a stand-in; a second one over the same folder or url shares its state."""
    if slack is None:
        async with (
            SlackStandIn(redeliver_after=1.0) as own,
            running(folder, config, slack=own, bot=bot, url=url, store=store) as found,
        ):
            yield found
        return
    config = dataclasses.replace(config, api_url=slack.api_url)
    bot = bot or FakeBot()
    state = Kept(folder, url, store or {}).state()
    parts = Parts(
        config=config,
        desk=bot.desk(),
        state=state,
        secrets=Secrets(BOT_TOKEN, APP_TOKEN, SIGNING_SECRET),
        ask_instead="Ms Example",
    )
    if config.mode == "socket":
        parts = dataclasses.replace(parts, secrets=Secrets(BOT_TOKEN, APP_TOKEN))
    before = slack.socket_mode.opened
    try:
        async with Service(parts) as service:
            if config.mode == "http":
                slack.use_http(f"http://127.0.0.1:{service.port}/slack/events")
            else:
                await slack.until(lambda: slack.socket_mode.opened > before)
            yield Running(slack, bot, service, state, config, folder)
    finally:
        bot.go.set()
        state.backend.close()


def with_config(**changes: Any) -> SlackConfig:  # noqa: ANN401 - fields of SlackConfig
    """The quick configuration, changed."""
    return dataclasses.replace(QUICK, **changes)


def shown(message: Message) -> str:
    """Everything a message says, in one string."""
    from tests.slack_standin import checks  # noqa: PLC0415 - only here

    return "\n".join(checks.texts(message.get("blocks", [])))
