"""`bot doctor` on a real Redis server: what would lose data, and what mends it."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from bot.checks import Check
from bot.doctor import examine
from bot.redis_checkup import check_redis
from bot.storage import RedisStore
from bot.store_config import StoreConfig
from bot.stores.redis.checkup import check_generations
from bot.stores.redis.locks import build_lock
from bot.stores.redis.opening import open_names
from bot.stores.redis.writing import new_generation
from tests.conftest import REPOSITORY
from tests.redis_server import StartRedis
from tests.small_encoder import small_encoders
from tests.small_index import TEXTS, settings, write_corpus

_SOUND = ("--maxmemory", "256mb", "--maxmemory-policy", "noeviction")


def checked(
    url: str, replicas: int = 0, environment: Mapping[str, str] | None = None
) -> dict[str, Check]:
    config = StoreConfig(url=url, replicas=replicas, retry_seconds=0)
    return {each.name: each for each in check_redis(config, environment or {})}


def test_a_sound_server_is_ok_in_every_respect(start_redis: StartRedis) -> None:
    found = checked(start_redis(*_SOUND).url)

    assert {each.status for each in found.values()} == {"ok"}
    assert "runs Redis 8." in found["store"].detail
    assert found["store query engine"].detail == "version 2.10.5"
    assert found["store role"].detail == (
        "a primary with no replica: its disk has the only copy"
    )
    assert "before it is acknowledged" in found["store persistence"].detail


def test_the_file_that_the_readme_shows_makes_a_sound_server(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"The file:\n\n((?: {7}.*\n)+)", text)
    assert shown is not None
    lines = [each.strip() for each in shown[1].splitlines()]
    assert "bind 0.0.0.0" in lines
    lines.remove("bind 0.0.0.0")  # a test listens to its own machine alone
    (tmp_path / "kb.conf").write_text("\n".join(lines), encoding="ascii")

    password = "a-long-password"  # noqa: S105 - the README's
    server = start_redis("--include", str(tmp_path / "kb.conf"), password=password)
    found = checked(server.url, environment={"BOT_REDIS_PASSWORD": password})

    assert {each.status for each in found.values()} == {"ok"}
    with server.client() as client:
        assert client.config_get("requirepass") == {"requirepass": password}
        assert client.config_get("maxmemory") == {"maxmemory": str(4 * 2**30)}


@pytest.mark.parametrize(
    ("setting", "name", "status", "parts"),
    [
        (
            ("appendfsync", "everysec"),
            "store persistence",
            "warning",
            ("the last second", "appendfsync always"),
        ),
        (
            ("appendfsync", "no"),
            "store persistence",
            "warning",
            ("30 seconds", "appendfsync always"),
        ),
        (
            ("appendonly", "no"),
            "store persistence",
            "warning",
            ("last snapshot", "appendonly yes"),
        ),
        (
            ("maxmemory-policy", "allkeys-lru"),
            "store memory",
            "failed",
            ("deletes claims", "policy noeviction"),
        ),
        (
            ("maxmemory", "0"),
            "store memory",
            "warning",
            ("no maxmemory", "set maxmemory 4gb"),
        ),
        (
            ("maxmemory", "600kb"),
            "store memory",
            "warning",
            ("of 0.6 MiB used", "set maxmemory 8gb"),
        ),
    ],
)
def test_a_setting_that_may_lose_data_is_named_with_its_mend(
    start_redis: StartRedis,
    setting: tuple[str, str],
    name: str,
    status: str,
    parts: tuple[str, str],
) -> None:
    server = start_redis(*_SOUND)
    server.set(*setting)

    found = checked(server.url)[name]

    assert found.status == status
    assert parts[0] in found.detail
    assert parts[1] in found.remedy


def test_a_server_without_the_query_engine_fails(start_redis: StartRedis) -> None:
    found = checked(start_redis(*_SOUND, search=False).url)["store query engine"]

    assert found.status == "failed"
    assert "--loadmodule" in found.remedy


def test_a_replica_fails_and_its_primary_is_named(start_redis: StartRedis) -> None:
    primary, replica = start_redis(*_SOUND), start_redis(*_SOUND)
    replica.follow(primary)

    assert checked(replica.url)["store role"].remedy == (
        f'url = "redis://127.0.0.1:{primary.port}" under [store]'
    )
    told = {n: checked(primary.url, replicas=n)["store role"] for n in range(3)}
    assert [told[n].status for n in told] == ["ok", "ok", "failed"]
    assert "a primary with 1 replica; changes do not wait" in told[0].detail
    assert "counts once 1 replica confirmed it" in told[1].detail
    assert "1 replica, and store.replicas is 2: changes are refused" in told[2].detail


def test_a_user_who_may_not_look_is_told_what_to_grant(
    start_redis: StartRedis,
) -> None:
    server = start_redis(*_SOUND)
    with server.client() as client:
        client.acl_setuser(
            "ann",
            enabled=True,
            passwords=["+secret"],
            categories=["+@all"],
            commands=["-config", "-module"],
            keys=["*"],
        )

    environment = {"BOT_REDIS_USER": "ann", "BOT_REDIS_PASSWORD": "secret"}
    found = checked(server.url, environment=environment)

    assert found["store"].status == "ok"
    assert found["store persistence"].status == "warning"
    assert found["store query engine"].remedy == "grant MODULE LIST to this user"


def test_a_server_that_cannot_be_used_fails_in_one_line(
    start_redis: StartRedis,
) -> None:
    locked = start_redis(password="right")  # noqa: S106 - of a server on loopback

    assert list(checked("redis://127.0.0.1:1")) == ["store"]
    for url, part in (
        ("redis://127.0.0.1:1", "redis-cli -h 127.0.0.1 -p 1 ping"),
        (locked.url, "BOT_REDIS_PASSWORD"),
    ):
        found = checked(url)["store"]
        assert found.status == "failed"
        assert part in found.remedy


def test_a_password_that_travels_in_the_clear_is_a_warning(
    start_redis: StartRedis,
) -> None:
    server = start_redis(*_SOUND)
    there = server.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - not listened on

    assert checked(there)["store transport"].status == "warning"
    assert checked(there)["store"].status == "ok"
    assert "store transport" not in checked(server.url)
    assert "store transport" not in checked("rediss://0.0.0.0:1")


def test_a_cluster_fails_since_it_keeps_no_index(start_redis: StartRedis) -> None:
    server = start_redis("--cluster-enabled", "yes", search=False)
    server.own_all_slots()

    found = checked(f"redis+cluster://127.0.0.1:{server.port}")

    assert found["store"].status == "ok"
    assert found["store cluster"].status == "failed"
    assert "redis+sentinel://" in found["store cluster"].remedy


def test_generations_readers_and_a_running_build_are_told(
    quick_redis_url: str, tmp_path: Path
) -> None:
    config = settings(tmp_path)
    config = dataclasses.replace(config, store=StoreConfig(quick_redis_url))
    store = RedisStore(config, small_encoders())

    def told() -> dict[str, Check]:
        return {each.name: each for each in check_generations(config)}

    assert told()["store generations"].detail.startswith("none; 0.0 MiB of documents")
    write_corpus(config.corpus_path, TEXTS)
    store.build(patience=0)
    store.build(patience=0, rebuild=True)
    found = told()
    assert found["store generations"].detail.startswith("2 (current), 1; ")
    assert found["store lock"].detail == "no build holds the lock"

    link, names = open_names(config)
    with closing(link), closing(store.open()):
        with build_lock(link, names, 0, print):
            new_generation(link, names)
            found = told()
            assert found["store generations"].detail.startswith(
                "2 (current, read by 1)"
            )
            assert found["store generations"].status == "ok"
            assert f"process {os.getpid()} on " in found["store lock"].detail
        ended = told()["store generations"]
    assert (ended.status, ended.remedy) == ("warning", "bot index")
    assert "1 left by builds that were ended" in ended.detail
    store.build(patience=0)
    assert told()["store generations"].status == "ok"


def test_the_doctor_examines_the_server_that_the_settings_name(tmp_path: Path) -> None:
    settings = tmp_path / "bot.toml"
    settings.write_text('[store]\nurl = "redis://127.0.0.1:1"\nretry_seconds = 0\n')

    found = examine(tmp_path, tmp_path / "none", settings, environment={})

    [store] = [each for each in found if each.name == "store"]
    assert store.status == "failed"
    assert "cannot be reached" in store.detail
