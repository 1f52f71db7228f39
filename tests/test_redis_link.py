"""The connection to a real Redis server: settings, limits, and every fault in words."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from redis import exceptions as faults

from bot.config import read_config
from bot.errors import (
    ConfigError,
    EngineAccessError,
    EngineError,
    EngineFullError,
    EngineTimeoutError,
    EngineUnreachableError,
    EngineUnsuitableError,
)
from bot.redis_faults import explained
from bot.redis_link import Link, open_link
from bot.store_config import Address, StoreConfig, read_address
from tests.dropping_proxy import DroppingProxy
from tests.redis_server import RedisServer, StartRedis


@contextmanager
def linked(
    url: str, environment: Mapping[str, str] | None = None, **settings: float
) -> Iterator[Link]:
    """Open a link that gives up soon."""
    quick = {"timeout_seconds": 0.3, "retry_seconds": 0.1, **settings}
    config = StoreConfig(url=url, **quick)  # type: ignore[arg-type] # numbers of both kinds
    with closing(open_link(config, environment or {})) as link:
        yield link


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://db1", Address("single", False, (("db1", 6379),))),  # noqa: FBT003 - tls
        ("rediss://db1:7/3/", Address("single", True, (("db1", 7),), "", 3)),  # noqa: FBT003
        (
            "redis+sentinel://a,b:5/kb/1",
            Address("sentinel", False, (("a", 26379), ("b", 5)), "kb", 1),  # noqa: FBT003
        ),
        (
            "rediss+cluster://a:1,[::1]:2,[::2]",
            Address("cluster", True, (("a", 1), ("::1", 2), ("::2", 6379))),  # noqa: FBT003
        ),
    ],
)
def test_a_url_names_hosts_transport_service_and_database(
    url: str, address: Address
) -> None:
    assert read_address(url) == address


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('url = "http://db1"', "it must be one of redis://host:6379/0"),
        ('url = "redis://"', "'' is no host and port"),
        ('url = "redis://db1:port"', "'db1:port' is no host and port"),
        ('url = "redis://db1:99999"', "'db1:99999' is no host and port"),
        ('url = "redis://::1"', "is no host and port"),
        ('url = "redis://a,b"', "several hosts need redis\\+sentinel://"),
        ('url = "redis+sentinel://a"', "the name of the service"),
        ('url = "redis+cluster://a/1"', "it must be one of"),
        ('url = "redis://a/1/2"', "it must be one of"),
        ('url = "redis://a/one"', "it must be one of"),
        ('url = "redis://a?ssl=no"', "it must be one of"),
        ('prefix = "{kb}"', "store.prefix is '{kb}'"),
        ("replicas = -1", "store.replicas is -1"),
        ('url = "redis+cluster://a"\nreplicas = 1', "min-replicas-to-write"),
        ("timeout_seconds = 0", "store.timeout_seconds is 0"),
        ("retry_seconds = 9999", "store.retry_seconds is 9999"),
        ('password = "x"', "unknown key 'password'"),
        (
            'url = "redis://a"\n[slack]\nstate = "claims.db"',
            r"slack\.state names the file claims\.db, and store\.url the server",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "bot.toml").write_text(f"[store]\n{text}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=message):
        read_config(tmp_path / "bot.toml")


@pytest.mark.parametrize("user", ["ann:secret", ":secret", "secret"])
def test_a_password_in_bot_toml_is_refused_and_not_repeated(user: str) -> None:
    with pytest.raises(ConfigError, match="BOT_REDIS_PASSWORD") as refused:
        StoreConfig(url=f"redis://{user}@db1")

    assert "secret" not in str(refused.value)


@given(st.text())
def test_any_text_is_an_address_or_refused_in_one_line(text: str) -> None:
    for url in (text, f"redis://{text}", f"redis+sentinel://{text}"):
        try:
            assert read_address(url).hosts
        except ConfigError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


def test_commands_changes_and_scripts_are_answered(redis_url: str) -> None:
    with linked(redis_url) as link:
        assert link.change("SET", link.key("a", "b"), "1")
        assert link.changes([("INCR", "bot:a:b"), ("GET", "bot:a:b")]) == [2, b"2"]
        assert link.changes([]) == []
        assert link.script("return redis.call('GET', KEYS[1])", ["bot:a:b"]) == b"2"
        assert link.call("GET", "bot:a:b") == b"2"


def test_the_first_error_of_several_changes_is_raised_and_the_others_are_made(
    redis_url: str,
) -> None:
    with linked(redis_url) as link:
        link.change("SET", "text", "x")
        with pytest.raises(EngineError, match="not an integer"):
            link.changes([("INCR", "text"), ("SET", "after", "1")])

        assert link.call("GET", "after") == b"1"


def test_changes_in_one_step_are_all_made_or_none_and_the_fault_is_told(
    redis_url: str,
) -> None:
    with linked(redis_url) as link:
        link.together([("SET", "one", 1), ("SET", "two", 2)])
        with pytest.raises(EngineError, match="NOSUCH"):
            link.together([("SET", "one", 9), ("NOSUCH", "two")])

        assert link.calls([("GET", "one"), ("GET", "two")]) == [b"1", b"2"]


def test_without_a_url_there_is_nothing_to_open() -> None:
    with pytest.raises(ConfigError, match="names no Redis server"):
        open_link(StoreConfig())


def test_a_server_that_is_not_there_is_named_after_the_last_try() -> None:
    with (
        linked("redis://127.0.0.1:1") as link,
        pytest.raises(EngineUnreachableError, match=r"redis://127\.0\.0\.1:1 cannot"),
    ):
        link.call("PING")


def test_a_server_that_does_not_answer_is_given_up_in_time(
    start_redis: StartRedis,
) -> None:
    server = start_redis()
    with linked(server.url) as link:
        assert link.call("PING")
        server.freeze()
        with pytest.raises(EngineTimeoutError, match=r"did not answer within 0\.3 s"):
            link.call("PING")
        server.thaw()

        assert link.call("PING")


def test_a_server_that_is_started_again_is_waited_for(start_redis: StartRedis) -> None:
    server = start_redis()
    with linked(server.url, retry_seconds=20) as link:
        link.change("SET", "a", "1")
        server.kill()
        again = threading.Thread(target=server.start)
        again.start()
        try:
            assert link.call("GET", "a") == b"1"
        finally:
            again.join()


def test_without_again_a_lost_connection_is_told_at_once(
    start_redis: StartRedis,
) -> None:
    server = start_redis()
    with linked(server.url, retry_seconds=20) as link:
        link.call("PING")
        server.kill()

        with pytest.raises(EngineUnreachableError):
            link.change("SET", "a", "1", again=False)


def test_a_wrong_password_is_told_at_once_and_not_shown(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis(password="right")  # noqa: S106 - of a server on loopback
    file = tmp_path / "password"
    file.write_text("right\n", encoding="utf-8")
    file.chmod(0o600)

    for wrong in ({}, {"BOT_REDIS_PASSWORD": "wrong", "BOT_REDIS_USER": "ann"}):
        with (
            linked(server.url, wrong, retry_seconds=30) as link,
            pytest.raises(EngineAccessError, match="BOT_REDIS_PASSWORD") as refused,
        ):
            link.call("PING")
        assert "wrong" not in str(refused.value)
    with linked(server.url, {"BOT_REDIS_PASSWORD_FILE": str(file)}) as link:
        assert link.call("PING")


def test_credentials_in_files_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "password"
    for name, message in (
        ("BOT_REDIS_PASSWORD_FILE", "cannot be read"),
        ("BOT_REDIS_CA", "must name the PEM file"),
    ):
        with pytest.raises(ConfigError, match=message):
            open_link(StoreConfig(url="redis://a"), {name: str(file)})
    file.write_text("x", encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        open_link(StoreConfig(url="redis://a"), {"BOT_REDIS_PASSWORD_FILE": str(file)})


def test_over_tls_the_authority_that_is_named_is_trusted_and_no_other(
    shared_redis: RedisServer, tmp_path: Path
) -> None:
    authority, other = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    for name, each in (("right", authority), ("wrong", other)):
        each.cert_pem.write_to_path(tmp_path / name)

    with DroppingProxy(shared_redis.port, context) as proxy:
        with linked(proxy.url, {"BOT_REDIS_CA": str(tmp_path / "right")}) as link:
            assert link.call("PING")
        for environment in ({}, {"BOT_REDIS_CA": str(tmp_path / "wrong")}):
            with (
                linked(proxy.url, environment, retry_seconds=30) as link,
                pytest.raises(EngineUnreachableError, match="Let BOT_REDIS_CA name"),
            ):
                link.call("PING")


def test_full_memory_is_told_and_nothing_is_written(start_redis: StartRedis) -> None:
    server = start_redis("--maxmemory-policy", "noeviction")
    with linked(server.url) as link:
        link.change("SET", "kept", "1")
        server.set("maxmemory", "1")
        with pytest.raises(EngineFullError, match="reached its maxmemory"):
            link.change("SET", "a", "1")
        with pytest.raises(EngineFullError, match="reached its maxmemory"):
            link.script("return redis.call('SET', KEYS[1], '1')", ["a"])

        assert link.call("EXISTS", "a") == 0
        assert link.call("GET", "kept") == b"1"


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (
            faults.BusyLoadingError("Redis is loading the dataset in memory"),
            *(EngineUnreachableError, "still loading its data after 5 s"),
        ),
        (
            faults.ResponseError("MISCONF Errors writing to the AOF file: No space"),
            *(EngineFullError, "cannot write to its disk"),
        ),
        (faults.RedisClusterException("no node"), EngineUnreachableError, "no node"),
        (faults.ResponseError(""), EngineError, "refuses a command: ResponseError."),
    ],
)
def test_what_a_test_cannot_bring_about_is_explained_too(
    fault: Exception, kind: type[EngineError], words: str
) -> None:
    error = explained(fault, StoreConfig(url="redis://db1"))

    assert type(error) is kind
    assert words in str(error)


@given(st.text())
def test_whatever_a_server_says_is_explained_in_one_line(text: str) -> None:
    for kind in (faults.ResponseError, faults.ConnectionError, faults.TimeoutError):
        line = str(explained(kind(text), StoreConfig(url="redis://db1")))

        assert line.splitlines() == [line]
        assert "redis://db1" in line


def test_a_server_without_the_query_engine_is_told(start_redis: StartRedis) -> None:
    server = start_redis(search=False)
    with (
        linked(server.url) as link,
        pytest.raises(EngineUnsuitableError, match="has no Query Engine: use Redis 8"),
    ):
        link.call("FT.SEARCH", "kb", "*")


def test_a_change_counts_once_the_replicas_have_it(start_redis: StartRedis) -> None:
    primary, replica = start_redis(), start_redis()
    replica.follow(primary)
    with linked(primary.url, replicas=1, timeout_seconds=20) as link:
        assert link.changes([("SET", str(number), "x") for number in range(300)])
        primary.kill()
    replica.promote()
    with linked(replica.url) as link:
        assert link.call("DBSIZE") == 300


def test_a_change_without_its_replica_is_told(start_redis: StartRedis) -> None:
    server = start_redis()
    with (
        linked(server.url, replicas=1) as link,
        pytest.raises(EngineUnreachableError, match="fewer than 1 replicas"),
    ):
        link.change("SET", "a", "1")


def test_a_replica_takes_no_changes(start_redis: StartRedis) -> None:
    primary, replica = start_redis(), start_redis()
    replica.follow(primary)
    with (
        linked(replica.url) as link,
        pytest.raises(EngineUnsuitableError, match="is a replica"),
    ):
        link.change("SET", "a", "1")


def test_everything_acknowledged_survives_a_kill(shared_redis: RedisServer) -> None:
    with linked(shared_redis.url, retry_seconds=20) as link:
        link.change("FLUSHALL")
        for number in range(100):
            link.change("SET", str(number), "x")
        shared_redis.kill()
        shared_redis.start()

        assert link.call("DBSIZE") == 100
