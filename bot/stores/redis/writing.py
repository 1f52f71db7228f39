"""A segment is filled, counted, checked; then the alias is switched in one step."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.redis_link import Command, Link
from bot.stores.batches import in_batches
from bot.stores.objects import damaged
from bot.stores.redis import engine
from bot.stores.redis.documents import RawDocument
from bot.stores.redis.engine import Vectors
from bot.stores.redis.locks import BuildLock
from bot.stores.redis.manifest import Collection, RedisManifest, Segment, added
from bot.stores.redis.names import Names, encoded
from bot.stores.redis.tables import table_commands

_EXACT = 250_000  # chunks up to which every vector is compared: some 20 ms a question
_BATCH_BYTES = 1 << 19  # in one step: in a graph of vectors, some tenths of a second
_FIELDS = 2_000  # members written in one command
_POLL = 0.1  # seconds between two looks at what is being indexed


@dataclass(slots=True)
class Tally:
    """What is counted of documents while they pass."""

    tables: defaultdict[str, Counter[bytes]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    collections: tuple[Collection, ...] = ()
    chunks: int = 0
    shortest: int = 0  # terms of a chunk
    longest: int = 0
    bytes: int = 0
    _sum: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, raw: RawDocument) -> None:
        """Count a document; documents come in order of id."""
        self._sum.update(encoded(raw.id) + b"\0" + raw.sum.encode())
        lengths = []
        for words in raw.counters():
            lengths.append(words.total())
            self.tables[raw.collection].update(words.keys())
        if lengths:
            first = not self.chunks
            least = min(lengths)
            self.shortest = least if first else min(least, self.shortest)
            self.longest = max(self.longest, *lengths)
        self.bytes += raw.size
        one = Collection(raw.collection, 1, len(lengths), sum(lengths))
        self.collections = added([*self.collections, one])
        self.chunks += len(lengths)

    def segment(self, number: int, vectors: Vectors) -> Segment:
        """Describe the segment that the documents make."""
        return Segment(
            number,
            vectors,
            self.collections,
            self.shortest,
            self.longest,
            self.bytes,
            self._sum.hexdigest(),
        )


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes what belongs to one generation, while the build lock is held."""

    link: Link
    names: Names
    lock: BuildLock
    generation: int

    def fill(
        self, documents: Iterable[RawDocument], chunks: int, dimensions: int
    ) -> Segment:
        """Write the generation's own segment.

        Args:
            documents: by id.
            chunks: how many there will be.
            dimensions: length of a vector.

        Returns:
            The segment.

        Raises:
            EngineError: the server cannot be reached or has no room.
            IndexBusyError: the lock was lost.
            IndexDamagedError: what came back is not what was written.
        """
        kind: Vectors = "FLAT" if chunks <= _EXACT else "HNSW"
        at = engine.search_index(self.link, self.names, self.generation)
        engine.create(at, dimensions, kind)
        tally = Tally()
        commands = self._commands(documents, tally)
        for batch in in_batches(commands, _size, _BATCH_BYTES):
            self.lock.renew()
            self.link.together(batch)
        for collection, table in tally.tables.items():
            self.write_table(self.names.counts(self.generation, collection), table)
        self._check(replace(at, chunks=tally.chunks), dimensions, kind)
        return tally.segment(self.generation, kind)

    def write_table(self, key: str, table: Mapping[bytes, int]) -> None:
        """Write how many chunks have each word."""
        for each in table_commands(key, table):
            self.lock.renew()
            self.link.change(*each)

    def write_gone(self, segment: int, documents: Iterable[str]) -> None:
        """Write which documents of a segment the generation no longer has."""
        key = self.names.gone(self.generation, segment)
        members = sorted(map(encoded, documents))
        for at in range(0, len(members), _FIELDS):
            self.link.change("SADD", key, *members[at : at + _FIELDS])

    def commit(self, manifest: RedisManifest) -> None:
        """Make the generation the index: the alias is switched, if the lock holds.

        Raises:
            IndexBusyError: the lock was lost; the index is unchanged.
        """
        key = self.names.at(self.generation, "manifest")
        self.link.change("SET", key, manifest.to_bytes())
        point_to(self.link, self.names, self.lock, self.generation)

    def _commands(
        self, documents: Iterable[RawDocument], tally: Tally
    ) -> Iterator[Command]:
        for each in documents:
            tally.add(each)
            yield from each.commands(self.names, self.generation)

    def _check(self, at: engine.SearchIndex, dimensions: int, kind: Vectors) -> None:
        """See that the search index has every chunk, and each only once."""
        found = engine.info(self.link, at.name) or {}
        if found and int(found["max_doc_id"]) != at.chunks:
            # A batch was sent again after the connection broke: what was written twice
            # is counted twice. Indexed anew, it is not.
            engine.drop(self.link, at.name, chunks=False)
            engine.create(at, dimensions, kind, scan=True)
            while int((found := engine.info(self.link, at.name) or {})["indexing"]):
                self.lock.renew()
                time.sleep(_POLL)
        indexed = int(found.get("num_docs", -1))
        failures = int(found.get("hash_indexing_failures", 0))
        if (indexed, failures) != (at.chunks, 0):
            place = f"{self.link.config.url}, {at.name}"
            what = f"has {indexed} of {at.chunks} passages, {failures} were refused"
            raise damaged(place, what)


def point_to(link: Link, names: Names, lock: BuildLock, generation: int) -> None:
    """Let the alias stand for a generation.

    Raises:
        IndexBusyError: the lock was lost; the alias is unchanged.
    """
    index = names.generation(generation)
    if not engine.switch(link, lock.key, lock.token, names.root, index):
        raise lock.lost()


def new_generation(link: Link, names: Names) -> int:
    """Take a number that no generation has had, and note that it is being written."""
    number = int(link.change("INCR", names.at("numbers")))
    link.change("SADD", names.at("generations"), number)
    return number


def _size(command: Command) -> int:
    return sum(len(each) for each in command if isinstance(each, (bytes, str)))
