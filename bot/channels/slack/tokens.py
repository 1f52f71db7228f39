"""Tokens from the environment or from files that only their owner can read."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import SlackError
from bot.slack_config import SlackConfig

_LONGEST = 4_096  # characters of a token file


@dataclass(frozen=True, slots=True)
class Secrets:
    """What Slack and the bot prove themselves with; never shown."""

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)  # Socket Mode
    signing_secret: str = field(default="", repr=False)  # HTTP


def read_secrets(config: SlackConfig, environment: Mapping[str, str]) -> Secrets:
    """Read the tokens that the mode needs.

    Each is in a variable, or in a file that the variable with _FILE added names.

    Raises:
        SlackError: one is missing, has another kind's prefix, or its file can be
            read by others.
    """
    needs_app = config.mode == "socket"
    return Secrets(
        bot_token=_read(environment, "SLACK_BOT_TOKEN", "xoxb-"),
        app_token=_read(environment, "SLACK_APP_TOKEN", "xapp-") if needs_app else "",
        signing_secret=""
        if needs_app
        else _read(environment, "SLACK_SIGNING_SECRET", ""),
    )


def _read(environment: Mapping[str, str], name: str, prefix: str) -> str:
    value = environment.get(name, "").strip()
    path = environment.get(f"{name}_FILE", "")
    if not value and path:
        value = _read_file(Path(path))
    if not value:
        raise SlackError(
            f"{name} is not set: copy it from the app's page at api.slack.com/apps "
            f"into the environment, or into a file that {name}_FILE names."
        )
    if not value.startswith(prefix) or not value.isascii() or not value.isprintable():
        raise SlackError(f"{name} does not look like one: it starts with {prefix}")
    return value


def _read_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SlackError(
                f"{path} can be read by others: run `chmod 600 {path}` and rotate "
                "the token if anyone else uses this machine."
            )
        with path.open(encoding="ascii", errors="replace") as file:
            return file.read(_LONGEST).strip()
    except OSError as error:
        raise SlackError(f"{path} cannot be read: {error.strerror}.") from error
