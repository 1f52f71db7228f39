"""Who is answered where: the lists of bot.toml, shared channels, guests."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.channels.slack.jobs import Identity, Job
from bot.channels.slack.web import Caller
from bot.slack_config import SlackConfig

_REMEMBER_S = 600.0  # a person or channel that changed is noticed after this
_MOST = 10_000  # people and channels remembered
_TRIES = 3


@dataclass(slots=True)
class Permission:
    """Looks up what the lists cannot tell, and remembers it for ten minutes."""

    config: SlackConfig
    me: Identity
    caller: Caller
    clock: Callable[[], float] = time.monotonic
    _known: OrderedDict[str, tuple[float, bool]] = field(default_factory=OrderedDict)

    async def refusal(self, job: Job) -> str:
        """Return the name of the phrase that says why not, or ""."""
        reason = self.listed(job.channel, job.user)
        if reason:
            return reason
        if not self.config.allow_shared and not job.private:
            shared = await self.is_shared(job)
            if shared is not False:
                return "shared_unknown" if shared is None else "shared_denied"
        return await self.guest_refusal(job.user)

    def listed(self, channel: str, user: str) -> str:
        """Check the lists alone; an empty channel is the person's own home tab."""
        config = self.config
        if channel in config.deny_channels:
            return "channel_denied"
        outside = channel and channel not in config.allow_channels
        if config.allow_channels and outside and not channel.startswith("D"):
            return "channel_denied"
        if user in config.deny_people:
            return "person_denied"
        if config.allow_people and user not in config.allow_people:
            return "person_denied"
        return ""

    async def guest_refusal(self, user: str) -> str:
        """Check whether a person is a full member of this workspace."""
        if self.config.allow_guests:
            return ""
        guest = await self._look_up("users.info", "user", user)
        if guest is False:
            return ""
        return "guest_unknown" if guest is None else "guest_denied"

    async def is_shared(self, job: Job) -> bool | None:
        """Tell whether other organisations read a channel; None when unknown."""
        if job.channel.startswith("D"):
            return False  # a conversation with the bot alone: its reader is the asker
        if job.shared is not None:
            return job.shared
        return await self._look_up("conversations.info", "channel", job.channel)

    async def _look_up(self, method: str, kind: str, id_: str) -> bool | None:
        known = self._known.get(id_)
        if known and self.clock() - known[0] < _REMEMBER_S:
            return known[1]
        for attempt in range(_TRIES):
            result = await self.caller.call(method, {kind: id_})
            if result.done:
                found = result.data.get(kind)
                if not isinstance(found, dict):
                    return None
                told = self._outside(kind, found)
                self._remember(id_, outside=told)
                return told
            if result.outcome == "refused":
                return None
            pause = result.wait or self.config.retry_seconds * 2**attempt
            await asyncio.sleep(min(pause, self.config.answer_seconds))
        return None

    def _outside(self, kind: str, found: dict[str, object]) -> bool:
        if kind == "channel":
            return bool(
                found.get("is_ext_shared") or found.get("is_pending_ext_shared")
            )
        limited = any(
            found.get(each)
            for each in ("is_restricted", "is_ultra_restricted", "is_stranger")
        )
        elsewhere = found.get("team_id") not in {None, self.me.team}
        if elsewhere and self.me.enterprise:
            member = found.get("enterprise_user")
            same = isinstance(member, dict) and (
                member.get("enterprise_id") == self.me.enterprise
            )
            elsewhere = not same
        return limited or elsewhere

    def _remember(self, id_: str, *, outside: bool) -> None:
        self._known[id_] = (self.clock(), outside)
        self._known.move_to_end(id_)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
