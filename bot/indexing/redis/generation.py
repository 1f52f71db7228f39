"""A planned generation is written, read back, and made the index."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import IndexBusyError, IndexDamagedError
from bot.indexing.findings import Findings
from bot.indexing.redis.plan import Plan, Present
from bot.indexing.redis.sharing import Sharing
from bot.stores.manifest import EncoderRef, canonical
from bot.stores.redis.cleaning import note_parts, remove_stray
from bot.stores.redis.documents import read_raw
from bot.stores.redis.locks import BuildLock
from bot.stores.redis.manifest import Collection, RedisManifest, added
from bot.stores.redis.objects import RedisObjects
from bot.stores.redis.tables import read_table
from bot.stores.redis.verifying import verify_segment
from bot.stores.redis.writing import Tally, Writer, new_generation
from bot.stores.sources import pack_sources


def write_generation(
    lock: BuildLock,
    plan: Plan,
    findings: Findings,
    sharing: Sharing,
    *,
    present: Present | None,
    parent: str | None,
    encoder: EncoderRef,
) -> tuple[RedisManifest, int]:
    """Write a generation and switch to it, while the lock is held.

    Args:
        lock: that is held.
        plan: of the generation.
        findings: what it is made from.
        sharing: has the vectors of what is new.
        present: the generation that parts are taken over from.
        parent: checksum of the current manifest, to which a rollback leads.
        encoder: that the vectors come from.

    Returns:
        Its manifest, and the bytes written.

    Raises:
        EngineError: the server cannot be reached or has no room.
        IndexBusyError: the lock was lost.
        IndexDamagedError: what came back is not what was written.
    """
    link, names = lock.link, plan.contents.names
    writer = Writer(link, names, lock, new_generation(link, names))
    objects = RedisObjects(link, names)
    collections = sorted({each.collection for _, each in findings.chosen.values()})
    contents = plan.contents
    with _removed_on_failure(writer):
        note_parts(link, names, writer.generation, _parts(writer, plan, collections))
        segment = writer.fill(
            contents.raw(sharing), contents.chunks(), encoder.dimensions
        )
        verify_segment(link, names, segment, collections, lock.keeping())
        gone = {
            str(each.number): taken
            for each in plan.kept
            if (taken := _write_gone(writer, plan, present, each.number))
        }
        for each in encoder.files.values():
            objects.check_size(each)
        manifest = RedisManifest(
            writer.generation,
            parent,
            findings.settings,
            encoder,
            _members(findings),
            (*plan.kept, *([segment] if segment.documents else [])),
            gone,
            objects.put(pack_sources(findings.files.values())),
            objects.put([canonical(findings.copies)]),
        )
        writer.commit(manifest)
    return manifest, segment.bytes + objects.written


@contextmanager
def _removed_on_failure(writer: Writer) -> Iterator[None]:
    """Remove what was written of a generation that will not be the index."""
    try:
        yield
    except (IndexBusyError, IndexDamagedError):
        remove_stray(writer.link, writer.names, writer.generation)
        raise


def _members(findings: Findings) -> str:
    """Name what is indexed, whatever was built before."""
    ids = sorted((id_, each.digest) for id_, (_, each) in findings.chosen.items())
    return hashlib.sha256(canonical([ids, findings.copies])).hexdigest()


def _write_gone(
    writer: Writer, plan: Plan, present: Present | None, segment: int
) -> tuple[Collection, ...]:
    """Write what the generation no longer has of a segment; return its counts."""
    if present is None:
        return ()
    link, names = writer.link, writer.names
    leaving = plan.leaving.get(segment, frozenset())
    before = present.manifest.gone.get(str(segment), ())
    tally = Tally()
    for raw in read_raw(link, names, segment, sorted(leaving)):
        tally.add(raw)
    for each in {*tally.tables, *(one.name for one in before)}:
        table: Counter[bytes] = tally.tables[each]
        if before:
            former = names.minus(present.manifest.generation, segment, each)
            table = table + read_table(link, former)
        writer.write_table(names.minus(writer.generation, segment, each), table)
    writer.write_gone(segment, leaving | present.homes.gone[segment])
    return added([*before, *tally.collections])


def _parts(writer: Writer, plan: Plan, collections: list[str]) -> list[str]:
    """Name every key that may be written, so that it can be removed one day."""
    names, number = writer.names, writer.generation
    parts = [names.ids(number, each) for each in collections]
    parts += [names.counts(number, each) for each in collections]
    for segment in plan.kept:
        parts.append(names.gone(number, segment.number))
        parts += [
            names.minus(number, segment.number, each.name)
            for each in segment.collections
        ]
    return parts
