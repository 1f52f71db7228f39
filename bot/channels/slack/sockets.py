"""Socket Mode: bolt's handler, and a watchdog that reconnects without waiting."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.channels.slack.context import Context
from bot.channels.slack.logs import log, log_error

_LOOK_S = 0.5
_HANDSHAKE_S = 20.0  # for a connection to come up; then it is tried anew


class Sockets:
    """Keeps one Socket Mode connection up."""

    def __init__(self, context: Context, app: AsyncApp, app_token: str) -> None:
        """Connect to nothing yet; needs a running loop."""
        self._context = context
        handler: Any = AsyncSocketModeHandler(
            app, app_token, ping_interval=context.config.ping_seconds
        )
        self._handler, self._client = handler, handler.client
        self._client.enqueue_message = self._enqueue
        self._tasks: list[asyncio.Task[None]] = []
        self.connected = False

    async def start(self) -> None:
        """Begin to connect; goes on until it works, and for as long as it runs."""
        self._tasks = [asyncio.create_task(self._watch())]

    async def close(self) -> None:
        """Disconnect."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._handler.close_async()
        client = self._client
        tasks = (
            client.message_processor,
            client.current_session_monitor,
            client.message_receiver,
        )
        await asyncio.gather(
            *(task for task in tasks if task is not None), return_exceptions=True
        )
        self._show(connected=False)

    async def _watch(self) -> None:
        """Look often: the SDK notices a closed connection only at its next ping."""
        while True:
            try:
                up = await self._client.is_connected()
                self._show(connected=up)
                if not up:
                    # Not wait_for: in Python 3.11 it may swallow a cancellation.
                    async with asyncio.timeout(_HANDSHAKE_S):
                        await self._connect()
            except Exception as error:  # noqa: BLE001 - it must go on trying
                log_error("connect_error", error)
            await asyncio.sleep(_LOOK_S if self.connected else self._pause())

    async def _connect(self) -> None:
        if self._client.current_session is not None:
            self._context.metrics.reconnects.inc()
            log("reconnecting", logging.WARNING)
        await self._client.connect_to_new_endpoint()

    def _pause(self) -> float:
        return min(self._context.config.retry_seconds, 5.0)

    def _show(self, *, connected: bool) -> None:
        if connected != self.connected:
            log("connected" if connected else "disconnected")
        self.connected = connected
        self._context.metrics.connected.set(connected)

    async def _enqueue(self, message: str) -> None:
        """Drop what is no JSON object: the SDK logs and quotes what it cannot read."""
        try:
            readable = isinstance(json.loads(message), dict)
        except (ValueError, RecursionError):
            readable = False
        if readable:
            await self._client.message_queue.put(message)
        else:
            self._context.metrics.refused.labels("frame").inc()
