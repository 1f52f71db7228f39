"""Examines an index inside Redis for `bot doctor`: generations, readers, lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from bot.checks import Check
from bot.config import Config
from bot.errors import IndexMissingError
from bot.redis_link import Link
from bot.stores.redis.generations import Generation, Generations
from bot.stores.redis.locks import count_readers, read_holder
from bot.stores.redis.names import Names
from bot.stores.redis.opening import open_names

_MIB = 2**20


def check_generations(config: Config) -> Iterator[Check]:
    """Say what is kept of an index, who uses it, and who builds it.

    Raises:
        EngineError: the server cannot be reached or searched.
    """
    link, names = open_names(config)
    with closing(link):
        holder = read_holder(link, names)
        yield _generations(link, names, building=bool(holder))
        detail = "no build holds the lock"
        if holder:
            name, seconds = holder
            detail = (
                f"{name} is building; should it die, its lock lapses in {seconds} s"
            )
        yield Check("store lock", "ok", detail)


def _generations(link: Link, names: Names, *, building: bool) -> Check:
    name, generations = "store generations", Generations(link, names)
    whole = generations.whole()
    segments = {s for each in whole.values() for s in each.manifest.segments}
    known = {*whole, *(each.number for each in segments)}
    unfinished = [each for each in generations.numbers() if each not in known]
    try:
        current = generations.current()
    except IndexMissingError:
        current = 0
    detail = f"{_listed(link, names, whole, current)}; {_size(whole)}"
    if unfinished and not building:
        detail += f"; {len(unfinished)} left by builds that were ended"
        return Check(name, "warning", detail, "bot index")
    return Check(name, "ok", detail)


def _listed(
    link: Link, names: Names, whole: dict[int, Generation], current: int
) -> str:
    parts = []
    for number in whole:
        marks = ["current"] if number == current else []
        if readers := count_readers(link, names, number):
            marks.append(f"read by {readers}")
        parts.append(f"{number} ({', '.join(marks)})" if marks else str(number))
    return ", ".join(parts) or "none"


def _size(whole: dict[int, Generation]) -> str:
    """Say how much they hold together; what generations share counts once."""
    manifests = [each.manifest for each in whole.values()]
    passages = {s.number: s.bytes for each in manifests for s in each.segments}
    objects = {o.sha256: o.size for each in manifests for o in each.objects()}
    return (
        f"{sum(passages.values()) / _MIB:.1f} MiB of documents and passages, "
        f"{sum(objects.values()) / _MIB:.1f} MiB of encoder and lists"
    )
