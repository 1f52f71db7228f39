"""What no generation needs any more is removed; the lock is held meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bot.errors import EngineError, IndexBusyError
from bot.redis_link import Link
from bot.stores.manifest import ObjectRef
from bot.stores.redis import engine
from bot.stores.redis.generations import Generations
from bot.stores.redis.locks import BuildLock, Hold
from bot.stores.redis.names import Names, decoded, encoded
from bot.stores.redis.objects import RedisObjects

_AT_ONCE = 1_000


def has_more(link: Link, names: Names, keep: int) -> bool:
    """Tell whether there is more than generations to keep: `remove_old` removes it."""
    generations = Generations(link, names)
    whole = generations.whole()
    segments = {s.number for each in whole.values() for s in each.manifest.segments}
    return len(whole) > keep or not {*whole, *segments}.issuperset(
        generations.numbers()
    )


def remove_old(lock: BuildLock, names: Names, keep: int) -> list[str]:
    """Remove generations beyond ``keep`` that no reader holds, and unneeded objects.

    Kept are the current one, the one that it was made from, and so on. One whose build
    was interrupted before the switch goes too.

    Returns:
        What could not be removed and why, one line each; the index is whole anyway.
    """
    link = lock.link
    where = f"Old parts of {names.root} are left in {link.config.url}"
    try:
        _remove_old(lock, names, keep)
    except IndexBusyError:
        return [f"{where}: another build has begun, and removes them."]
    except EngineError as error:
        return [f"{where}: {error}"]
    return []


def _remove_old(lock: BuildLock, names: Names, keep: int) -> None:
    link = lock.link
    generations = Generations(link, names)
    # Listed first: what another build begins, should this one lose its lock from now
    # on, is not on the list.
    numbers = generations.numbers()
    lock.renew()
    wanted = generations.line(generations.current())[:keep]
    whole = generations.whole()
    kept = [
        number
        for number in numbers
        if number in wanted or not Hold(link, names, number).forget(lock)
    ]
    manifests = [whole[each].manifest for each in kept if each in whole]
    segments = {each.number for one in manifests for each in one.segments}
    for number in numbers:
        if number in kept:
            continue
        remove_generation(link, names, number)
        if number not in segments:
            remove_segment(link, names, number)
    needed = [each for manifest in manifests for each in manifest.objects()]
    RedisObjects(link, names).remove_all_but([*needed, *_exported(link, names)], lock)
    remembered = {*kept, *segments}
    # A segment outlives its generation; its number is kept for a later look.
    gone = [each for each in numbers if each not in remembered]
    link.changes(("SREM", names.at("generations"), each) for each in gone)


def remove_unfinished(lock: BuildLock, names: Names, current: int | None) -> None:
    """Remove what builds that were interrupted have written; never the current one.

    Raises:
        IndexBusyError: the lock was lost.
    """
    link = lock.link
    generations = Generations(link, names)
    numbers = generations.numbers()  # first, as above
    lock.renew()
    whole = generations.whole()
    segments = {s.number for each in whole.values() for s in each.manifest.segments}
    for number in numbers:
        if number not in {current, *whole, *segments}:
            remove_generation(link, names, number)
            remove_segment(link, names, number)
            link.change("SREM", names.at("generations"), number)


def remove_stray(link: Link, names: Names, number: int) -> None:
    """Remove what a build wrote after another had removed its unfinished generation.

    Nothing lists such keys any more, so all keys of the server are looked at: it
    happens when a build stood still for longer than its lock lasts.
    """
    if number in Generations(link, names).numbers():
        return  # the next build removes it
    cursor = b"0"
    while True:
        place = ("MATCH", f"{names.at(number)}:*", "COUNT", _AT_ONCE)
        cursor, keys = link.call("SCAN", cursor, *place)
        link.changes(("UNLINK", key) for key in keys)
        if int(cursor) == 0:
            return


def remove_generation(link: Link, names: Names, number: int) -> None:
    """Remove what only the generation itself needs."""
    link.change("DEL", names.at(number, "manifest"))
    _remove_listed(link, names, number, ("minus", "gone"))


def remove_segment(link: Link, names: Names, number: int) -> None:
    """Remove a segment: its search index, passages, documents and counts."""
    engine.drop(link, names.generation(number))
    for key in _listed(link, names, number, "ids"):
        while members := link.call("ZRANGE", key, 0, _AT_ONCE - 1):
            keys = [names.document(number, decoded(each)) for each in members]
            link.changes(("UNLINK", each) for each in keys)
            link.change("ZREM", key, *members)
    _remove_listed(link, names, number, ("ids", "df"))
    link.change("DEL", names.at(number, "parts"))


def note_parts(link: Link, names: Names, number: int, parts: Iterable[str]) -> None:
    """Remember keys of a generation, before they are written, to find them again."""
    keys = [encoded(each) for each in parts]
    if keys:
        link.change("SADD", names.at(number, "parts"), *keys)


def _exported(link: Link, names: Names) -> Iterator[ObjectRef]:
    """Yield the files of encoders that a build will use."""
    for name in link.call("SMEMBERS", names.at("encoders")):
        data = link.call("GET", names.encoder(name.decode()))
        if data is None:
            link.change("SREM", names.at("encoders"), name)
            continue
        for values in json.loads(data)["files"].values():
            yield ObjectRef(**values)


def _listed(link: Link, names: Names, number: int, kind: str) -> list[str]:
    start = f"{names.at(number, kind)}:"
    members = link.call("SMEMBERS", names.at(number, "parts"))
    return [
        each.decode() for each in sorted(members) if each.startswith(start.encode())
    ]


def _remove_listed(link: Link, names: Names, number: int, kinds: Iterable[str]) -> None:
    keys = [key for kind in kinds for key in _listed(link, names, number, kind)]
    link.changes(("UNLINK", key) for key in keys)
