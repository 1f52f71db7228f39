"""Slack's Web API: checks token, scope, arguments and content as Slack does."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.slack_standin import checks
from tests.slack_standin.workspace import (
    APP_TOKEN,
    BOT_ID,
    BOT_TOKEN,
    BOT_USER,
    TEAM,
    Message,
    Workspace,
)

ALL_SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "chat:write",
        "commands",
        "im:history",
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "users:read",
    }
)


@dataclass(frozen=True, slots=True)
class Method:
    """What a method takes and needs; ``also`` are arguments that may be left out."""

    needs: frozenset[str]
    also: frozenset[str] = frozenset()
    scopes: tuple[str, ...] = ()  # any of them


def _method(needs: str, also: str = "", scopes: str = "") -> Method:
    return Method(
        frozenset(needs.split()), frozenset(also.split()), tuple(scopes.split())
    )


_SHOWN = "text blocks metadata parse mrkdwn link_names"
_READ = "channels:history groups:history im:history"
METHODS = {
    "auth.test": _method(""),
    "apps.connections.open": _method(""),
    "chat.postMessage": _method(
        "channel", f"{_SHOWN} thread_ts unfurl_links unfurl_media", "chat:write"
    ),
    "chat.update": _method("channel ts", _SHOWN, "chat:write"),
    "chat.delete": _method("channel ts", "", "chat:write"),
    "conversations.replies": _method(
        "channel ts", "limit oldest cursor include_all_metadata", _READ
    ),
    "conversations.history": _method(
        "channel", "limit oldest cursor include_all_metadata", _READ
    ),
    "conversations.info": _method("channel", "", "channels:read groups:read"),
    "users.info": _method("user", "", "users:read"),
    "views.open": _method("trigger_id view"),
    "views.publish": _method("user_id view"),
    "assistant.threads.setStatus": _method(
        "channel_id thread_ts status", "", "chat:write"
    ),
    "assistant.threads.setSuggestedPrompts": _method(
        "channel_id prompts", "title", "assistant:write"
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with one call."""

    status: int = 200
    error: str = ""
    retry_after: str = ""
    html: bool = False
    hang: float = 0.0  # seconds before anything happens
    drop: bool = False  # the connection, instead of a response
    carried_out: bool = False  # all the same


@dataclass(frozen=True, slots=True)
class Call:
    """A call that arrived."""

    method: str
    arguments: dict[str, Any]
    at: float  # monotonic seconds


@dataclass(slots=True)
class WebApi:
    """Carries out calls on a workspace, or fails as it was told to."""

    workspace: Workspace
    changed: Callable[[], None]
    socket_url: Callable[[], str] = lambda: ""
    posted: Callable[[str, Message], Awaitable[None]] | None = None
    scopes: frozenset[str] = ALL_SCOPES
    post_interval: float = 0.0  # seconds between posts to a channel; 0 is no limit
    calls: list[Call] = field(default_factory=list)
    rejections: list[str] = field(default_factory=list)  # what was wrong with calls
    mentions: list[str] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: defaultdict[str, deque[Fault]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _last_post: dict[str, float] = field(default_factory=dict)

    def called(self, method: str) -> list[Call]:
        """All calls of a method, in order."""
        return [each for each in self.calls if each.method == method]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append(Call(method, arguments, time.monotonic()))
        self.changed()
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault is None:
            return self._respond(*await self._carry_out(request, method, arguments))
        await asyncio.sleep(fault.hang)
        if fault.carried_out or (
            fault.hang and not fault.error and fault.status == 200
        ):
            result = await self._carry_out(request, method, arguments)
        else:
            result = ({"ok": not fault.error, "error": fault.error}, "")
        if fault.drop:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if fault.status == 200:
            return self._respond(*result)
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        if fault.html:
            return web.Response(
                status=fault.status, text="<html>bad gateway", content_type="text/html"
            )
        body = {"ok": False, "error": fault.error or "internal_error"}
        return web.json_response(body, status=fault.status, headers=headers)

    def _respond(self, body: dict[str, Any], retry_after: str) -> web.Response:
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
        if retry_after:
            headers["Retry-After"] = retry_after
            return web.json_response(body, status=429, headers=headers)
        return web.json_response(body, headers=headers)

    async def _carry_out(
        self, request: web.Request, method: str, arguments: dict[str, Any]
    ) -> tuple[dict[str, Any], str]:
        error = self._refuse(request, method, arguments)
        if not error and method == "chat.postMessage":
            wait = self._wait(arguments["channel"])
            if wait:
                return {"ok": False, "error": "ratelimited"}, f"{wait:.3f}"
        result = {} if error else await self._do(method, arguments)
        error = error or str(result.get("error", ""))
        if error:
            self.rejections.append(f"{method}: {error}")
            result = {"error": error.partition(":")[0]}
        self.changed()
        return {"ok": not error, **result}, ""

    def _refuse(
        self, request: web.Request, method: str, arguments: dict[str, Any]
    ) -> str:
        spec = METHODS.get(method)
        if spec is None:
            return "unknown_method"
        token = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if request.headers.get("Authorization") != f"Bearer {token}":
            return "invalid_auth"
        if spec.scopes and not self.scopes.intersection(spec.scopes):
            return "missing_scope"
        odd = arguments.keys() - spec.needs - spec.also
        if odd or not spec.needs <= arguments.keys():
            return f"invalid_arguments: {sorted(odd) or sorted(spec.needs)}"
        return ""

    def _wait(self, channel: str) -> float:
        now = time.monotonic()
        wait = self._last_post.get(channel, -1e9) + 0.9 * self.post_interval - now
        if wait > 0:
            return wait
        self._last_post[channel] = now
        return 0.0

    async def _do(  # noqa: PLR0911 - one branch a method
        self, method: str, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        match method:
            case "auth.test":
                return {
                    "team_id": TEAM,
                    "user_id": BOT_USER,
                    "bot_id": BOT_ID,
                    "user": "kb-answers",
                }
            case "apps.connections.open":
                return {"url": self.socket_url()}
            case "chat.postMessage":
                return await self._post(arguments)
            case "chat.update" | "chat.delete":
                return self._change(method, arguments)
            case "conversations.replies" | "conversations.history":
                return self._read(method, arguments)
            case "conversations.info":
                channel = self.workspace.channel(arguments["channel"])
                return {"channel": {"id": channel.id, "is_ext_shared": channel.shared}}
            case "users.info":
                user = self.workspace.user(arguments["user"])
                found = {"team_id": user.team, "is_restricted": user.restricted}
                return {"user": {"id": user.id, **found}}
            case "views.open" | "views.publish":
                return self._view(arguments)
        return {}

    async def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = self.workspace.channel(arguments["channel"])
        if channel.archived:
            return {"error": "is_archived"}
        if not channel.has_bot:
            return {"error": "not_in_channel"}
        problem = self._content_problem(arguments)
        if problem:
            return {"error": problem}
        kept = {
            key: value
            for key, value in arguments.items()
            if key in {"text", "blocks", "metadata", "thread_ts"}
        }
        message = self.workspace.add(
            channel.id, {**kept, "bot_id": BOT_ID, "user": BOT_USER}
        )
        if self.posted is not None:
            await self.posted(channel.id, message)
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    def _change(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        messages = self.workspace.channel(arguments["channel"]).messages
        message = messages.get(arguments["ts"])
        if message is None or message.get("bot_id") != BOT_ID:
            return {"error": "message_not_found"}
        if method == "chat.delete":
            del messages[arguments["ts"]]
            return {}
        problem = self._content_problem(arguments)
        if problem:
            return {"error": problem}
        shown: dict[str, Any] = {
            key: arguments[key] for key in ("text", "blocks") if key in arguments
        }
        message.update(shown, edited={"ts": self.workspace.next_ts()})
        return {"ts": message["ts"]}

    def _content_problem(self, arguments: dict[str, Any]) -> str:
        text, blocks = arguments.get("text", ""), arguments.get("blocks")
        self.mentions += checks.calls(text, blocks)
        if arguments.get("link_names") or arguments.get("parse") == "full":
            self.mentions.append("names are linked")
        return checks.message_problem(text, blocks)

    def _read(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        messages = self.workspace.channel(arguments["channel"]).messages
        thread = arguments.get("ts")
        if method == "conversations.replies" and thread not in messages:
            return {"error": "thread_not_found"}
        found = [
            each
            for each in messages.values()
            if method == "conversations.history"
            or thread in {each["ts"], each.get("thread_ts")}
        ]
        start, size = (
            int(arguments.get("cursor") or 0),
            int(arguments.get("limit", 100)),
        )
        more = str(start + size) if start + size < len(found) else ""
        page = [
            _without_metadata(each, arguments) for each in found[start : start + size]
        ]
        return {"messages": page, "response_metadata": {"next_cursor": more}}

    def _view(self, arguments: dict[str, Any]) -> dict[str, Any]:
        view = arguments["view"]
        problem = checks.view_problem(view)
        if problem:
            return {"error": f"invalid_arguments: {problem}"}
        self.mentions += checks.calls("", view["blocks"])
        if "user_id" in arguments:
            self.homes[arguments["user_id"]] = view
        else:
            self.views.append(view)
        return {"view": view}


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(json.loads(await request.text()))
    form = await request.post()
    return {**request.query, **{key: str(value) for key, value in form.items()}}


def _without_metadata(message: Message, arguments: dict[str, Any]) -> Message:
    if str(arguments.get("include_all_metadata", "")).lower() == "true":
        return message
    return {key: value for key, value in message.items() if key != "metadata"}
