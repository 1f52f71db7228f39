"""Whatever is done, in whatever order, the file and the server tell the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.state.protocol import State, StoredAnswer, Vote
from tests.kept import Kept
from tests.redis_server import RedisServer

Step = Callable[[State], object]

_KEYS = st.sampled_from(["a", "b", "ü:1", "T/C/1.2"])
_OWNERS = st.sampled_from(["me", "you"])
_TIMES = st.sampled_from([0.0, 1.0, 1.5, 2.0, 1e9 + 0.1, 1e9 + 0.3])
_LIMITS = st.integers(1, 3)
_PAYLOADS = st.dictionaries(st.text(max_size=3), st.none() | st.text(), max_size=2)
_ANSWERS = st.builds(
    StoredAnswer,
    id=_KEYS,
    place=st.just("T/C"),
    thread=st.sampled_from(["", "t", "u"]),
    asker=_OWNERS,
    given=_TIMES,
    payload=_PAYLOADS,
    visible=st.none() | st.frozensets(_OWNERS),
)
_VOTES = st.builds(
    Vote,
    answer=_KEYS,
    voter=_OWNERS,
    verdict=st.sampled_from(["helpful", "not_helpful"]),
    question=st.just("why?"),
    given=_TIMES,
    comment=st.sampled_from(["", "ä\n\x00"]),
    payload=st.none() | _PAYLOADS,
)


def _step(part: str, method: str, *arguments: st.SearchStrategy[Any]) -> Any:  # noqa: ANN401 - a strategy of steps, named for a failing example
    def bind(values: tuple[Any, ...]) -> tuple[str, Step]:
        name = f"{part}.{method}{values!r}"
        return name, lambda state: getattr(getattr(state, part), method)(*values)

    return st.tuples(*arguments).map(bind)


_INBOX = st.one_of(
    _step("inbox", "claim", _KEYS, _PAYLOADS, _OWNERS, _TIMES, _TIMES),
    _step("inbox", "take", _OWNERS, _TIMES, _TIMES, _LIMITS),
    _step("inbox", "renew", _OWNERS, st.frozensets(_KEYS), _TIMES, _TIMES),
    _step("inbox", "release", _OWNERS),
    _step("inbox", "begin", _KEYS, _OWNERS),
    _step(
        *("inbox", "finish", _KEYS, st.sampled_from(["done", "failed"])),
        *(st.sampled_from(["", "1.1"]), _PAYLOADS),
    ),
    _step("inbox", "retract", _KEYS, _TIMES),
    _step("inbox", "get", _KEYS),
    _step("inbox", "unfinished"),
    _step("inbox", "forget", _TIMES),
)
_OTHERS = st.one_of(
    _step("threads", "engage", _KEYS, _OWNERS, _TIMES),
    _step("threads", "hand_over", _KEYS, _TIMES),
    _step("threads", "get", _KEYS),
    _step("threads", "forget", _TIMES),
    _step("answers", "save", _ANSWERS),
    _step("answers", "get", _KEYS),
    _step("answers", "recent", _OWNERS, _LIMITS),
    _step("answers", "of_thread", st.sampled_from(["", "t", "u"]), _LIMITS),
    _step("answers", "forget", _TIMES),
    _step("feedback", "vote", _VOTES),
    _step("feedback", "votes"),
)


@contextmanager
def _both(server: RedisServer) -> Iterator[tuple[State, State]]:
    with server.client() as client:
        client.flushall()
    with tempfile.TemporaryDirectory() as folder:
        states = [Kept(Path(folder), url).state() for url in ("", server.url)]
        yield states[0], states[1]
        for each in states:
            each.backend.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(_INBOX, min_size=10, max_size=40)
    | st.lists(_OTHERS, min_size=10, max_size=40)
)
def test_the_file_and_the_server_return_the_same_at_each_step(
    shared_redis: RedisServer, steps: list[tuple[str, Step]]
) -> None:
    with _both(shared_redis) as (file, server):
        for name, step in steps:
            assert step(server) == step(file), name
