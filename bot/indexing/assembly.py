"""The chosen documents are put into buckets; only buckets that changed are written."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from bot.dense import Encoder
from bot.indexing.ahead import Batch, EncodingAhead
from bot.indexing.choice import Chosen, Copies
from bot.indexing.report import Listener, Progress
from bot.indexing.scan import Spool
from bot.stores.buckets import divide, find, members_hash
from bot.stores.documents import Documents, StoredDocument
from bot.stores.manifest import BucketRef, CollectionRef, Manifest
from bot.stores.objects import ObjectWriter
from bot.stores.shelf import open_documents
from bot.stores.sources import SourceDocument
from bot.stores.storing import (
    PreparedBucket,
    prepare_bucket,
    write_bucket,
    write_collection,
)
from bot.stores.vector_cache import VectorCache
from bot.stores.vectors import open_vectors

_BUCKETS_KEPT = 4  # opened at a time; neighbours in order go to the same old bucket


@dataclass(frozen=True)
class Former:
    """The generation before, and what of it may be used again."""

    manifest: Manifest
    texts: bool  # its documents were cut by the same rules
    vectors: bool  # it has the same encoder

    @cached_property
    def collections(self) -> dict[str, CollectionRef]:
        """Its collections by name."""
        return {each.name: each for each in self.manifest.collections}

    @cached_property
    def buckets(self) -> dict[str, dict[str, BucketRef]]:
        """Its buckets by collection and prefix."""
        return {
            each.name: {bucket.prefix: bucket for bucket in each.buckets}
            for each in self.manifest.collections
        }


@dataclass(frozen=True, slots=True)
class PlannedBucket:
    """A bucket of the new generation, before it is written."""

    collection: str
    prefix: str
    documents: tuple[SourceDocument, ...]  # by id

    @property
    def members(self) -> list[tuple[str, str]]:
        """Ids and digests."""
        return [(each.id, each.digest) for each in self.documents]

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return sum(each.chunks for each in self.documents)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A bucket whose texts are being encoded."""

    planned: PlannedBucket
    prepared: PreparedBucket
    batches: Sequence[Batch]


def plan_buckets(chosen: Chosen) -> list[PlannedBucket]:
    """Divide the chosen documents, by collection and prefix."""
    collections: defaultdict[str, dict[str, SourceDocument]] = defaultdict(dict)
    for id_, (_, document) in chosen.items():
        collections[document.collection][id_] = document
    return [
        PlannedBucket(name, prefix, tuple(documents[id_] for id_ in ids))
        for name, documents in sorted(collections.items())
        for prefix, ids in sorted(divide(documents).items())
    ]


@dataclass(slots=True)
class Assembly:
    """Writes the buckets of a new generation."""

    writer: ObjectWriter
    former: Former | None
    spool: Spool  # documents that were read by this build
    cache: VectorCache
    encoder: Callable[[], Encoder]  # called when a text has no vector yet
    listener: Listener
    encoded: int = 0  # texts
    _done: int = 0  # chunks that have their vector
    _total: int = 0
    _opened: OrderedDict[str, Documents] = field(default_factory=OrderedDict)

    def write(self, plan: Sequence[PlannedBucket]) -> list[BucketRef]:
        """Write the buckets that changed and refer to the others, aligned.

        Raises:
            IndexDamagedError: what should be used again is damaged.
            IndexWriteError: the disk refuses.
        """
        again = self._unchanged(plan)
        self._keep_old_vectors({each.vectors.sha256 for each in again.values()})
        self._total = sum(
            each.chunks for number, each in enumerate(plan) if number not in again
        )
        buckets = again | self._write_others(
            {number: each for number, each in enumerate(plan) if number not in again}
        )
        self.listener(Progress("encoding", self._total, self._total))
        return [buckets[number] for number in range(len(plan))]

    def _unchanged(self, plan: Sequence[PlannedBucket]) -> dict[int, BucketRef]:
        """Find the planned buckets that are there already, by place in the plan."""
        former = self.former
        if not former or not former.texts or not former.vectors:
            return {}
        old = {
            (collection.name, bucket.members): bucket
            for collection in former.manifest.collections
            for bucket in collection.buckets
        }
        found = {}
        for number, planned in enumerate(plan):
            bucket = old.get((planned.collection, members_hash(planned.members)))
            if bucket:
                for each in (bucket.text, bucket.vectors, bucket.counts):
                    self.writer.objects.check_size(each)
                found[number] = dataclasses.replace(bucket, prefix=planned.prefix)
        return found

    def _keep_old_vectors(self, again: set[str]) -> None:
        """Take over the vectors of old buckets that are not used again as they are."""
        former = self.former
        if not former or not former.vectors:
            return
        dimensions = former.manifest.encoder.dimensions
        for collection in former.manifest.collections:
            for bucket in collection.buckets:
                if bucket.vectors.sha256 not in again:
                    data = self.writer.objects.read(bucket.vectors)
                    self.cache.add(
                        *open_vectors(self.writer.objects, bucket, data, dimensions)
                    )

    def _write_others(self, plan: Mapping[int, PlannedBucket]) -> dict[int, BucketRef]:
        """Write buckets, each while the texts of the next one are being encoded."""
        buckets = {}
        with EncodingAhead(self.encoder) as ahead:
            begun: tuple[int, _Begun] | None = None
            for number, planned in plan.items():
                latest = self._begin(planned, ahead)
                if begun:
                    buckets[begun[0]] = self._finish(begun[1])
                begun = number, latest
            if begun:
                buckets[begun[0]] = self._finish(begun[1])
        return buckets

    def _begin(self, planned: PlannedBucket, ahead: EncodingAhead) -> _Begun:
        prepared = prepare_bucket(
            [self._document(planned.collection, each) for each in planned.documents]
        )
        missing = {
            key: text
            for key, text in zip(prepared.keys, prepared.texts, strict=True)
            if key not in self.cache
        }
        return _Begun(planned, prepared, ahead.begin(missing))

    def _finish(self, begun: _Begun) -> BucketRef:
        """Keep the vectors of a bucket as they come, and write it."""
        planned, prepared = begun.planned, begun.prepared
        texts = sum(len(each.keys) for each in begun.batches)
        present = self._done + len(prepared.keys) - texts
        for batch in begun.batches:
            self.cache.add(batch.keys, batch.vectors.result())
            self.encoded += len(batch.keys)
            present += len(batch.keys)
            self.listener(Progress("encoding", present, self._total))
        self._done += len(prepared.keys)
        vectors = self.cache.get(prepared.keys)
        return write_bucket(
            self.writer, planned.prefix, planned.members, prepared, vectors
        )

    def _document(self, collection: str, document: SourceDocument) -> StoredDocument:
        identity = (document.id, document.digest)
        if identity in self.spool or self.former is None:
            return self.spool.get(identity)
        buckets = self.former.buckets[collection]
        old = self._open(buckets[find(buckets, document.id) or ""])
        return old.stored(old.ids.index(document.id))

    def _open(self, bucket: BucketRef) -> Documents:
        if bucket.text.sha256 not in self._opened:
            objects = self.writer.objects
            data = objects.read(bucket.text)
            self._opened[bucket.text.sha256] = open_documents(objects, bucket, data)
            if len(self._opened) > _BUCKETS_KEPT:
                self._opened.popitem(last=False)
        return self._opened[bucket.text.sha256]


def join_buckets(
    writer: ObjectWriter,
    former: Former | None,
    plan: Sequence[PlannedBucket],
    buckets: Sequence[BucketRef],
    copies: Mapping[str, Copies],
) -> tuple[CollectionRef, ...]:
    """Make collections of the buckets that were written for a plan.

    Args:
        writer: of the index.
        former: the generation before.
        plan: buckets of all collections, by name and prefix.
        buckets: what was written for them, aligned.
        copies: name of a collection to document ids and the files that repeat them.

    Raises:
        IndexDamagedError: what should be used again is damaged.
        IndexWriteError: the disk refuses.
    """
    collections = []
    pairs = zip(plan, buckets, strict=True)
    for name, group in groupby(pairs, key=lambda pair: pair[0].collection):
        planned, references = zip(*group, strict=True)
        old = former.collections.get(name) if former else None
        repeated = copies.get(name, {})
        if old and old.buckets == references:
            writer.objects.check_size(old.postings)
            collections.append(dataclasses.replace(old, copies=repeated))
            continue
        members = [[(d.id, d.chunks) for d in each.documents] for each in planned]
        collections.append(
            write_collection(writer, name, references, members, repeated)
        )
    return tuple(collections)
