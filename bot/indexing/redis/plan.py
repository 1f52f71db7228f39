"""What stays of the generation before, what is gone, and what is written anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.errors import IndexDamagedError
from bot.indexing.findings import Findings
from bot.indexing.redis.contents import Contents, OldSegment
from bot.indexing.redis.merging import taken_over
from bot.indexing.scan import Spool
from bot.redis_link import Link
from bot.stores.manifest import EncoderRef
from bot.stores.objects import damaged
from bot.stores.redis.generations import Generation
from bot.stores.redis.homes import Homes
from bot.stores.redis.listing import ids_of
from bot.stores.redis.manifest import RedisManifest, Segment
from bot.stores.redis.names import Names
from bot.stores.sources import SourceFile


@dataclass(frozen=True, slots=True)
class Present:
    """The index as it is before the build."""

    generation: Generation
    files: Mapping[str, SourceFile]  # by path
    homes: Homes

    @property
    def manifest(self) -> RedisManifest:
        """Everything known of it."""
        return self.generation.manifest


@dataclass(frozen=True, slots=True)
class Plan:
    """The new generation, before it is written."""

    contents: Contents  # of its own segment
    kept: tuple[Segment, ...]  # segments that stay
    leaving: Mapping[int, frozenset[str]]  # by segment that stays: gone from now on
    changing: Mapping[int, frozenset[str]]  # by segment: whose vectors may serve again


def plan(
    link: Link,
    names: Names,
    present: Present | None,
    *,
    findings: Findings,
    entry: EncoderRef,
    spool: Spool,
) -> Plan:
    """Compare what is stored with what was found.

    Raises:
        IndexDamagedError: a document is missing that the index should have.
    """
    chosen = findings.chosen
    kept = {
        id_ for id_, (_, each) in chosen.items() if findings.stored.get(id_) == each
    }
    fresh = frozenset(chosen.keys() - kept)
    homes = present.homes if present else Homes(link, names, {})
    segments = present.manifest.segments if present else ()
    same_encoder = present is not None and present.manifest.encoder.name == entry.name
    if findings.stored and same_encoder:
        leaving = _by_segment(homes, findings.stored.keys() - kept)
    else:  # all of the old segments is written anew, or of no use
        leaving = {}
    gone = {
        number: homes.gone[number] | leaving.get(number, frozenset())
        for number in homes.gone
    }
    old = [
        OldSegment(each.number, _documents(homes, present, each.number, gone))
        for each in segments
    ]
    taken = {each.number for each in segments}
    if findings.stored and same_encoder:
        counts = {number: len(ids) for number, ids in gone.items()}
        taken = taken_over(segments, counts, len(fresh))
    elif same_encoder:  # cut by other rules: most texts are the same all the same
        leaving = {each.number: frozenset(each.documents) for each in old}
    again = [each for each in old if each.number in taken] if findings.stored else []
    analysis = findings.settings["analysis"]
    same_texts = present and present.manifest.settings.get("analysis") == analysis
    return Plan(
        Contents(
            link,
            names,
            spool,
            chosen,
            fresh,
            copied=again if same_encoder else [],
            encoded_anew=[] if same_encoder else again,
        ),
        tuple(each for each in segments if each.number not in taken),
        {n: ids for n, ids in leaving.items() if n not in taken},
        leaving if same_texts else {},
    )


def _documents(
    homes: Homes,
    present: Present | None,
    number: int,
    gone: Mapping[int, frozenset[str]],
) -> list[str]:
    collections = present.manifest.collections if present else ()
    return sorted(
        id_
        for each in collections
        for id_, _ in ids_of(homes.link, homes.names, number, each.name, gone[number])
    )


def _by_segment(homes: Homes, documents: Iterable[str]) -> dict[int, frozenset[str]]:
    try:
        found = homes.find(documents)
    except KeyError as error:
        raise _lost(homes, error) from error
    return {
        number: frozenset(id_ for id_, place in found.items() if place == number)
        for number in set(found.values())
    }


def _lost(homes: Homes, error: KeyError) -> IndexDamagedError:
    where = f"{homes.link.config.url}, {homes.names.root}"
    return damaged(where, f"has lost document {error.args[0]!r}")
