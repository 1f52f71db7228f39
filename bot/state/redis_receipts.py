"""Receipts in Redis.

A receipt is a hash; its id is in two sorted sets, of all receipts by time and of those
of its index, newest first. Settings are fields of a hash beside a count of the receipts
that name them, so that they go with the last one.
"""

# ruff: noqa: D102 - documented in the Protocols

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.state.receipts import Receipt
from bot.state.redis_space import RedisSpace

_READ = 500  # receipts read in one go

_REMOVE = """
local function remove(prefix, given, settings, uses, id)
  local receipt = prefix .. id
  local place, configuration = unpack(redis.call('HMGET', receipt, 'place', 'settings'))
  if place then
    redis.call('ZREM', place, id)
    if redis.call('HINCRBY', uses, configuration, -1) <= 0 then
      redis.call('HDEL', uses, configuration)
      redis.call('HDEL', settings, configuration)
    end
  end
  redis.call('ZREM', given, id)
  redis.call('DEL', receipt)
end
"""
_SAVE = (
    _REMOVE
    + """
local given, settings, uses, place, prefix = KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[2]
local id, when, negative, json, configuration, values = unpack(ARGV, 3)
remove(prefix, given, settings, uses, id)
redis.call('HSET', settings, configuration, values)
redis.call('HINCRBY', uses, configuration, 1)
redis.call('HSET', prefix .. id, 'place', place, 'settings', configuration,
  'json', json)
redis.call('ZADD', given, when, id)
redis.call('ZADD', place, negative, id)
return true
"""
)
_FORGET = (
    _REMOVE
    + """
local given, settings, uses, prefix = KEYS[2], KEYS[3], KEYS[4], ARGV[2]
local old = redis.call('ZRANGEBYSCORE', given, '-inf', ARGV[3], 'LIMIT', 0, ARGV[4])
for _, id in ipairs(old) do remove(prefix, given, settings, uses, id) end
return #old
"""
)


@dataclass(frozen=True, slots=True)
class RedisReceipts:
    """Receipts as hashes; JSON in ASCII, so that any question can be stored."""

    space: RedisSpace

    def save(self, receipt: Receipt, settings: Mapping[str, Any]) -> None:
        arguments = (
            self._prefix,
            receipt.id,
            receipt.given,
            -receipt.given,
            json.dumps(receipt.payload()),
            receipt.configuration,
            json.dumps(settings, sort_keys=True),
        )
        self.space.once(_SAVE, [*self._keys, self._place(receipt.place)], arguments)

    def get(self, id_: str) -> Receipt | None:
        return next(iter(self._read([id_])), None)

    def all(self, place: str) -> list[Receipt]:
        # Negative times: ZRANGE then gives the newest first, and equal ones by id.
        ids = iter(self.space.link.call("ZRANGE", self._place(place), 0, -1))
        found: list[Receipt] = []
        while some := [each.decode() for each in islice(ids, _READ)]:
            found += self._read(some)
        return found

    def settings(self, configuration: str) -> Mapping[str, Any] | None:
        found = self.space.link.call("HGET", self.space.key("settings"), configuration)
        return None if found is None else dict(json.loads(found))

    def forget(self, before: float) -> int:
        return self.space.forget(_FORGET, self._keys, self._prefix, before)

    def close(self) -> None:
        self.space.close()

    @property
    def _prefix(self) -> str:
        return self.space.key("receipt", "")

    @property
    def _keys(self) -> list[str]:
        return [self.space.key(each) for each in ("receipts", "settings", "uses")]

    def _place(self, place: str) -> str:
        return self.space.key("receipts", "of", place)

    def _read(self, ids: Sequence[str]) -> list[Receipt]:
        """Read receipts; one that is forgotten meanwhile is left out."""
        found = self.space.hashes([self._prefix + each for each in ids])
        return [
            Receipt.from_payload(json.loads(each["json"])) for each in found if each
        ]
