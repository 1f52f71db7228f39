"""Answers and votes in Redis.

An answer is a hash; its id is in three sorted sets by time: of all answers, of its
asker's, and of its thread's. Votes are the fields of one hash, named by answer and
voter, and are kept for good.
"""

# ruff: noqa: D102 - documented in the Protocols

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.state.protocol import StoredAnswer, Vote
from bot.state.redis_space import RedisSpace

_REMOVE = """
local function remove(prefix, by_time, id)
  local answer = prefix .. id
  local of, within = unpack(redis.call('HMGET', answer, 'of', 'within'))
  if of then
    redis.call('ZREM', of, id)
    redis.call('ZREM', within, id)
  end
  redis.call('ZREM', by_time, id)
  redis.call('DEL', answer)
end
"""
_SAVE = (
    _REMOVE
    + """
local given, of, within, prefix = KEYS[2], KEYS[3], KEYS[4], ARGV[2]
local id, when, negative, json = unpack(ARGV, 3)
remove(prefix, given, id)
redis.call('HSET', prefix .. id, 'of', of, 'within', within, 'json', json)
redis.call('ZADD', given, when, id)
redis.call('ZADD', of, negative, id)
redis.call('ZADD', within, when, id)
return true
"""
)
_FORGET = (
    _REMOVE
    + """
local given, prefix, before, limit = KEYS[2], ARGV[2], ARGV[3], ARGV[4]
local old = redis.call('ZRANGEBYSCORE', given, '-inf', before, 'LIMIT', 0, limit)
for _, id in ipairs(old) do remove(prefix, given, id) end
return #old
"""
)
_VOTE = "return redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])"


@dataclass(frozen=True, slots=True)
class RedisAnswers:
    """Answers as hashes."""

    space: RedisSpace

    def save(self, answer: StoredAnswer) -> None:
        visible = answer.visible
        values = {
            **asdict(answer),
            "visible": None if visible is None else sorted(visible),
        }
        keys = [self._given, self._of(answer.asker), self._within(answer.thread)]
        times = answer.given, -answer.given
        arguments = (self._prefix, answer.id, *times, json.dumps(values))
        self.space.once(_SAVE, keys, arguments)

    def get(self, id_: str) -> StoredAnswer | None:
        return next(iter(self._read([id_])), None)

    def recent(self, asker: str, limit: int) -> list[StoredAnswer]:
        # Negative times: ZRANGE then gives the newest first, and equal ones by id.
        return self._read(self._range(self._of(asker), 0, limit - 1))

    def of_thread(self, thread: str, limit: int) -> list[StoredAnswer]:
        return self._read(self._range(self._within(thread), -limit, -1))

    def forget(self, before: float) -> int:
        return self.space.forget(_FORGET, [self._given], self._prefix, before)

    @property
    def _prefix(self) -> str:
        return self.space.key("answer", "")

    @property
    def _given(self) -> str:
        return self.space.key("answers")

    def _of(self, asker: str) -> str:
        return self.space.key("answers", "of", asker)

    def _within(self, thread: str) -> str:
        return self.space.key("answers", "in", thread)

    def _range(self, key: str, first: int, last: int) -> list[str]:
        found = self.space.link.call("ZRANGE", key, first, last)
        return [each.decode() for each in found]

    def _read(self, ids: Sequence[str]) -> list[StoredAnswer]:
        """Read answers; one that is forgotten meanwhile is left out."""
        found = self.space.hashes([self._prefix + each for each in ids])
        return [_answer(each["json"]) for each in found if each]


@dataclass(frozen=True, slots=True)
class RedisFeedback:
    """Votes as the fields of a hash."""

    space: RedisSpace

    def vote(self, vote: Vote) -> bool:
        field = json.dumps([vote.answer, vote.voter])
        keys = [self.space.key("votes")]
        return bool(self.space.once(_VOTE, keys, (field, json.dumps(asdict(vote)))))

    def votes(self) -> list[Vote]:
        (found,) = self.space.hashes([self.space.key("votes")])
        votes = (Vote(**json.loads(each)) for each in found.values())
        return sorted(votes, key=lambda each: (each.given, each.answer, each.voter))


def _answer(text: str) -> StoredAnswer:
    values = json.loads(text)
    visible = values["visible"]
    return StoredAnswer(
        **{**values, "visible": None if visible is None else frozenset(visible)}
    )
