"""Whether everything of a generation is what was written, and whether it fits."""

from __future__ import annotations

from collections.abc import Callable
from heapq import merge

from bot.errors import IndexDamagedError, IndexIncompatibleError
from bot.redis_link import Link
from bot.stores.objects import damaged
from bot.stores.redis import engine
from bot.stores.redis.documents import read_raw
from bot.stores.redis.generations import Generations
from bot.stores.redis.homes import read_homes
from bot.stores.redis.listing import ids_of
from bot.stores.redis.manifest import RedisManifest, Segment
from bot.stores.redis.names import Names
from bot.stores.redis.objects import RedisObjects
from bot.stores.redis.tables import read_table
from bot.stores.redis.writing import Tally
from bot.stores.sources import read_sources


def verify_all(link: Link, names: Names) -> list[str]:
    """Check every finished generation; return what is wrong, one line each.

    Raises:
        IndexMissingError: there is no index.
    """
    generations = Generations(link, names)
    current = generations.current()
    problems, seen = [], set[Segment]()
    for number in {current, *generations.whole()}:
        try:
            verify_generation(link, names, generations.open(number).manifest, seen=seen)
        except (IndexDamagedError, IndexIncompatibleError) as error:
            problems.append(str(error))
    return problems


def verify_generation(
    link: Link,
    names: Names,
    manifest: RedisManifest,
    *,
    seen: set[Segment] | None = None,
    living: Callable[[], None] = lambda: None,
) -> None:
    """Read everything of a generation, and see that its parts fit together.

    Args:
        link: to the server.
        names: of the index.
        manifest: of the generation.
        seen: segments that need no look any more; those found whole are added.
        living: called now and then.

    Raises:
        IndexDamagedError: something is missing, changed or senseless.
    """
    objects = RedisObjects(link, names)
    read_sources(objects, manifest.sources)
    for reference in manifest.objects():
        living()
        objects.read(reference)
    collections = [each.name for each in manifest.collections]
    known = seen if seen is not None else set()
    for segment in manifest.segments:
        if segment not in known:
            verify_segment(link, names, segment, collections, living)
            known.add(segment)
    read_homes(link, names, manifest)


def verify_segment(
    link: Link,
    names: Names,
    segment: Segment,
    collections: list[str],
    living: Callable[[], None] = lambda: None,
) -> None:
    """Read a segment, and see that it is what its manifest says.

    Raises:
        IndexDamagedError: it is not.
    """
    place = f"{link.config.url}, {names.generation(segment.number)}"
    tally = Tally()
    lists = [
        ids_of(link, names, segment.number, each, frozenset()) for each in collections
    ]
    ids = (id_ for id_, _ in merge(*lists))
    for raw in read_raw(link, names, segment.number, ids):
        living()
        tally.add(raw)
    if tally.segment(segment.number, segment.vectors) != segment:
        raise damaged(place, "has other documents than were written")
    for collection in collections:
        living()
        table = read_table(link, names.counts(segment.number, collection))
        if table != tally.tables[collection]:
            raise damaged(place, f"counts other terms in collection {collection!r}")
    found = engine.info(link, names.generation(segment.number))
    if found is None or int(found["num_docs"]) != segment.chunks:
        raise damaged(place, "has a search index that lacks passages")
