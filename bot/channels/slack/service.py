"""Serves Slack: starts the parts in order, and stops them without losing anything."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.channels.slack.answerer import Workers
from bot.channels.slack.context import Context
from bot.channels.slack.desk import Desk
from bot.channels.slack.intake import Intake
from bot.channels.slack.jobs import Identity
from bot.channels.slack.listeners import make_app
from bot.channels.slack.logs import log, log_error
from bot.channels.slack.server import Server
from bot.channels.slack.sockets import Sockets
from bot.channels.slack.tokens import Secrets
from bot.channels.slack.web import Caller, WebCaller, open_client
from bot.errors import SlackError
from bot.slack_config import SlackConfig
from bot.state.protocol import State

_DAY_S = 86_400.0
_FORGET_EVERY_S = 3_600.0
_CLAIMS_DAYS = 7.0  # Slack delivers again within hours
_START_TRIES = 5


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is made of."""

    config: SlackConfig
    desk: Desk
    state: State
    secrets: Secrets
    ask_instead: str = ""


class Service:
    """One process of the bot in Slack."""

    def __init__(self, parts: Parts) -> None:
        """Start nothing yet."""
        self._parts = parts
        self.drained = False
        self._sockets: Sockets | None = None
        self._forgot = time.monotonic()
        self._stored = True  # the state could be used when it was last

    async def __aenter__(self) -> Self:
        """Start; raises SlackError when Slack refuses the tokens."""
        async with AsyncExitStack() as stack:  # undoes what was started, on an error
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop taking in, finish what is being done, leave the rest for later."""
        self._server.open = False
        await self._stack.aclose()
        log("stopped", drained=self.drained)

    async def _start(self, stack: AsyncExitStack) -> None:
        """Start the parts; the stack stops them in the opposite order."""
        parts, config = self._parts, self._parts.config
        timeout = aiohttp.ClientTimeout(total=config.post_seconds)
        session = aiohttp.ClientSession(timeout=timeout)
        await stack.enter_async_context(session)
        client = open_client(parts.secrets.bot_token, config.api_url, session)
        caller = WebCaller(client, session)
        self._context = context = Context(
            config=config,
            desk=parts.desk,
            state=parts.state,
            me=await identify(caller, config),
            caller=caller,
            owner=uuid.uuid4().hex,
            workers=Workers(config.workers, config.answer_seconds),
            ask_instead=parts.ask_instead,
        )
        stack.push_async_callback(context.close)
        self._intake = Intake(context)
        # Bolt's own client has no token: all calls go through ours, which counts them.
        bare = open_client(None, config.api_url, session)
        app = make_app(context, self._intake, bare, parts.secrets)
        over_http = config.mode == "http"
        served = app if over_http else None
        secret = parts.secrets.signing_secret
        self._server = Server(context, self.health, served, secret)
        stack.push_async_callback(self._server.close)
        stack.push_async_callback(self._drain)
        self.port = await self._server.start()
        self._keeper = asyncio.create_task(self._keep())
        stack.push_async_callback(self._stop_keeper)
        if not over_http:
            self._sockets = Sockets(context, app, parts.secrets.app_token)
            stack.push_async_callback(self._sockets.close)
            await self._sockets.start()
        me = context.me
        log("started", mode=config.mode, port=self.port, bot=me.user, team=me.team)

    async def _drain(self) -> None:
        self.drained = await self._intake.drain(self._parts.config.drain_seconds)

    async def _stop_keeper(self) -> None:
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)

    def health(self) -> dict[str, Any]:
        """Tell how the service is: no names, no text."""
        connected = self._sockets is None or self._sockets.connected
        well = connected and self._stored and not self._context.revoked
        well = well and self._intake.open
        return {
            "status": "ok" if well else "unwell",
            "connected": connected,
            "stored": self._stored,
            "revoked": self._context.revoked,
            "waiting": self._intake.waiting,
        }

    @property
    def context(self) -> Context:
        """The parts that run."""
        return self._context

    async def _keep(self) -> None:
        """Keep leases, take up what others left, and forget what is old."""
        while True:
            try:
                await self._intake.recover()
                if time.monotonic() - self._forgot > _FORGET_EVERY_S:
                    self._forgot = time.monotonic()
                    await forget(self._context)
            except Exception as error:  # noqa: BLE001 - the next round may work
                log_error("keeper_error", error)
                self._stored = False
            else:
                self._stored = True
            await asyncio.sleep(self._parts.config.lease_seconds / 3)


async def identify(caller: Caller, config: SlackConfig) -> Identity:
    """Ask Slack who the bot is.

    Raises:
        SlackError: Slack refuses the token, or cannot be reached.
    """
    for attempt in range(_START_TRIES):
        result = await caller.call("auth.test", {})
        if result.done:
            return _identity(result.data, result.headers)
        if result.outcome == "refused":
            raise SlackError(
                f"Slack refuses SLACK_BOT_TOKEN ({result.error}): copy the Bot User "
                "OAuth Token again, and install the app to the workspace first."
            )
        log("start_retry", logging.WARNING, error=result.error)
        await asyncio.sleep(result.wait or config.retry_seconds * 2**attempt)
    raise SlackError(
        f"Slack at {config.api_url} does not answer: check the network and its status."
    )


async def forget(context: Context) -> None:
    """Remove claims, threads and answers that are past their time."""
    now, state = context.clock(), context.state
    before = now - context.config.keep_days * _DAY_S
    claims = now - max(_CLAIMS_DAYS, context.config.edit_seconds / _DAY_S) * _DAY_S
    gone = await context.store(state.inbox.forget, claims)
    gone += await context.store(state.answers.forget, before)
    gone += await context.store(state.threads.forget, before)
    log("forgot", rows=gone)


def _identity(data: Mapping[str, Any], headers: Mapping[str, str]) -> Identity:
    scopes = {key.lower(): value for key, value in headers.items()}.get(
        "x-oauth-scopes"
    )
    return Identity(
        team=str(data.get("team_id") or ""),
        user=str(data.get("user_id") or ""),
        bot=str(data.get("bot_id") or ""),
        enterprise=str(data.get("enterprise_id") or ""),
        name=str(data.get("user") or ""),
        scopes=frozenset(filter(None, (scopes or "").replace(" ", "").split(","))),
    )
