"""The whole stand-in: what people do in Slack, and what they then see."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.slack_standin import checks
from tests.slack_standin.deliveries import Delivered, HttpMode, SocketMode
from tests.slack_standin.web_api import Fault, WebApi
from tests.slack_standin.workspace import BOT_ID, BOT_USER, TEAM, Message, Workspace


class SlackStandIn:
    """Slack on this machine. Use as an async context manager."""

    def __init__(self, *, redeliver_after: float = 3.0, echo: bool = True) -> None:
        """Start nothing yet.

        Args:
            redeliver_after: seconds without acknowledgement, 3 in Slack.
            echo: deliver the bot's own messages back to it as events.
        """
        self.workspace = Workspace()
        self.socket_mode = SocketMode(self._changed, redeliver_after)
        self.http_mode: HttpMode | None = None
        self.api = WebApi(self.workspace, self._changed)
        self.api.socket_url = lambda: (
            f"ws://127.0.0.1:{self.port}/socket?ticket={uuid.uuid4()}"
        )
        if echo:
            self.api.posted = self._echo
        self.seen_privately: list[tuple[str, dict[str, Any]]] = []
        self.respond_faults: list[Fault] = []
        self.port = 0
        self._event = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        """Listen on a free port of the loopback interface."""
        routes = web.Application(client_max_size=2**24)
        routes.router.add_route("*", "/api/{method}", self.api.handle)
        routes.router.add_get("/socket", self.socket_mode.handle)
        routes.router.add_post("/respond/{user}/{id}", self._responded)
        self._runner = web.AppRunner(routes, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """What the SDK is to use as base_url."""
        return f"http://127.0.0.1:{self.port}/api/"

    def use_http(self, url: str) -> None:
        """Deliver to a server instead of through a socket."""
        after = self.socket_mode.redeliver_after
        self.http_mode = HttpMode(url, after, self._session)

    async def until(self, holds: Callable[[], object], seconds: float = 20) -> None:
        """Wait until something holds; looks whenever anything happened."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._event.clear()
                try:
                    async with asyncio.timeout(0.05):
                        await self._event.wait()
                except TimeoutError:
                    continue

    def send(self, kind: str, payload: dict[str, Any]) -> asyncio.Task[Delivered]:
        """Deliver in the background."""
        mode = self.http_mode or self.socket_mode
        task = asyncio.create_task(mode.deliver(kind, payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def event(self, channel: str, event: dict[str, Any]) -> dict[str, Any]:
        """Wrap an event as Slack does."""
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0APP0000",
            "event_id": f"Ev{uuid.uuid4().hex[:12]}",
            "is_ext_shared_channel": self.workspace.channel(channel).shared,
            "event": {"channel": channel, **event},
        }

    def write(
        self,
        channel: str,
        user: str,
        text: str,
        thread: str | None = None,
        **more: object,
    ) -> Message:
        """Let someone write a message, which tells the bot nothing yet."""
        message = {"user": user, "text": text, **more}
        if thread:
            message["thread_ts"] = thread
        return self.workspace.add(channel, message)

    def message_event(self, channel: str, message: Message) -> dict[str, Any]:
        """The event `message` about a message."""
        kind = self.workspace.channel(channel).kind
        return self.event(channel, {**message, "channel_type": kind})

    def mention_event(self, channel: str, message: Message) -> dict[str, Any]:
        """The event `app_mention` about a message."""
        return self.event(channel, {**message, "type": "app_mention"})

    def mention(
        self,
        channel: str,
        text: str,
        user: str = "UANN00000",
        thread: str | None = None,
    ) -> tuple[str, asyncio.Task[Delivered]]:
        """Ask the bot in a channel: two events, as an app with both gets."""
        message = self.write(channel, user, f"<@{BOT_USER}> {text}", thread)
        self.send("events_api", self.message_event(channel, message))
        task = self.send("events_api", self.mention_event(channel, message))
        return message["ts"], task

    def direct(
        self, text: str, user: str = "UANN00000", channel: str = "D0ANN0000"
    ) -> str:
        """Write to the bot."""
        message = self.write(channel, user, text)
        self.send("events_api", self.message_event(channel, message))
        return str(message["ts"])

    def edit(self, channel: str, ts: str, text: str) -> asyncio.Task[Delivered]:
        """Edit a message."""
        message = self.workspace.channel(channel).messages[ts]
        before = dict(message)
        edited = {"user": message["user"], "ts": self.workspace.next_ts()}
        message.update(text=text, edited=edited)
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": dict(message),
            "previous_message": before,
            "ts": edited["ts"],
        }
        return self.send("events_api", self.event(channel, event))

    def delete(self, channel: str, ts: str) -> asyncio.Task[Delivered]:
        """Delete a message."""
        before = self.workspace.channel(channel).messages.pop(ts)
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": ts,
            "previous_message": before,
            "ts": self.workspace.next_ts(),
        }
        return self.send("events_api", self.event(channel, event))

    def command(
        self, text: str, user: str = "UANN00000", channel: str = "C0GENERAL"
    ) -> asyncio.Task[Delivered]:
        """Use /ask."""
        payload = {
            "command": "/ask",
            "text": text,
            "team_id": TEAM,
            "channel_id": channel,
            "user_id": user,
            "trigger_id": f"{uuid.uuid4()}",
            "response_url": self.response_url(user),
        }
        return self.send("slash_commands", payload)

    def click(
        self, channel: str, user: str, action: str, value: str, kind: str = "button"
    ) -> asyncio.Task[Delivered]:
        """Press a button under an answer."""
        pressed = {"type": kind, "action_id": action, "block_id": "b", "value": value}
        payload = self._interaction(channel, user, "block_actions")
        return self.send("interactive", {**payload, "actions": [pressed]})

    def submit(
        self, view: dict[str, Any], user: str, values: dict[str, Any]
    ) -> asyncio.Task[Delivered]:
        """Send a form."""
        payload = self._interaction("", user, "view_submission")
        shown = {**view, "id": "V1", "state": {"values": values}}
        return self.send("interactive", {**payload, "view": shown})

    def shortcut(
        self, channel: str, user: str, message: Message
    ) -> asyncio.Task[Delivered]:
        """Have a message looked up."""
        payload = self._interaction(channel, user, "message_action")
        more = {"callback_id": "ask_about_this", "message": message}
        return self.send("interactive", {**payload, **more})

    def open_tab(self, user: str, tab: str, channel: str = "D0ANN0000") -> None:
        """Open the bot's home or its conversation."""
        event = {"type": "app_home_opened", "user": user, "tab": tab}
        self.send("events_api", self.event(channel, event))

    def response_url(self, user: str) -> str:
        """An address for replies that only one person sees."""
        return f"http://127.0.0.1:{self.port}/respond/{user}/{uuid.uuid4()}"

    def private_replies(self, user: str) -> list[dict[str, Any]]:
        """What only this person has seen."""
        return [body for who, body in self.seen_privately if who == user]

    def _interaction(self, channel: str, user: str, kind: str) -> dict[str, Any]:
        payload: dict[str, Any] = {
            "type": kind,
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": f"{uuid.uuid4()}",
        }
        if channel:
            payload["channel"] = {"id": channel}
            payload["response_url"] = self.response_url(user)
        return payload

    async def _responded(self, request: web.Request) -> web.Response:
        fault = self.respond_faults.pop(0) if self.respond_faults else None
        if fault is not None:
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return web.Response(status=fault.status, headers=headers)
        body = await request.json()
        problem = checks.message_problem(body.get("text", ""), body.get("blocks"))
        if problem:
            self.api.rejections.append(f"response_url: {problem}")
            return web.Response(status=400, text=problem.partition(":")[0])
        self.api.mentions += checks.calls(body.get("text", ""), body.get("blocks"))
        self.seen_privately.append((request.match_info["user"], body))
        self._changed()
        return web.Response(text="ok")

    async def _echo(self, channel: str, message: Message) -> None:
        echoed = {**message, "bot_id": BOT_ID}
        self.send("events_api", self.message_event(channel, echoed))

    def _changed(self) -> None:
        self._event.set()
