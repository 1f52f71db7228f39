"""The [store] section of bot.toml: files on this machine, or a Redis server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.errors import ConfigError

Kind = Literal["single", "sentinel", "cluster"]

_SCHEMES: dict[str, tuple[Kind, bool]] = {
    "redis": ("single", False),
    "rediss": ("single", True),
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}
_PORTS: dict[Kind, int] = {"single": 6379, "sentinel": 26379, "cluster": 6379}
# No braces: Redis Cluster would put all keys of a prefix with them on one shard.
_PREFIX = re.compile(r"[A-Za-z0-9_.:-]+")
_URL = re.compile(r"([a-z+]+)://([^/?#]*)((?:/[^/?#]+)*)/?")
_HOST = re.compile(r"\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+)")
_DATABASE = re.compile(r"[0-9]{1,4}")
_PORT = re.compile(r"[0-9]{1,5}")
_LARGEST_PORT = 65_535
_LONGEST = 3_600.0  # seconds; more is a mistake in the unit
_FORMS = (
    "redis://host:6379/0, rediss:// for TLS, redis+sentinel://host,host/service or "
    "redis+cluster://host,host"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, read from store.url."""

    kind: Kind
    tls: bool
    hosts: tuple[tuple[str, int], ...]  # of the sentinels, with "sentinel"
    service: str = ""  # what the sentinels call the primary
    database: int = 0


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Where the bot keeps what several processes or machines share.

    User, password and certificates are never here: see `bot.redis_link`.
    """

    url: str = ""  # "" keeps everything in files, without a server
    prefix: str = "bot"  # of all keys; bots with different prefixes share nothing
    replicas: int = 0  # that must have confirmed a change before it counts as made
    timeout_seconds: float = 5.0  # of one exchange; an answer takes milliseconds
    retry_seconds: float = 5.0  # a lost connection is tried again this long

    def __post_init__(self) -> None:
        """Check the values once, so no other module needs to."""
        address = read_address(self.url) if self.url else None
        if not _PREFIX.fullmatch(self.prefix):
            raise ConfigError(
                f"store.prefix is {self.prefix!r}; it may hold letters, digits and "
                "_ . : - only."
            )
        if self.replicas < 0:
            raise ConfigError(
                f"store.replicas is {self.replicas}; it must be 0 or more."
            )
        if self.replicas and address and address.kind == "cluster":
            raise ConfigError(
                "store.replicas cannot be used with redis+cluster://: there, set "
                "min-replicas-to-write on the server."
            )
        if not 0 < self.timeout_seconds <= _LONGEST:
            raise ConfigError(
                f"store.timeout_seconds is {self.timeout_seconds}; it must be above 0 "
                f"and at most {_LONGEST:g}."
            )
        if not 0 <= self.retry_seconds <= _LONGEST:
            raise ConfigError(
                f"store.retry_seconds is {self.retry_seconds}; it must be between 0 "
                f"and {_LONGEST:g}."
            )


def read_address(url: str) -> Address:
    """Take a store.url apart.

    Raises:
        ConfigError: it has another form, or holds a user or a password.
    """
    if "@" in url:
        # The value is not repeated: messages end up in logs.
        raise ConfigError(
            "store.url holds a user or a password, and files of settings are shared: "
            "put them into BOT_REDIS_USER and BOT_REDIS_PASSWORD, and leave only the "
            "host here."
        )
    parts = _URL.fullmatch(url)
    if parts is None or parts[1] not in _SCHEMES:
        raise ConfigError(f"store.url is {url!r}; it must be one of {_FORMS}.")
    kind, tls = _SCHEMES[parts[1]]
    hosts = tuple(_host(each, _PORTS[kind], url) for each in parts[2].split(","))
    if kind == "single" and len(hosts) > 1:
        raise ConfigError(
            f"store.url is {url!r}: several hosts need redis+sentinel:// or "
            "redis+cluster://."
        )
    path = [each for each in parts[3].split("/") if each]
    service = path.pop(0) if kind == "sentinel" and path else ""
    if kind == "sentinel" and not service:
        raise ConfigError(
            f"store.url is {url!r}: after the sentinels comes the name of the service "
            "they watch, as in redis+sentinel://host,host/mymaster."
        )
    database = "".join(path) or "0"
    numbered = len(path) <= 1 and _DATABASE.fullmatch(database)
    if not numbered or (kind == "cluster" and path):
        raise ConfigError(f"store.url is {url!r}; it must be one of {_FORMS}.")
    return Address(kind, tls, hosts, service, int(database))


def _host(text: str, port: int, url: str) -> tuple[str, int]:
    name, colon, number = text, "", ""
    if not text.endswith("]"):  # of an IPv6 address without a port
        before, colon, number = text.rpartition(":")
        name = before if colon else number
    found = _HOST.fullmatch(name)
    numbered = _PORT.fullmatch(number) and int(number) <= _LARGEST_PORT
    if found is None or (colon and not numbered):
        raise ConfigError(
            f"store.url is {url!r}: {text!r} is no host and port, such as db1:6379."
        )
    return found[1] or found[2], int(number) if colon else port
