"""Threads in Redis: a hash each, and one sorted set by the time of the last news."""

# ruff: noqa: D102 - documented in the Protocols

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from bot.state.protocol import Thread, ThreadStatus
from bot.state.redis_space import FORGET, RedisSpace

_ASKER = "asker:"  # and a person's id: a field of the hash

_ENGAGE = """
redis.call('HSET', KEYS[2], 'status', 'engaged', ARGV[4], 1)
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[2])
return true
"""
_HAND_OVER = """
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
redis.call('HSET', KEYS[2], 'status', 'human')
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[2])
return true
"""


@dataclass(frozen=True, slots=True)
class RedisThreads:
    """Threads as hashes."""

    space: RedisSpace

    def engage(self, key: str, asker: str, now: float) -> None:
        self.space.once(_ENGAGE, self._keys(key), (key, now, _ASKER + asker))

    def hand_over(self, key: str, now: float) -> None:
        self.space.once(_HAND_OVER, self._keys(key), (key, now))

    def get(self, key: str) -> Thread:
        (fields,) = self.space.hashes([self._prefix + key])
        if not fields:
            return Thread()
        askers = (each for each in fields if each.startswith(_ASKER))
        return Thread(
            cast("ThreadStatus", fields["status"]),
            frozenset(each.removeprefix(_ASKER) for each in askers),
        )

    def forget(self, before: float) -> int:
        keys = [self.space.key("touched")]
        return self.space.forget(FORGET, keys, self._prefix, before)

    @property
    def _prefix(self) -> str:
        return self.space.key("thread", "")

    def _keys(self, key: str) -> list[str]:
        return [self._prefix + key, self.space.key("touched")]
