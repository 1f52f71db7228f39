"""The state on a real Redis server: lost replies, kills, promotions, full memory."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.config import Config
from bot.errors import EngineError, EngineFullError, EngineUnreachableError, StateError
from bot.receipts.log import DAY, ReceiptLog
from bot.receipts.writing import Asked
from bot.redis_link import open_link
from bot.state.opening import has_state, open_state
from bot.state.protocol import State, Vote
from bot.store_config import StoreConfig
from tests.dropping_proxy import DroppingProxy
from tests.kept import Kept
from tests.receipt_samples import ask, asker, receipt_of
from tests.redis_server import RedisServer, StartRedis, start_watched

_VOTE = Vote("a", "ann", "helpful", "why?", 1)


@contextmanager
def opened(url: str, **settings: float) -> Iterator[State]:
    values = {"timeout_seconds": 20.0, "retry_seconds": 20.0, **settings}
    store = StoreConfig(url=url, **values)  # type: ignore[arg-type] # of both kinds
    state = open_state(Config(store=store), {})
    try:
        yield state
    finally:
        state.backend.close()


@pytest.fixture
def lossy(shared_redis: RedisServer, redis_url: str) -> Iterator[DroppingProxy]:
    assert redis_url
    with DroppingProxy(shared_redis.port) as proxy:
        yield proxy


_CHANGES: dict[str, Callable[[State], object]] = {
    "claim": lambda state: state.inbox.claim("new", {}, "me", 100, 10),
    "begin": lambda state: state.inbox.begin("old", "me"),
    "take": lambda state: [
        (each.key, each.attempts) for each in state.inbox.take("you", 500, 10, 9)
    ],
    "renew": lambda state: state.inbox.renew("me", ["old"], 100, 10),
    "release": lambda state: state.inbox.release("me"),
    "finish": lambda state: state.inbox.finish("old", "done", "1.1", {}),
    "retract": lambda state: getattr(state.inbox.retract("old", 1), "status", None),
    "vote": lambda state: state.feedback.vote(_VOTE),
    "forget": lambda state: state.inbox.forget(1_000),
}
_RESULTS = {
    "claim": True,
    "begin": True,
    "take": [("old", 2)],
    "renew": 1,
    "release": 1,
    "finish": "done",
    "retract": "waiting",
    "vote": True,
    "forget": 1,
}


@pytest.mark.parametrize("name", _CHANGES)
def test_a_change_whose_reply_is_lost_happens_once_and_tells_its_result(
    lossy: DroppingProxy, name: str
) -> None:
    with opened(lossy.url) as state:
        state.inbox.claim("old", {}, "me", 100, 10)
        state.inbox.retract("gone", 100)
        lossy.lose(b"EVAL", times=3)

        assert _CHANGES[name](state) == _RESULTS[name]
    assert lossy.lost == 3


def test_a_lost_reply_without_another_try_is_told_and_the_claim_is_taken_up_later(
    lossy: DroppingProxy,
) -> None:
    with opened(lossy.url, retry_seconds=0) as state:
        lossy.lose(b"EVAL")
        with pytest.raises(EngineUnreachableError, match="cannot be reached"):
            state.inbox.claim("a", {}, "me", 100, 10)

        assert not state.inbox.claim("a", {}, "me", 101, 10)
        assert [each.key for each in state.inbox.take("you", 111, 10, 9)] == ["a"]


def test_every_claim_that_was_acknowledged_survives_kills_of_the_server(
    start_redis: StartRedis,
) -> None:
    server = start_redis()
    claimed: list[str] = []
    with opened(server.url, retry_seconds=60) as state:
        half = threading.Event()

        def claim(owner: int) -> None:
            for number in range(60):
                key = f"{owner}/{number}"
                if state.inbox.claim(key, {}, str(owner), 100, 10):
                    claimed.append(key)
                if number == 20:
                    half.set()

        def kill() -> None:
            half.wait()
            for _ in range(3):
                server.kill()
                server.start()

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(claim, range(4)))
        finally:
            half.set()
            killer.join()

        kept = state.inbox.take("you", 500, 10, 1_000)
    assert len(claimed) == 240
    assert {each.key for each in kept} == set(claimed)


def test_a_promoted_replica_has_every_claim(start_redis: StartRedis) -> None:
    primary, replica = start_redis(), start_redis()
    replica.follow(primary)
    with opened(primary.url, replicas=1) as state:
        for number in range(50):
            assert state.inbox.claim(str(number), {}, "me", number, 10)
        state.feedback.vote(_VOTE)
        primary.kill()
    replica.promote()

    with opened(replica.url) as state:
        assert state.inbox.unfinished() == 50
        assert not state.inbox.claim("49", {}, "you", 100, 10)
        assert state.feedback.votes() == [_VOTE]


def test_with_sentinels_a_dead_primary_is_replaced_while_the_bot_runs(
    start_redis: StartRedis,
) -> None:
    primary, replica, url = start_watched(start_redis)
    with opened(url, replicas=1) as state:
        for number in range(20):
            assert state.inbox.claim(str(number), {}, "me", 100, 10)
    with opened(url, retry_seconds=60) as state:
        assert state.inbox.unfinished() == 20
        primary.kill()

        assert not state.inbox.claim("19", {}, "you", 100, 10)
        assert state.inbox.claim("20", {}, "you", 100, 10)
    with opened(replica.url) as state:
        assert state.inbox.unfinished() == 21


def test_sentinels_without_a_primary_are_named(start_redis: StartRedis) -> None:
    sentinel = start_redis(sentinel="sentinel monitor kb 127.0.0.1 1 1\n")
    with (
        pytest.raises(EngineUnreachableError, match="No sentinel of redis"),
        opened(f"redis+sentinel://127.0.0.1:{sentinel.port}/other", retry_seconds=0),
    ):
        pass


def test_a_cluster_keeps_the_state_on_one_shard(start_redis: StartRedis) -> None:
    # Without the Query Engine: this version of the module cannot run in a cluster.
    server = start_redis("--cluster-enabled", "yes", search=False)
    server.own_all_slots()
    with opened(f"redis+cluster://127.0.0.1:{server.port}") as state:
        assert state.inbox.claim("a", {}, "me", 100, 10)
        assert not state.inbox.claim("a", {}, "you", 100, 10)
        assert [each.key for each in state.inbox.take("you", 500, 10, 9)] == ["a"]
        assert state.feedback.vote(_VOTE)


@pytest.mark.parametrize("setting", ["everysec", "no"])
def test_with_weaker_persistence_what_was_acknowledged_survives_the_servers_own_end(
    start_redis: StartRedis, setting: str
) -> None:
    # What Redis has handed to the system survives its own end; a power cut, which would
    # lose what the system has not written, cannot be made here.
    server = start_redis("--appendfsync", setting)
    with opened(server.url) as state:
        for number in range(20):
            state.inbox.claim(str(number), {}, "me", 100, 10)
        server.kill()
        server.start()

        assert state.inbox.unfinished() == 20


def test_without_a_log_of_changes_the_end_of_the_server_loses_all(
    start_redis: StartRedis,
) -> None:
    server = start_redis("--appendonly", "no")
    with opened(server.url) as state:
        state.inbox.claim("a", {}, "me", 100, 10)
        server.kill()
        server.start()

        assert state.inbox.unfinished() == 0


def test_full_memory_changes_nothing_and_room_mends_it(
    start_redis: StartRedis,
) -> None:
    server = start_redis("--maxmemory-policy", "noeviction")
    with opened(server.url) as state:
        state.inbox.claim("a", {}, "me", 100, 10)
        server.set("maxmemory", "1")

        for change in (
            lambda: state.inbox.claim("b", {}, "me", 100, 10),
            lambda: state.inbox.finish("a", "done", "", {}),
            lambda: state.threads.engage("t", "ann", 1),
            lambda: state.feedback.vote(_VOTE),
            state.backend.check,
        ):
            with pytest.raises(EngineFullError, match="maxmemory"):
                change()
        assert state.inbox.get("b") is None
        assert state.inbox.unfinished() == 1

        server.set("maxmemory", "0")
        assert state.inbox.claim("b", {}, "me", 100, 10)
        state.backend.check()


def test_a_server_that_is_down_is_told_when_the_state_is_opened() -> None:
    with (
        pytest.raises(EngineUnreachableError, match="Start the server"),
        opened("redis://127.0.0.1:1", retry_seconds=0),
    ):
        pass


def test_the_state_of_another_version_is_refused(
    shared_redis: RedisServer, redis_url: str
) -> None:
    with shared_redis.client() as client:
        client.set("bot:{state}:format", "99")

    with pytest.raises(StateError, match="has format 99"), opened(redis_url):
        pass


def test_bots_with_different_prefixes_share_nothing(redis_url: str) -> None:
    with opened(redis_url) as one:
        assert one.inbox.claim("a", {}, "me", 100, 10)
        store = StoreConfig(url=redis_url, prefix="other")
        other = open_state(Config(store=store), {})
        assert other.inbox.claim("a", {}, "me", 100, 10)
        other.backend.close()


def test_replies_that_were_kept_for_a_retry_go_by_themselves(
    shared_redis: RedisServer, redis_url: str
) -> None:
    with opened(redis_url) as state, shared_redis.client() as client:
        state.inbox.claim("a", {}, "me", 100, 10)

        calls = list(client.scan_iter("bot:{state}:call:*"))
        assert [0 < client.ttl(each) <= 80 for each in calls] == [True]


def test_an_error_of_a_script_is_one_line(
    shared_redis: RedisServer, redis_url: str
) -> None:
    with opened(redis_url) as state, shared_redis.client() as client:
        client.set("bot:{state}:votes", "not a hash")
        with pytest.raises(EngineError, match="refuses a command: WRONGTYPE") as error:
            state.feedback.vote(_VOTE)
    assert "\n" not in str(error.value)


def test_an_error_quotes_no_argument_of_the_command(redis_url: str) -> None:
    config = StoreConfig(url=redis_url)
    with (
        closing(open_link(config, {})) as link,
        pytest.raises(EngineError, match="unknown command 'ASK'") as error,
    ):
        link.call("ASK", "who is ill?")
    assert "ill" not in str(error.value)


def test_the_log_of_receipts_writes_and_forgets_on_the_server(
    tmp_path: Path, redis_url: str
) -> None:
    kept, notices = Kept(tmp_path, redis_url), list[str]()
    with closing(kept.receipts()) as store:
        store.save(receipt_of("an old question", "old", at=1.0), {})
    log = ReceiptLog(kept.config, {}, notices.append)
    asked = Asked("a new question", at=200 * DAY)
    log.write(asked, ask(asker(), "a new question", "new"))
    log.close()

    with closing(kept.receipts()) as store:
        assert [each.id for each in store.all("index")] == ["new"]
    assert notices == []


def test_a_server_that_is_down_costs_receipts_and_a_notice(tmp_path: Path) -> None:
    config, notices = Kept(tmp_path, "redis://127.0.0.1:1").config, list[str]()
    hasty = dataclasses.replace(config.store, retry_seconds=0)
    log = ReceiptLog(dataclasses.replace(config, store=hasty), {}, notices.append)
    log.write(Asked("a question"), ask(asker(), "a question", "lost"))
    log.close()

    assert len(notices) == 1
    assert "redis://127.0.0.1:1 cannot be reached" in notices[0]


def test_whether_there_is_state_is_known_without_asking_a_server(
    tmp_path: Path,
) -> None:
    assert has_state(Config(store=StoreConfig(url="redis://127.0.0.1:1")))
    assert not has_state(Config(folder=tmp_path))
