"""What the bot is asked to do, as records that survive a restart."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

JobKind = Literal[
    "mention", "direct", "follow_up", "command", "shortcut", "share", "edit", "delete"
]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in this workspace, as auth.test tells."""

    team: str
    user: str
    bot: str
    enterprise: str = ""
    name: str = ""
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do for one person in one place.

    ``target`` is the ts of the question that an edit or a deletion is about, the id
    of the answer that is shared.
    """

    kind: JobKind
    team: str
    channel: str
    user: str
    ts: str  # of the message; of a command, its trigger; of a share, its attempt
    text: str = ""  # as Slack sent it
    thread: str = ""  # where the reply goes; "" is the channel itself
    target: str = ""
    shared: bool | None = None  # with another organisation; None: not told
    response_url: str = ""  # for replies that only the asker sees

    @property
    def key(self) -> str:
        """The same for every delivery, and for the mention and message of one ts."""
        place = f"{self.team}/{self.channel}/"
        match self.kind:
            case "edit" | "delete":
                return f"{place}{self.target}#{self.kind}/{self.ts}"
            case "share":
                return f"{place}#share/{self.target}/{self.ts}"
            case "command" | "shortcut":
                return f"{place}#{self.kind}/{self.ts}"
            case _:
                return question_key(self.team, self.channel, self.ts)

    @property
    def private(self) -> bool:
        """Whether only the asker sees the reply."""
        return self.kind in {"command", "shortcut"}

    @property
    def place(self) -> str:
        """Team and channel."""
        return f"{self.team}/{self.channel}"

    @property
    def thread_key(self) -> str:
        """Team, channel and thread; "" outside threads."""
        return f"{self.place}/{self.thread}" if self.thread else ""

    def payload(self) -> dict[str, Any]:
        """The job as JSON."""
        return dataclasses.asdict(self)

    def outline(self) -> dict[str, Any]:
        """The job as JSON for keeping when it is done: without text and address."""
        return dataclasses.replace(self, text="", response_url="").payload()

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Job:
        """Read back what ``payload`` wrote."""
        return cls(**payload)


def question_key(team: str, channel: str, ts: str) -> str:
    """Name a message for claims."""
    return f"{team}/{channel}/{ts}"


def mark_of(key: str) -> str:
    """Name a reply after what it answers; goes into the metadata of the message."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
