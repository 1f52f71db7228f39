"""Makes the Redis client of store.url, with credentials from the environment."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import ConfigError
from bot.store_config import StoreConfig, read_address

if TYPE_CHECKING:
    from redis import Redis
    from redis.cluster import RedisCluster

_LONGEST = 4_096  # characters of a password file


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the bot proves itself with, and whom it trusts; passwords are not shown."""

    user: str = ""
    password: str = field(default="", repr=False)
    sentinel_password: str = field(default="", repr=False)
    authorities: str = ""  # file of PEM certificates; "" trusts the system's


def read_credentials(environment: Mapping[str, str]) -> Credentials:
    """Read BOT_REDIS_USER, _PASSWORD, _SENTINEL_PASSWORD and _CA.

    A password may be in a file instead, which the variable with _FILE added names.

    Raises:
        ConfigError: a file that is named cannot be read, or others can read a password.
    """
    authorities = environment.get("BOT_REDIS_CA", "")
    if authorities and not Path(authorities).is_file():
        raise ConfigError(
            f"BOT_REDIS_CA is {authorities}; it must name the PEM file of the "
            "authority that signed the server's certificate."
        )
    return Credentials(
        user=environment.get("BOT_REDIS_USER", ""),
        password=_password(environment, "BOT_REDIS_PASSWORD"),
        sentinel_password=_password(environment, "BOT_REDIS_SENTINEL_PASSWORD"),
        authorities=authorities,
    )


def connect(config: StoreConfig, credentials: Credentials) -> Redis | RedisCluster:
    """Make the client; only a cluster's is asked at once who its members are.

    The client itself tries nothing again: `bot.redis_link` does, within its limits.
    """
    # The package takes a fifth of a second to load; without [store] it never is.
    from redis import Redis  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.cluster import ClusterNode, RedisCluster  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415
    from redis.sentinel import Sentinel  # noqa: PLC0415

    address = read_address(config.url)
    transport: dict[str, Any] = {
        "socket_timeout": config.timeout_seconds,
        "socket_connect_timeout": config.timeout_seconds,
        "protocol": 2,  # the Query Engine's replies are described for this one
    }
    if address.tls:
        transport |= {"ssl": True, "ssl_ca_certs": credentials.authorities or None}
    options = {
        **transport,
        "username": credentials.user or None,
        "password": credentials.password or None,
    }
    if address.kind == "cluster":
        nodes = [
            ClusterNode(host, port)  # type: ignore[no-untyped-call] # theirs
            for host, port in address.hosts
        ]
        return RedisCluster(startup_nodes=nodes, **options)
    options |= {"retry": Retry(NoBackoff(), 0), "db": address.database}
    if address.kind == "single":
        ((host, port),) = address.hosts
        return Redis(host=host, port=port, **options)
    watch = {**transport, "password": credentials.sentinel_password or None}
    watch["retry"] = Retry(NoBackoff(), 0)
    sentinels = Sentinel(  # type: ignore[no-untyped-call] # theirs
        list(address.hosts), sentinel_kwargs=watch, **options
    )
    client: Redis = sentinels.master_for(  # type: ignore[no-untyped-call] # theirs
        address.service
    )
    return client


def _password(environment: Mapping[str, str], name: str) -> str:
    value, path = environment.get(name, ""), environment.get(f"{name}_FILE", "")
    if value or not path:
        return value
    try:
        if Path(path).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(
                f"{path} can be read by others: run `chmod 600 {path}`, and change "
                "the password if anyone else uses this machine."
            )
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            return file.read(_LONGEST).strip()
    except OSError as error:
        raise ConfigError(
            f"{name}_FILE is {path}, which cannot be read: {error.strerror}."
        ) from error
