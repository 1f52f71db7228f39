"""HTTP: events in HTTP mode, and in both modes health and metrics."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.channels.slack import gate
from bot.channels.slack.context import Context
from bot.channels.slack.logs import log

EVENTS_PATH = "/slack/events"
_READ_S = 5.0  # for a whole request body
Health = Callable[[], dict[str, Any]]


class Server:
    """A small web server on a chosen address."""

    def __init__(
        self, context: Context, health: Health, app: AsyncApp | None, secret: str
    ) -> None:
        """Listen to nothing yet.

        Args:
            context: the address and the metrics.
            health: tells how the service is.
            app: receives events; None in Socket Mode.
            secret: what Slack signs with.
        """
        self._context, self._health = context, health
        self._secret = secret
        self.open = True
        routes = web.Application(client_max_size=gate.MAX_BODY)
        routes.router.add_get("/healthz", self._healthz)
        routes.router.add_get("/metrics", self._metrics)
        if app is not None:
            routes.router.add_post(EVENTS_PATH, functools.partial(self._events, app))
        self._runner = web.AppRunner(routes, access_log=None)

    async def start(self) -> int:
        """Listen; returns the port, which may have been left to the system."""
        await self._runner.setup()
        config = self._context.config
        await web.TCPSite(self._runner, config.host, config.port).start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        health = self._health()
        status = 200 if health["status"] == "ok" else 503
        return web.json_response(health, status=status)

    async def _metrics(self, _: web.Request) -> web.Response:
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=self._context.metrics.text(), headers=headers)

    async def _events(self, app: AsyncApp, request: web.Request) -> web.Response:
        if not self.open:
            return web.Response(status=503)  # Slack delivers it again, elsewhere
        try:
            async with asyncio.timeout(_READ_S):
                body = await request.read()
        except TimeoutError:
            return self._refused("slow", 408)
        headers = request.headers
        refusal = gate.refuse(
            self._secret,
            headers.get("X-Slack-Request-Timestamp"),
            headers.get("X-Slack-Signature"),
            body,
            time.time(),
        )
        if refusal:
            return self._refused(refusal, 401)
        if not gate.readable(request.content_type, body):
            return self._refused("json", 400)
        response = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(response)

    def _refused(self, reason: str, status: int) -> web.Response:
        self._context.metrics.refused.labels(reason).inc()
        log("request_refused", reason=reason)
        return web.Response(status=status)
