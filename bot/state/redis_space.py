"""The keys of the state in Redis, and scripts that happen once however often sent."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import StateError
from bot.redis_link import Link, Word

FORMAT = "1"  # of the keys; kept under the key "format"
_BATCH = 500  # things that one script removes, while all others wait for it
_SPARE_SECONDS = 60  # beyond the last retry, for a reply that is still on its way

# A connection may break after a change and before its reply. The retry carries the
# same id, finds what the first one returned, and changes nothing. Arguments are the
# script's own, and come after the two of this frame.
_ONCE = """
local known = redis.call('GET', KEYS[1])
if known then return known end
local function run()
%s
end
local reply = cjson.encode(run())
redis.call('SET', KEYS[1], reply, 'EX', ARGV[1])
return reply
"""

# For things that are one key each, in a sorted set by the time they are kept for.
FORGET = """
local times, prefix, before, limit = KEYS[2], ARGV[2], ARGV[3], ARGV[4]
local old = redis.call('ZRANGEBYSCORE', times, '-inf', before, 'LIMIT', 0, limit)
for _, key in ipairs(old) do
  redis.call('DEL', prefix .. key)
  redis.call('ZREM', times, key)
end
return #old
"""


@dataclass(frozen=True, slots=True)
class RedisSpace:
    """All keys of one bot's state.

    They share the hash tag ``{state}``, so that a cluster keeps them on one shard,
    where scripts may change several of them at once.
    """

    link: Link

    def key(self, *parts: str) -> str:
        """Name a key."""
        return self.link.key("{state}", *parts)

    def once(
        self, script: str, keys: Sequence[str], arguments: Sequence[Word] = ()
    ) -> Any:  # noqa: ANN401 - what the script returns, as JSON
        """Run the body of a Lua function, exactly once.

        Args:
            script: returns what JSON can hold; its keys begin at KEYS[2] and its
                arguments at ARGV[2].
            keys: that it uses by name.
            arguments: numbers lose no digit.
        """
        call = self.key("call", uuid.uuid4().hex)
        kept = math.ceil(self.link.config.retry_seconds) + _SPARE_SECONDS
        reply = self.link.script(_ONCE % script, [call, *keys], [kept, *arguments])
        return json.loads(reply)

    def open(self) -> None:
        """Claim the keys for this format.

        Raises:
            StateError: another version wrote them, or the server cannot be used.
        """
        key = self.key("format")
        self.link.change("SET", key, FORMAT, "NX")
        found = self.link.call("GET", key)
        if found != FORMAT.encode():
            raise StateError(
                f"The state at {self.link.config.url} has format "
                f"{(found or b'?').decode(errors='replace')}, this bot writes "
                f"{FORMAT}: use the bot that wrote it, or another store.prefix."
            )

    def check(self) -> None:
        """Write something, which also finds a replica and a full memory."""
        self.link.change("SET", self.key("check"), "1", "EX", _SPARE_SECONDS)

    def close(self) -> None:
        """Let the connections go."""
        self.link.close()

    def hashes(self, keys: Sequence[str]) -> list[dict[str, str]]:
        """Read hashes in one go; one that does not exist is empty."""
        replies = self.link.calls([("HGETALL", key) for key in keys])
        return [
            {name.decode(): value.decode() for name, value in each.items()}
            for each in replies
        ]

    def forget(
        self, script: str, keys: Sequence[str], prefix: str, before: float
    ) -> int:
        """Run a script that removes some of what is older, until nothing is left.

        Args:
            script: returns how many it removed; ARGV[2] is the prefix, ARGV[3] the
                time as a bound of a range that leaves it out, ARGV[4] how many.
            keys: that it uses by name.
            prefix: of the keys that it makes up.
            before: the time.
        """
        count = 0
        while True:
            gone = int(self.once(script, keys, (prefix, f"({before!r}", _BATCH)))
            count += gone
            if gone < _BATCH:
                return count


def pairs(flat: Sequence[str]) -> dict[str, str]:
    """Read the fields of a hash as a script returns them: name, value, name, ..."""
    return dict(zip(flat[::2], flat[1::2], strict=True))
