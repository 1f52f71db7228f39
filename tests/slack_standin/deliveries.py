"""Brings events to the bot: Socket Mode over a WebSocket, or signed HTTP requests."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import io
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.slack_standin.workspace import SIGNING_SECRET


@dataclass(slots=True)
class Delivered:
    """How a delivery went."""

    attempts: int = 0
    acknowledged: bool = False
    seconds: float = 0.0  # from the last attempt to its acknowledgement
    response: Any = None
    status: int = 0  # of HTTP


@dataclass(slots=True, eq=False)
class Connection:
    """A WebSocket to the bot."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport
    alive: bool = True  # a half-open one neither reads nor writes


@dataclass(slots=True)
class SocketMode:
    """The server side of Socket Mode."""

    changed: Callable[[], None]
    redeliver_after: float = 3.0
    connections: list[Connection] = field(default_factory=list)
    opened: int = 0  # connections ever
    given_up: int = 0  # events that were never acknowledged
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection."""
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        transport = request.transport
        assert isinstance(transport, asyncio.Transport)
        connection = Connection(socket, transport)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.connections.append(connection)
        self.opened += 1
        self.changed()
        try:
            async for frame in socket:
                if not connection.alive:
                    continue
                if frame.type == aiohttp.WSMsgType.PING:
                    with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                        await socket.pong(frame.data)
                elif frame.type == aiohttp.WSMsgType.TEXT:
                    self._acknowledge(json.loads(frame.data))
        finally:
            self._drop(connection)
            self.changed()
        return socket

    async def deliver(self, kind: str, payload: dict[str, Any]) -> Delivered:
        """Bring an envelope, again after a while without acknowledgement."""
        result = Delivered()
        envelope = str(uuid.uuid4())
        retried = kind == "events_api"
        while result.attempts < (4 if retried else 1) and not result.acknowledged:
            connection = await self._connection()
            result.attempts += 1
            future = self._waiting[envelope] = (
                asyncio.get_running_loop().create_future()
            )
            frame = {
                "type": kind,
                "envelope_id": envelope,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
                "retry_attempt": result.attempts - 1,
            }
            started = time.monotonic()
            try:
                if connection.alive:
                    await connection.socket.send_json(frame)
                async with asyncio.timeout(self.redeliver_after):
                    result.response = await future
                result.acknowledged = True
                result.seconds = time.monotonic() - started
            except TimeoutError:
                continue
            except (ConnectionError, aiohttp.ClientError):
                result.attempts -= 1  # it never left
                self._drop(connection)
            finally:
                self._waiting.pop(envelope, None)
        self.given_up += retried and not result.acknowledged
        return result

    async def send_raw(self, text: str) -> None:
        """Send a frame of any content."""
        await (await self._connection()).socket.send_str(text)

    async def disconnect(self, reason: str) -> None:
        """Announce the end of a connection as Slack does, then end it."""
        connection = await self._connection()
        self.connections.remove(connection)  # no more events on this one
        await connection.socket.send_json({"type": "disconnect", "reason": reason})

    async def close_frame(self) -> None:
        """Close a connection in good order, unannounced."""
        connection = await self._connection()
        self.connections.remove(connection)
        await connection.socket.close()

    async def reset(self) -> None:
        """Cut a connection."""
        connection = await self._connection()
        self.connections.remove(connection)
        connection.transport.abort()

    async def half_open(self) -> None:
        """Leave a connection open and dead."""
        (await self._connection()).alive = False

    async def _connection(self) -> Connection:
        async with asyncio.timeout(30):
            while not self.connections:  # noqa: ASYNC110 - a test may wait so
                await asyncio.sleep(0.01)
        return self.connections[-1]

    def _drop(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)

    def _acknowledge(self, message: dict[str, Any]) -> None:
        future = self._waiting.get(str(message.get("envelope_id")))
        if future is not None and not future.done():
            future.set_result(message.get("payload"))


@dataclass(slots=True)
class HttpMode:
    """Sends signed requests to the bot's server."""

    url: str
    redeliver_after: float = 3.0
    session: aiohttp.ClientSession | None = None

    async def deliver(self, kind: str, payload: dict[str, Any]) -> Delivered:
        """Bring a payload; events again after a while without success."""
        body, content_type = encode(kind, payload)
        result = Delivered()
        retried = kind == "events_api"
        while result.attempts < (4 if retried else 1) and not result.acknowledged:
            headers = signed(body, content_type)
            if result.attempts:
                headers["X-Slack-Retry-Num"] = str(result.attempts)
            result.attempts += 1
            started = time.monotonic()
            try:
                result.status, text = await self.send(body, headers)
            except (TimeoutError, aiohttp.ClientError):
                await asyncio.sleep(0.05)
                continue
            result.acknowledged = result.status == 200
            result.seconds = time.monotonic() - started
            result.response = text
        return result

    async def send(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Send bytes with headers; returns status and text."""
        assert self.session is not None
        timeout = aiohttp.ClientTimeout(total=self.redeliver_after)
        async with self.session.post(
            self.url, data=io.BytesIO(body), headers=headers, timeout=timeout
        ) as response:
            return response.status, await response.text()


def encode(kind: str, payload: dict[str, Any]) -> tuple[bytes, str]:
    """Write a payload as Slack does for HTTP."""
    form = "application/x-www-form-urlencoded"
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    if kind == "slash_commands":
        return urlencode(payload).encode(), form
    return urlencode({"payload": json.dumps(payload)}).encode(), form


def signed(
    body: bytes, content_type: str = "application/json", age: float = 0
) -> dict[str, str]:
    """Headers with Slack's signature, made independently of the bot's code."""
    stamp = str(int(time.time() - age))
    digest = hmac.new(
        SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256
    )
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }
