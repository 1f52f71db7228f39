"""Questions and builds while the server, the connection or the memory fails."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
import trustme

from bot.app import Bot
from bot.config import Config
from bot.errors import (
    EngineAccessError,
    EngineFullError,
    EngineTimeoutError,
    EngineUnreachableError,
    EngineUnsuitableError,
)
from bot.redis_checkup import check_redis
from bot.storage import RedisStore
from bot.store_config import StoreConfig
from bot.stores.protocol import StoredIndex
from bot.stores.redis import engine
from bot.stores.redis.asking import Asker, words_search
from bot.stores.redis.counts import pack_counts
from bot.stores.redis.opening import open_names
from tests.conftest import REPOSITORY
from tests.dropping_proxy import DroppingProxy
from tests.faults import stride
from tests.redis_exchanges import At, on_exchange
from tests.redis_server import RedisServer, StartRedis, start_watched
from tests.scenarios import EDITED
from tests.small_encoder import HashedWords, small_encoders
from tests.small_index import TEXTS, everything, settings, write_corpus

QUESTION = "How many kW has the engine of a tug?"
ROOT = "bot:index:index"
MANY = 60_000  # passages: enough for a search of some milliseconds


def on(url: str, folder: Path, **store: float) -> Config:
    limits = {"timeout_seconds": 20.0, "retry_seconds": 20.0, **store}
    kept = StoreConfig(url, **limits)  # type: ignore[arg-type] # numbers by name
    config = dataclasses.replace(settings(folder), store=kept)
    if not config.corpus_path.exists():
        write_corpus(config.corpus_path, TEXTS)
    return config


def store_on(config: Config) -> RedisStore:
    return RedisStore(config, small_encoders())


def says(config: Config) -> dict[str, Any]:
    with closing(store_on(config).open()) as reader:
        return everything(reader)


@contextmanager
def asking(config: Config) -> Iterator[tuple[StoredIndex, Callable[[], str]]]:
    """Open the index; give it and what answers a question from it."""
    with closing(store_on(config).open()) as reader:
        yield reader, lambda: Bot(reader, config).answer(QUESTION).text


@pytest.fixture
def lossy(shared_redis: RedisServer, quick_redis_url: str) -> Iterator[DroppingProxy]:
    assert quick_redis_url
    with DroppingProxy(shared_redis.port) as proxy:
        yield proxy


@pytest.mark.parametrize("command", [b"FT.SEARCH", b"HGET", b"HMGET"])
def test_a_connection_lost_in_a_question_is_made_again_and_changes_no_answer(
    lossy: DroppingProxy, tmp_path: Path, command: bytes
) -> None:
    config = on(lossy.url, tmp_path)
    store_on(config).build(patience=0)
    with asking(config) as (_, answer):
        expected = answer()
    with asking(config) as (_, answer):
        lossy.lose(command, times=2)

        assert answer() == expected
    assert lossy.lost == 2


def test_a_connection_that_stays_lost_is_one_line_and_the_next_question_is_answered(
    lossy: DroppingProxy, tmp_path: Path
) -> None:
    config = on(lossy.url, tmp_path, retry_seconds=0)
    store_on(config).build(patience=0)
    with asking(config) as (_, answer):
        lossy.lose(b"FT.SEARCH")
        with pytest.raises(EngineUnreachableError, match="cannot be reached") as lost:
            answer()

        assert len(str(lost.value).splitlines()) == 1
        assert "3,000 kW" in answer()


def test_a_server_that_hangs_is_given_up_in_time_and_is_used_again(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis()
    store_on(on(server.url, tmp_path)).build(patience=0)
    with asking(on(server.url, tmp_path, timeout_seconds=1.0, retry_seconds=0)) as (
        _,
        answer,
    ):
        server.freeze()
        with pytest.raises(EngineTimeoutError, match="within 1 s"):
            answer()
        server.thaw()

        assert "3,000 kW" in answer()


@pytest.mark.parametrize(
    "command",
    [
        b"HSET",
        b"EVAL",
        b"INCR",
        b"SADD",
        b"ZADD",
        b"HMGET",
        b"FT.INFO",
        b"ALIASUPDATE",
        b":lock",
    ],
)
def test_replies_lost_in_a_build_double_nothing(
    lossy: DroppingProxy, tmp_path: Path, command: bytes
) -> None:
    config = on(lossy.url, tmp_path)
    store_on(config).build(patience=0)
    write_corpus(config.corpus_path, EDITED)
    lossy.lose(command, times=2)

    store_on(config).build(patience=5)

    assert lossy.lost == 2
    assert store_on(config).verify() == []
    assert says(config) == built_anew(config, tmp_path)


def built_anew(config: Config, folder: Path) -> dict[str, Any]:
    """Return what an index of the same corpus says that never met a fault."""
    place = dataclasses.replace(config.index, path=str(folder / "another"))
    another = dataclasses.replace(config, index=place)
    store_on(another).build(patience=0)
    return says(another)


def exchanges(config: Config) -> int:
    """Return how many exchanges the update takes that the tests disturb."""
    prepare(config)
    counter = At(-1, int)
    with on_exchange(counter):
        store_on(config).build(patience=0)
    return counter.count


def prepare(config: Config) -> None:
    """Make an index, and edit what it was made from."""
    link, _ = open_names(config)
    with closing(link):
        link.change("FLUSHALL")
    write_corpus(config.corpus_path, TEXTS)
    store_on(config).build(patience=0)
    write_corpus(config.corpus_path, EDITED)


def test_a_server_killed_at_any_exchange_of_a_build_loses_nothing_acknowledged(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis()
    config = on(server.url, tmp_path)
    total = exchanges(config)
    expected = says(config)

    def kill() -> None:
        server.kill()
        server.start()

    for point in range(3, total, stride(total // 6)):
        server.set("appendfsync", "no")
        prepare(config)
        server.set("appendfsync", "always")
        with on_exchange(At(point, kill)):
            store_on(config).build(patience=5)

        assert says(config) == expected, point
        assert store_on(config).verify() == []


@pytest.mark.slow  # a dozen builds, each done again
def test_memory_that_is_full_from_any_exchange_on_leaves_the_old_index_or_the_new(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis("--maxmemory-policy", "noeviction", "--appendfsync", "no")
    config = on(server.url, tmp_path, retry_seconds=0)
    total = exchanges(config)
    new = says(config)
    prepare(config)
    old, refused = says(config), 0

    for point in range(2, total, stride(total // 12)):
        prepare(config)
        try:
            with on_exchange(At(point, lambda: server.set("maxmemory", "1"))):
                store_on(config).build(patience=0)
        except EngineFullError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017 - or it was finished
            refused += 1
        assert says(config) in (old, new), point  # answers go on
        server.set("maxmemory", "0")
        lapse(server)
        store_on(config).build(patience=0)
        assert says(config) == new, point
    assert refused > 5


def lapse(server: RedisServer) -> None:
    """Let what a build that ended held lapse now, as it would by itself."""
    with server.client() as client:
        for key in [f"{ROOT}:lock", *client.scan_iter(f"{ROOT}:claim:*")]:
            client.delete(key)


def test_a_time_limit_of_the_engine_never_makes_a_part_of_a_result_the_whole(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    link, names = open_names(on(quick_redis_url, tmp_path))
    at = dataclasses.replace(engine.search_index(link, names, 1), chunks=MANY)
    words, more = b"tship tsea", b"tship tship tsea tsea"
    text = ("HSET", engine.TEXT, words, engine.COUNTS, pack_counts(words))
    with closing(link), shared_redis.client() as client:
        engine.create(at, 16, "FLAT")
        link.changes(
            (text[0], f"{at.prefix}{number}", *text[1:]) for number in range(MANY - 1)
        )
        best = ("HSET", f"{at.prefix}best", engine.TEXT, more)
        link.change(*best, engine.COUNTS, pack_counts(more))
        limit(client, 1)
        try:
            query = ("FT.SEARCH", at.name, "tship|tsea", "WITHSCORES", "NOCONTENT")
            cut: list[Any] = client.execute_command(*query, "LIMIT", 0, 1)
            asked = words_search(at, [("ship", 1.0), ("sea", 1.0)], [], (0, 3))
            [page] = Asker(link).ask([asked])
        finally:
            limit(client, 0)

    assert int(cut[0]) < MANY  # what anyone is told who does not ask for more
    assert bytes(cut[1]) != f"{at.prefix}best".encode()
    assert page.chunks[0] == "best"


def limit(client: redis.Redis, milliseconds: int) -> None:
    """Set the Query Engine's time limit; 0 is none."""
    client.execute_command("FT.CONFIG", "SET", "TIMEOUT", milliseconds)  # type: ignore[no-untyped-call] # theirs


def test_index_and_ask_over_tls_as_a_user_with_no_more_rights_than_the_readme_gives(
    start_redis: StartRedis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_redis()
    with server.client() as client:
        client.execute_command("ACL", "SETUSER", "kb", *readme_rights(), ">secret")
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("BOT_REDIS_CA", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("BOT_REDIS_USER", "kb")
    with DroppingProxy(server.port, context) as proxy:
        config = on(proxy.url, tmp_path)
        monkeypatch.setenv("BOT_REDIS_PASSWORD", "guess")
        for use in (store_on(config).open, store_on(config).build):
            with pytest.raises(EngineAccessError, match="BOT_REDIS_PASSWORD") as no:
                use()
            assert "guess" not in str(no.value)

        monkeypatch.setenv("BOT_REDIS_PASSWORD", "secret")
        store_on(config).build(patience=0)
        write_corpus(config.corpus_path, EDITED)
        store_on(config).build(patience=0)
        assert store_on(config).verify() == []
        with asking(config) as (_, answer):
            assert "4,000 kW" in answer()
        assert store_on(config).roll_back() == 1
        with asking(config) as (_, answer):
            assert "3,000 kW" in answer()
        found = check_redis(config.store, os.environ)
        assert [each.status for each in found if "refuses" in each.detail] == []


def readme_rights() -> list[str]:
    """Return the rights of the user that the README creates."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"\n *user kb (.*) >a-long-password\n", text)
    assert shown is not None
    return shown[1].split()


def test_with_sentinels_builds_and_questions_follow_the_new_primary(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    primary, replica, url = start_watched(start_redis)
    store_on(on(url, tmp_path, replicas=1)).build(patience=0)
    config = on(url, tmp_path, retry_seconds=60)
    with asking(config) as (_, answer):
        expected = answer()
        primary.kill()

        assert answer() == expected
    write_corpus(config.corpus_path, EDITED)
    store_on(config).build(patience=5)
    assert "4,000 kW" in Bot(store_on(config).open(), config).answer(QUESTION).text
    assert says(on(replica.url, tmp_path)) == says(config)


def test_without_its_replica_a_build_is_refused_and_answers_go_on(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    primary, replica = start_redis(), start_redis()
    replica.follow(primary)
    config = on(primary.url, tmp_path, replicas=1, timeout_seconds=1.0)
    store_on(config).build(patience=0)
    replica.kill()
    write_corpus(config.corpus_path, EDITED)

    with pytest.raises(EngineUnreachableError, match="fewer than 1 replicas"):
        store_on(config).build(patience=0)
    with asking(config) as (_, answer):
        assert "3,000 kW" in answer()


def test_a_replica_promoted_in_the_middle_of_a_build_has_the_old_index_or_the_new(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    expected = list[dict[str, Any]]()
    for number in range(3):
        primary, replica = start_redis(), start_redis()
        replica.follow(primary)
        config = on(primary.url, tmp_path, replicas=1, retry_seconds=0)
        if not expected:
            total = exchanges(config)
            expected.append(says(config))
        prepare(config)
        expected[1:] = [says(config)]
        with (
            on_exchange(At(total * (number + 1) // 4, primary.kill)),
            pytest.raises(EngineUnreachableError),
        ):
            store_on(config).build(patience=0)
        replica.promote()

        after = on(replica.url, tmp_path)
        assert says(after) in expected
        assert store_on(after).verify() == []
        lapse(replica)
        store_on(after).build(patience=0)
        assert says(after) == expected[0]
        replica.kill()


def test_a_backup_restores_index_and_state_as_the_readme_says(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis()
    config = on(server.url, tmp_path)
    store_on(config).build(patience=0)
    before = says(config)
    with server.client() as client:
        client.set("bot:{state}:note", "kept")
        client.save()
    server.kill()

    folder = tmp_path / "redis-1"  # of the next server
    folder.mkdir()
    shutil.copy(server.folder / "dump.rdb", folder)
    restored = start_redis("--appendonly", "no")
    restored.set("appendonly", "yes")

    assert says(on(restored.url, tmp_path)) == before
    assert store_on(on(restored.url, tmp_path)).verify() == []
    with restored.client() as client:
        assert client.get("bot:{state}:note") == b"kept"


def test_an_index_in_a_cluster_is_refused_in_one_line_before_any_work(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis("--cluster-enabled", "yes", search=False)
    server.own_all_slots()
    config = on(f"redis+cluster://127.0.0.1:{server.port}", tmp_path)
    encoder = HashedWords()
    store = RedisStore(config, small_encoders(encoder))

    for use in (store.open, store.build, store.verify, store.exists):
        with pytest.raises(
            EngineUnsuitableError, match=r"redis\+sentinel://"
        ) as refused:
            use()
        assert len(str(refused.value).splitlines()) == 1
    assert encoder.asked == []
