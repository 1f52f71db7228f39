"""`bot doctor` on a real Redis server: what would lose data, and what mends it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.checks import Check
from bot.doctor import examine
from bot.redis_checkup import check_redis
from bot.store_config import StoreConfig
from tests.conftest import REPOSITORY
from tests.redis_server import StartRedis

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
    assert "version 2" in found["store query engine"].detail
    assert "before it is acknowledged" in found["store persistence"].detail


def test_the_file_that_the_readme_shows_makes_a_sound_server(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"redis-server kb\.conf`:\n\n((?: {7}.*\n)+)", text)
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
    assert checked(primary.url, replicas=1)["store role"].status == "ok"
    assert checked(primary.url, replicas=2)["store role"].status == "failed"


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


def test_a_cluster_is_said_to_be_untested(start_redis: StartRedis) -> None:
    server = start_redis("--cluster-enabled", "yes", search=False)
    server.own_all_slots()

    found = checked(f"redis+cluster://127.0.0.1:{server.port}")

    assert found["store"].status == "ok"
    assert found["store cluster"].status == "warning"


def test_the_doctor_examines_the_server_that_the_settings_name(tmp_path: Path) -> None:
    settings = tmp_path / "bot.toml"
    settings.write_text('[store]\nurl = "redis://127.0.0.1:1"\nretry_seconds = 0\n')

    found = examine(tmp_path, tmp_path / "none", settings, environment={})

    [store] = [each for each in found if each.name == "store"]
    assert store.status == "failed"
    assert "cannot be reached" in store.detail
