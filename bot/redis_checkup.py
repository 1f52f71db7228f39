"""Examines the Redis server of [store], for `bot doctor`: each finding with a mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from bot.checks import Check
from bot.errors import EngineAccessError, EngineError
from bot.redis_link import Link, open_link
from bot.store_config import Address, StoreConfig, read_address

_OLDEST = (7, 2)  # the oldest that the Query Engine of today's formats runs in
_NEARLY_FULL = 0.9  # of maxmemory
_MIB = 2**20

Facts = Mapping[str, Any]


def check_redis(config: StoreConfig, environment: Mapping[str, str]) -> list[Check]:
    """Check that the server can be used, and that it keeps what it is given.

    Args:
        config: names a server.
        environment: where user and password are.
    """
    address = read_address(config.url)
    found = list(_transport(address))
    try:
        with closing(open_link(config, environment)) as link:
            found += _cluster(link) if address.kind == "cluster" else _server(link)
    except EngineError as error:
        found.append(Check("store", "failed", str(error), _remedy(config, error)))
    return found


def _transport(address: Address) -> Iterator[Check]:
    """Say where others could read along."""
    away = [host for host, _ in address.hosts if not _is_local(host)]
    if away and not address.tls:
        yield Check(
            "store transport",
            "warning",
            f"password and documents travel in the clear to {', '.join(away)}",
            "rediss:// in store.url; or leave it, on a network that is yours alone",
        )


def _is_local(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


def _remedy(config: StoreConfig, error: EngineError) -> str:
    if isinstance(error, EngineAccessError):
        return "export BOT_REDIS_PASSWORD=..., as the server has it"
    (host, port), *_ = read_address(config.url).hosts
    return f"start it there; then redis-cli -h {host} -p {port} ping answers PONG"


def _cluster(link: Link) -> list[Check]:
    link.call("PING")
    return [
        Check("store", "ok", f"{link.config.url} answers"),
        Check(
            "store cluster",
            "failed",
            "an index is kept by one server with its replicas, not by a cluster",
            'url = "redis://..." or "redis+sentinel://..." under [store]',
        ),
    ]


def _server(link: Link) -> Iterator[Check]:
    facts: Facts = link.call("INFO")
    yield _version(link, facts)
    yield _query_engine(link)
    yield _role(link, facts)
    yield _persistence(link, facts)
    yield _memory(facts)


def _version(link: Link, facts: Facts) -> Check:
    version = str(facts["redis_version"])
    detail = f"{link.config.url} runs Redis {version}"
    if tuple(int(each) for each in version.split(".")[:2]) < _OLDEST:
        return Check("store", "failed", detail, "install Redis 8")
    return Check("store", "ok", detail)


def _query_engine(link: Link) -> Check:
    name = "store query engine"
    try:
        listed = link.call("MODULE", "LIST")
    except EngineAccessError as error:
        return Check(name, "warning", str(error), "grant MODULE LIST to this user")
    for each in listed:
        module = dict(zip(each[::2], each[1::2], strict=True))
        if module[b"name"] == b"search":
            return Check(name, "ok", f"version {_dotted(module[b'ver'])}")
    remedy = "use Redis 8, or start redis-server with --loadmodule redisearch.so"
    return Check(name, "failed", "not loaded: there is nothing to search with", remedy)


def _dotted(version: int) -> str:
    """Write a module's version as people do: 21005 is 2.10.5."""
    return f"{version // 10_000}.{version // 100 % 100}.{version % 100}"


def _role(link: Link, facts: Facts) -> Check:
    name, wanted = "store role", link.config.replicas
    if facts["role"] != "master":
        where = f"{facts['master_host']}:{facts['master_port']}"
        return Check(
            name,
            "failed",
            "a replica, which takes no changes",
            f'url = "redis://{where}" under [store]',
        )
    present = int(facts["connected_slaves"])
    detail = f"a primary with {_replicas(present)}"
    if present < wanted:
        detail += f", and store.replicas is {wanted}: changes are refused"
        remedy = "redis-cli -p PORT replicaof HOST PORT, on each replica"
        return Check(name, "failed", detail, remedy)
    if wanted:
        detail += f"; a change counts once {_replicas(wanted)} confirmed it"
    elif present:
        detail += "; changes do not wait for confirmation (store.replicas is 0)"
    else:
        detail += ": its disk has the only copy"
    return Check(name, "ok", detail)


def _replicas(count: int) -> str:
    return f"{count or 'no'} replica" + "s" * (count > 1)


def _persistence(link: Link, facts: Facts) -> Check:
    """Say what a crash would lose."""
    name = "store persistence"
    if not int(facts["aof_enabled"]):
        return Check(
            name,
            "warning",
            "appendonly is off: a restart loses all changes since the last snapshot",
            "redis-cli config set appendonly yes, then redis-cli config rewrite",
        )
    try:
        _, value = link.call("CONFIG", "GET", "appendfsync")
    except EngineAccessError as error:
        return Check(name, "warning", str(error), "ask who runs the server")
    found = value.decode()
    if found == "always":
        return Check(name, "ok", "each change is on disk before it is acknowledged")
    lost = {
        "everysec": "a power cut loses the last second or two of acknowledged changes",
        "no": "a power cut loses what the system had not written, often 30 seconds",
    }[found]
    remedy = "redis-cli config set appendfsync always, then redis-cli config rewrite"
    return Check(name, "warning", f"appendfsync is {found}: {lost}", remedy)


def _memory(facts: Facts) -> Check:
    name, policy = "store memory", str(facts["maxmemory_policy"])
    used, most = int(facts["used_memory"]), int(facts["maxmemory"])
    if policy != "noeviction":
        return Check(
            name,
            "failed",
            f"maxmemory-policy is {policy}: a full server deletes claims, votes and "
            "passages by itself",
            "redis-cli config set maxmemory-policy noeviction, then redis-cli config "
            "rewrite",
        )
    if not most:
        return Check(
            name,
            "warning",
            f"{used / _MIB:.1f} MiB used, and no maxmemory: the system ends a server "
            "that takes all of its memory",
            "redis-cli config set maxmemory 4gb, then redis-cli config rewrite",
        )
    detail = f"{used / _MIB:.1f} of {most / _MIB:.1f} MiB used, none is evicted"
    if used > _NEARLY_FULL * most:
        return Check(name, "warning", detail, "redis-cli config set maxmemory 8gb")
    return Check(name, "ok", detail)
