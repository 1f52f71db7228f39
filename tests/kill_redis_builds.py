"""A program that kills and stops builds of an index on a Redis server.

It is run by test_redis_takeover.py in a process of its own, since it forks: a fork of a
process with threads is not safe. What it prints is JSON, one line at the end.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import redis

from bot.config import Config
from bot.errors import IndexBusyError, IndexMissingError
from bot.redis_link import Link
from bot.storage import LocalStore, RedisStore
from bot.store_config import StoreConfig
from bot.stores.redis import engine
from bot.stores.redis.generations import Generations
from bot.stores.redis.opening import open_names
from tests.redis_exchanges import Act, At, on_exchange
from tests.scenarios import EDITED
from tests.small_encoder import small_encoders
from tests.small_index import TEXTS, everything, settings, write_corpus

_ROOT = "bot:index:index"
_VECTORS = f"{_ROOT}:vectors:hashed-words-1"
_MANY = {f"sea/{n}.md": f"# Ship {n}\n\nShip {n} is at sea.\n" for n in range(30)}
_CHILD_FAILED = 3
_BUSY = 4
_PATIENCE = 60
Said = dict[str, Any] | None

_TIDYING = "up to date, before it removes an old generation"
# Where a build is stopped, for longer than its lock and its claims last: before the
# command that has the last of these words, once it has sent those that have the others.
_STOPS = {
    "holding claims": ("HSET", ":vectors:"),
    "before it writes": (":claim:", "numbers"),
    "between renewing the lock and writing": ("numbers", "ZADD"),
    "before its manifest": ("numbers", ":manifest"),
    "before the switch": ("FT.ALIASUPDATE",),
    "before it looks for old parts": ("FT.ALIASUPDATE", "SMEMBERS"),
    "before it gives up an old generation": ("FT.ALIASUPDATE", "ZREMRANGEBYSCORE"),
    "before it removes objects": ("FT.ALIASUPDATE", ":objects"),
    "before it removes vectors": ("FT.ALIASUPDATE", ":caches"),
    _TIDYING: (":lock",),
}


def kill() -> None:
    """End this process at once, with nothing tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def stopping_before(marks: tuple[str, ...]) -> Act:
    """Return what stops the process before the exchange that marks name."""
    waiting = list(marks)

    def act(words: str) -> None:
        if waiting and waiting[0] in words:
            waiting.pop(0)
            if not waiting:
                os.kill(os.getpid(), signal.SIGSTOP)

    return act


def in_child(act: Callable[[], object], disturb: Act = str) -> int:
    """Run something in a process of its own; return that process's id."""
    child = os.fork()
    if child == 0:
        status = _CHILD_FAILED
        try:
            with on_exchange(disturb):
                act()
            status = 0
        except IndexBusyError:
            status = _BUSY
        finally:
            os._exit(status)
    return child


@dataclasses.dataclass(frozen=True)
class Place:
    """A server, and a folder with corpora."""

    url: str
    folder: Path

    @property
    def config(self) -> Config:
        """Name both."""
        store = StoreConfig(self.url, timeout_seconds=30.0)
        return dataclasses.replace(settings(self.folder, keep=1), store=store)

    @property
    def store(self) -> RedisStore:
        """The index."""
        return RedisStore(self.config, small_encoders())

    def write(self, texts: Mapping[str, str]) -> None:
        """Make the corpus."""
        write_corpus(self.config.corpus_path, texts)

    def build(self, *, rebuild: bool = False) -> None:
        """Bring the index up to date."""
        self.store.build(rebuild=rebuild, patience=_PATIENCE)

    def says(self) -> Said:
        """Return what the index says now; None without one."""
        try:
            with closing(self.store.open()) as reader:
                return everything(reader)
        except IndexMissingError:
            return None

    def fresh(self, name: str) -> Said:
        """Return what an index in files says of the corpus, built from nothing."""
        files = settings(self.folder / name)
        config = dataclasses.replace(files, corpus=self.config.corpus)
        store = LocalStore(config, small_encoders())
        store.build(patience=0)
        with closing(store.open()) as reader:
            return everything(reader)

    def client(self) -> redis.Redis:
        """Open a plain client."""
        return redis.Redis.from_url(self.url, protocol=2)

    def empty(self) -> None:
        """Forget everything."""
        with self.client() as client:
            client.flushall()

    def lapse(self) -> None:
        """Let lock and claims lapse now, as they would by themselves after a minute."""
        with self.client() as client:
            for key in [f"{_ROOT}:lock", *client.scan_iter(f"{_ROOT}:claim:*")]:
                client.delete(key)

    def faults(self) -> list[str]:
        """Return what is damaged, was written twice, or is needed no more."""
        link, names = open_names(self.config)
        with closing(link), self.client() as client:
            whole = Generations(link, names).whole()
            manifests = [each.manifest for each in whole.values()]
            segments = {s.number: s for each in manifests for s in each.segments}
            found = [
                f"{number} has passages that were written twice"
                for number, segment in segments.items()
                if _indexed(link, number) != segment.chunks
            ]
            kept = {str(each) for each in (*whole, *segments)}
            for key in client.scan_iter(f"{_ROOT}:*"):
                part = key.decode().split(":")[3]
                if part.isdecimal() and part not in kept:
                    found.append(f"{key!r} is left over")
        return found + self.store.verify()


def _indexed(link: Link, number: int) -> int:
    found = engine.info(link, f"{_ROOT}:{number}")
    return int(found["max_doc_id"]) if found else 0


def sweep(place: Place, sample: int, offset: int) -> dict[str, Any]:
    """Kill updates at some exchanges, and each time the recovery too."""
    place.write(TEXTS)
    old = place.fresh("old")
    place.write(EDITED)
    new = place.fresh("new")
    total, problems, kills = _exchanges(place), [], 0
    points = range(offset % max(total // sample, 1), total, max(total // sample, 1))
    for point in points:
        _prepare(place)
        for again in (point, 7 * point % total):
            child = in_child(place.build, At(again, kill))
            kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
            place.lapse()
            if place.says() not in (old, new):
                problems.append(f"killed at {point}: neither the old nor the new")
        place.build()
        if place.says() != new:
            problems.append(f"killed at {point}: wrong after recovery")
        problems += [f"killed at {point}: {each}" for each in place.faults()]
    return {"points": len(points), "kills": kills, "problems": problems}


def _prepare(place: Place) -> None:
    place.empty()
    place.write(TEXTS)
    place.build()
    place.write(EDITED)


def _exchanges(place: Place) -> int:
    _prepare(place)
    seen: list[str] = []
    with on_exchange(seen.append):
        place.build()
    return len(seen)


def stops(place: Place) -> dict[str, Any]:
    """Stop a build for longer than its leases last, while another one goes on.

    The other one builds from an edited corpus. What the first does when it continues
    must not disturb the index, and nothing of it may be left.
    """
    problems, codes = [], {}
    for name, marks in _STOPS.items():
        _prepare(place)
        if name == _TIDYING:
            with closing(place.store.open()):
                place.build()  # what is read is not removed
        child = in_child(place.build, stopping_before(marks))
        if not os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1]):
            problems.append(f"{name}: was not stopped")
            continue
        place.lapse()
        place.write({**EDITED, "sea/late.md": "# Late\n\nA late ship.\n"})
        place.build()
        new = place.says()
        os.kill(child, signal.SIGCONT)
        codes[name] = os.WEXITSTATUS(os.waitpid(child, 0)[1])
        if place.says() != new or new != place.fresh(name):
            problems.append(f"{name}: the index is another one afterwards")
        place.write(EDITED)
        place.build()
        problems += [f"{name}: {each}" for each in place.faults()]
    return {"codes": codes, "problems": problems}


def takeover(place: Place) -> dict[str, Any]:
    """Kill a build that has claimed documents, beside another one that wants them."""
    place.write(_MANY)
    first = in_child(place.build, stopping_before(("HSET", ":vectors:")))
    os.waitpid(first, os.WUNTRACED)
    with place.client() as client:
        claimed = list(client.scan_iter(f"{_ROOT}:claim:*"))
        held = [client.ttl(each) for each in claimed]
        second = in_child(place.build)
        end = time.monotonic() + _PATIENCE
        while client.hlen(_VECTORS) < len(_MANY) - len(claimed):
            if time.monotonic() > end:
                raise RuntimeError("the second build does not get on")
            time.sleep(0.01)
        os.kill(first, signal.SIGKILL)
        _, status = os.waitpid(first, 0)
        waits = os.waitpid(second, os.WNOHANG) == (0, 0)
        client.delete(*claimed)  # as the server does when the leases end
        _, ended = os.waitpid(second, 0)
    return {
        "killed": os.WIFSIGNALED(status),
        "leases": held,
        "waits": waits,
        "code": os.WEXITSTATUS(ended),
        "same": place.says() == place.fresh("fresh"),
        "problems": place.faults(),
    }


if __name__ == "__main__":
    mode, server, where, *numbers = sys.argv[1:]
    at = Place(server, Path(where))
    modes: dict[str, Callable[..., dict[str, Any]]] = {
        each.__name__: each for each in (sweep, stops, takeover)
    }
    sys.stdout.write(json.dumps(modes[mode](at, *map(int, numbers))))
