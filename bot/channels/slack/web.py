"""Calls to Slack, each told apart by what it leaves open: done, not done, unknown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

Outcome = Literal["done", "limited", "unsent", "unknown", "refused"]
_READS = frozenset(
    {
        "users.info",
        "conversations.info",
        "conversations.replies",
        "conversations.history",
    }
)  # these take no JSON
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_TRANSIENT = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "accesslimited",
    }
)  # Slack's own troubles; whether the call was carried out is not told
_DEFAULT_WAIT = 1.0
_LONGEST_WAIT = 300.0
_TOO_MANY, _SERVER_ERROR = 429, 500


@dataclass(frozen=True, slots=True)
class Result:
    """How a call ended.

    ``unsent`` and ``limited`` calls were not carried out, ``unknown`` ones may have
    been, ``refused`` ones never will be in this form.
    """

    outcome: Outcome
    data: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    wait: float = 0.0  # seconds that Slack asks for
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return self.outcome == "done"


class Caller(Protocol):
    """Calls Slack; never raises for what Slack or the network does."""

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Result:
        """Call a Web API method once."""
        ...

    async def respond(self, url: str, body: Mapping[str, Any]) -> Result:
        """Post to the response_url of a command or an interaction once."""
        ...


@dataclass(frozen=True, slots=True)
class WebCaller:
    """Calls Slack over HTTP, without any retry of its own.

    The SDK's retry handlers are off: a retry after a lost connection posts twice.
    """

    client: AsyncWebClient
    session: aiohttp.ClientSession

    async def call(  # noqa: D102 - documented in the Protocol
        self, method: str, arguments: Mapping[str, Any]
    ) -> Result:
        try:
            if method in _READS:
                values = {key: _form(value) for key, value in arguments.items()}
                response = await self.client.api_call(method, params=values)
            else:
                response = await self.client.api_call(method, json=dict(arguments))
        except SlackApiError as error:
            return _refusal(error)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return _no_response(error)
        data = response.data if isinstance(response.data, dict) else {}
        return Result("done", data, headers=dict(response.headers))

    async def respond(self, url: str, body: Mapping[str, Any]) -> Result:  # noqa: D102 - in the Protocol
        try:
            async with self.session.post(url, json=dict(body)) as response:
                text = (await response.text())[:200]
                if response.status == _TOO_MANY:
                    return Result("limited", wait=_retry_after(response.headers))
                if response.status >= _SERVER_ERROR:
                    return Result("unknown", error=f"http_{response.status}")
                if response.status >= 400:  # noqa: PLR2004 - HTTP: the client's fault
                    return Result("refused", error=text or f"http_{response.status}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return _no_response(error)
        return Result("done")


def open_client(
    token: str | None, api_url: str, session: aiohttp.ClientSession
) -> AsyncWebClient:
    """Make a client that shares the session and leaves retries to its caller."""
    return AsyncWebClient(
        token=token, base_url=api_url, session=session, retry_handlers=[]
    )


def _form(value: object) -> object:
    return ("false", "true")[value] if isinstance(value, bool) else value


def _no_response(error: BaseException) -> Result:
    """Tell a connection that never was from one that broke with the call on it."""
    name = type(error).__name__
    never_sent = isinstance(error, aiohttp.ClientConnectorError)
    return Result("unsent" if never_sent else "unknown", error=name)


def _refusal(error: SlackApiError) -> Result:
    response: Any = error.response
    status = int(getattr(response, "status_code", None) or response.status)
    data = getattr(response, "data", None)
    reason = data.get("error", "") if isinstance(data, dict) else ""
    headers = getattr(response, "headers", None) or {}
    if status == _TOO_MANY or reason in _LIMITED:
        return Result("limited", error=reason, wait=_retry_after(headers))
    if status >= _SERVER_ERROR or reason in _TRANSIENT or not reason:
        return Result("unknown", error=reason or f"http_{status}")
    return Result("refused", data if isinstance(data, dict) else {}, reason)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Read Retry-After, in whatever case and form, as seconds."""
    found = {key.lower(): value for key, value in headers.items()}.get("retry-after")
    try:
        seconds = float(found) if found is not None else _DEFAULT_WAIT
    except ValueError:
        return _DEFAULT_WAIT
    if not math.isfinite(seconds) or seconds < 0:
        return _DEFAULT_WAIT
    return min(seconds, _LONGEST_WAIT)
