"""The people, channels and messages of a made-up workspace."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

TEAM = "T0TEAM000"
BOT_USER = "UBOT00000"
BOT_ID = "BBOT00000"
BOT_TOKEN = "xoxb-canary-1111-bottoken"  # noqa: S105 - a made-up one that logs must not show
APP_TOKEN = "xapp-canary-2222-apptoken"  # noqa: S105 - the same
SIGNING_SECRET = "canary3333signingsecret"  # noqa: S105 - the same

Message = dict[str, Any]


@dataclass(slots=True)
class Channel:
    """A conversation, with every message that is in it."""

    id: str
    shared: bool = False
    archived: bool = False
    has_bot: bool = True
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The channel_type of its events."""
        return {"D": "im", "G": "group"}.get(self.id[0], "channel")


@dataclass(slots=True)
class User:
    """A person."""

    id: str
    restricted: bool = False
    team: str = TEAM


@dataclass(slots=True)
class Workspace:
    """Everything Slack would know; people and channels appear when first named."""

    channels: dict[str, Channel] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _start: int = field(default_factory=lambda: int(time.time()))

    def channel(self, id_: str) -> Channel:
        """Look a channel up."""
        return self.channels.setdefault(id_, Channel(id_))

    def user(self, id_: str) -> User:
        """Look a person up."""
        return self.users.setdefault(id_, User(id_))

    def next_ts(self) -> str:
        """A timestamp later than all before it."""
        number = next(self._numbers)
        return f"{self._start + number // 1_000_000}.{number % 1_000_000:06d}"

    def add(self, channel: str, message: Message) -> Message:
        """Put a message into a channel and give it its ts."""
        ts = self.next_ts()
        stored: Message = {"type": "message", **message, "ts": ts}
        self.channel(channel).messages[ts] = stored
        return stored

    def replies(self, channel: str, thread: str | None = None) -> list[Message]:
        """The bot's messages in a channel or one of its threads, oldest first."""
        return [
            each
            for each in self.channel(channel).messages.values()
            if each.get("bot_id") == BOT_ID
            and (thread is None or each.get("thread_ts") == thread)
        ]
