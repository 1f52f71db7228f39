"""Claims in Redis: for any number of processes and machines.

An entry is a hash. Its key is also in one of two sorted sets: while it is unfinished,
in ``due``, by the end of its lease; then in ``over``, by the time it was taken in.
"""

# ruff: noqa: D102 - documented in the Protocols

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.redis_link import Word
from bot.state.protocol import Entry, EntryStatus
from bot.state.redis_space import FORGET, RedisSpace, pairs

_CLAIM = """
local entry, due, key = KEYS[2], KEYS[3], ARGV[2]
if redis.call('EXISTS', entry) == 1 then return false end
redis.call('HSET', entry, 'key', key, 'payload', ARGV[3], 'status', 'waiting',
  'owner', ARGV[4], 'received', ARGV[6], 'attempts', 1, 'reply', '')
redis.call('ZADD', due, ARGV[5], key)
return true
"""
_TAKE = """
local due, prefix = KEYS[2], ARGV[2]
local owner, now, lease, limit = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local found = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now)) do
  local received = tonumber(redis.call('HGET', prefix .. key, 'received'))
  found[#found + 1] = {received, key}
end
table.sort(found, function(a, b)
  if a[1] ~= b[1] then return a[1] < b[1] end
  return a[2] < b[2]
end)
local taken = {}
for number = 1, math.min(limit, #found) do
  local key = found[number][2]
  local entry = prefix .. key
  redis.call('HSET', entry, 'owner', owner)
  redis.call('HINCRBY', entry, 'attempts', 1)
  redis.call('ZADD', due, lease, key)
  taken[number] = redis.call('HGETALL', entry)
end
return taken
"""
_RENEW = """
local due, prefix, owner, lease, count = KEYS[2], ARGV[2], ARGV[3], ARGV[4], 0
for number = 5, #ARGV do
  local key = ARGV[number]
  local owned = redis.call('HGET', prefix .. key, 'owner') == owner
  if owned and redis.call('ZSCORE', due, key) then
    redis.call('ZADD', due, lease, key)
    count = count + 1
  end
end
return count
"""
_RELEASE = """
local due, prefix, owner, count = KEYS[2], ARGV[2], ARGV[3], 0
for _, key in ipairs(redis.call('ZRANGE', due, 0, -1)) do
  if redis.call('HGET', prefix .. key, 'owner') == owner then
    redis.call('ZADD', due, 0, key)
    count = count + 1
  end
end
return count
"""
_BEGIN = """
local entry, due, key, owner = KEYS[2], KEYS[3], ARGV[2], ARGV[3]
local unfinished = redis.call('ZSCORE', due, key)
if not unfinished or redis.call('HGET', entry, 'owner') ~= owner then return false end
redis.call('HSET', entry, 'status', 'sending')
return true
"""
_FINISH = """
local entry, due, over, key = KEYS[2], KEYS[3], KEYS[4], ARGV[2]
local status, received = unpack(redis.call('HMGET', entry, 'status', 'received'))
if not status then return 'retracted' end
if status ~= 'retracted' then status = ARGV[3] end
redis.call('HSET', entry, 'status', status, 'reply', ARGV[4], 'payload', ARGV[5])
redis.call('ZREM', due, key)
redis.call('ZADD', over, received, key)
return status
"""
_RETRACT = """
local entry, due, over, key, now = KEYS[2], KEYS[3], KEYS[4], ARGV[2], ARGV[3]
local before = redis.call('HGETALL', entry)
if #before == 0 then
  redis.call('HSET', entry, 'key', key, 'payload', '{}', 'owner', '',
    'received', now, 'attempts', 0, 'reply', '')
end
redis.call('HSET', entry, 'status', 'retracted')
redis.call('ZREM', due, key)
redis.call('ZADD', over, redis.call('HGET', entry, 'received'), key)
return before
"""


@dataclass(frozen=True, slots=True)
class RedisInbox:
    """Entries whose leases are the scores of a sorted set."""

    space: RedisSpace

    def claim(
        self, key: str, payload: Mapping[str, Any], owner: str, now: float, lease: float
    ) -> bool:
        arguments = (key, json.dumps(payload), owner, now + lease, now)
        return bool(self.space.once(_CLAIM, self._keys(key)[:2], arguments))

    def take(self, owner: str, now: float, lease: float, limit: int) -> list[Entry]:
        due = self.space.key("due")
        if not self.space.link.call("ZCOUNT", due, "-inf", now):
            return []  # the usual case: reads need no disk
        arguments = (self._prefix, owner, now, now + lease, limit)
        taken = self.space.once(_TAKE, [due], arguments)
        return [_entry(pairs(each)) for each in taken]

    def renew(self, owner: str, keys: Iterable[str], now: float, lease: float) -> int:
        wanted = sorted(keys)
        if not wanted:
            return 0
        arguments: list[Word] = [self._prefix, owner, now + lease, *wanted]
        return int(self.space.once(_RENEW, [self.space.key("due")], arguments))

    def release(self, owner: str) -> int:
        due = self.space.key("due")
        return int(self.space.once(_RELEASE, [due], (self._prefix, owner)))

    def begin(self, key: str, owner: str) -> bool:
        return bool(self.space.once(_BEGIN, self._keys(key)[:2], (key, owner)))

    def finish(
        self,
        key: str,
        status: Literal["done", "failed"],
        reply: str,
        payload: Mapping[str, Any],
    ) -> EntryStatus:
        arguments = (key, status, reply, json.dumps(payload))
        return cast("EntryStatus", self.space.once(_FINISH, self._keys(key), arguments))

    def retract(self, key: str, now: float) -> Entry | None:
        before = self.space.once(_RETRACT, self._keys(key), (key, now))
        return _entry(pairs(before)) if before else None

    def get(self, key: str) -> Entry | None:
        (found,) = self.space.hashes([self._prefix + key])
        return _entry(found) if found else None

    def unfinished(self) -> int:
        return int(self.space.link.call("ZCARD", self.space.key("due")))

    def forget(self, before: float) -> int:
        return self.space.forget(FORGET, [self.space.key("over")], self._prefix, before)

    @property
    def _prefix(self) -> str:
        return self.space.key("entry", "")

    def _keys(self, key: str) -> list[str]:
        return [self._prefix + key, self.space.key("due"), self.space.key("over")]


def _entry(fields: Mapping[str, str]) -> Entry:
    return Entry(
        key=fields["key"],
        payload=json.loads(fields["payload"]),
        status=cast("EntryStatus", fields["status"]),
        received=float(fields["received"]),
        attempts=int(fields["attempts"]),
        reply=fields["reply"],
    )
