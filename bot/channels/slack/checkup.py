"""Checks tokens, scopes and clock, for `bot doctor`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import aiohttp

from bot.channels.slack.manifest import scopes
from bot.channels.slack.tokens import Secrets, read_secrets
from bot.channels.slack.web import Result, WebCaller, open_client
from bot.checks import Check
from bot.errors import SlackError
from bot.slack_config import SlackConfig

_TIMEOUT_S = 10.0
_SKEW_S = 60.0  # Slack's signatures are good for 300


def check_slack(config: SlackConfig, environment: Mapping[str, str]) -> list[Check]:
    """Check that Slack accepts the tokens, with all scopes, and that clocks agree."""
    try:
        secrets = read_secrets(config, environment)
    except SlackError as error:
        remedy = "see the README, Slack: set-up"
        return [Check("slack tokens", "failed", str(error), remedy)]
    return asyncio.run(_check(config, secrets))


async def _check(config: SlackConfig, secrets: Secrets) -> list[Check]:
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        bot = open_client(secrets.bot_token, config.api_url, session)
        result = await WebCaller(bot, session).call("auth.test", {})
        found = [_token("SLACK_BOT_TOKEN", result)]
        if result.done:
            found += [_scopes(config, result.headers), _clock(result.headers)]
        if secrets.app_token:
            app = open_client(secrets.app_token, config.api_url, session)
            opened = await WebCaller(app, session).call("apps.connections.open", {})
            found.append(_token("SLACK_APP_TOKEN", opened))
    return found


def _token(name: str, result: Result) -> Check:
    if result.done:
        return Check(name, "ok", "accepted by Slack")
    if result.outcome == "refused":
        return Check(
            name,
            "failed",
            f"Slack says {result.error}",
            "copy it again from api.slack.com/apps; install the app first",
        )
    return Check(name, "failed", f"no answer ({result.error})", "check the network")


def _scopes(config: SlackConfig, headers: Mapping[str, str]) -> Check:
    granted = _header(headers, "x-oauth-scopes").replace(" ", "").split(",")
    missing = [each for each in scopes(config) if each not in granted]
    spare = sorted(set(filter(None, granted)) - set(scopes(config)))
    if missing:
        return Check(
            "slack scopes",
            "failed",
            f"missing: {', '.join(missing)}",
            "paste `bot slack manifest` into the app's manifest and install it again",
        )
    if spare:
        detail = f"more than needed: {', '.join(spare)}"
        return Check("slack scopes", "warning", detail, "bot slack manifest")
    return Check("slack scopes", "ok", "exactly those that are needed")


def _clock(headers: Mapping[str, str]) -> Check:
    try:
        theirs = parsedate_to_datetime(_header(headers, "date")).timestamp()
    except ValueError:
        return Check("clock", "warning", "Slack told no time", "")
    skew = time.time() - theirs
    if abs(skew) <= _SKEW_S:
        return Check("clock", "ok", f"within {_SKEW_S:.0f} s of Slack's")
    return Check(
        "clock",
        "failed",
        f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Slack's",
        "set the clock, for example with NTP: signatures are good for 300 s",
    )


def _header(headers: Mapping[str, str], name: str) -> str:
    return {key.lower(): value for key, value in headers.items()}.get(name, "")
