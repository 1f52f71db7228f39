"""One collection of an opened index: its documents, vectors and counts, row by row.

Rows number the chunks of the collection, by document id and then position.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from bot.lexical.bm25 import Postings
from bot.lexical.coded import CodedPostings
from bot.narrow import NarrowVectors
from bot.records import Chunk, DocumentInfo, Place, Section, Sentence
from bot.stores.archive import Archive, ArchiveError
from bot.stores.blocks import Blocks
from bot.stores.documents import Documents, RecentDocuments, chunk_id
from bot.stores.holding import in_groups, is_held, is_whole
from bot.stores.manifest import BucketRef, CollectionRef, ObjectRef
from bot.stores.objects import Objects, damaged
from bot.stores.shelf_vectors import read_vectors

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The documents of one collection, in order of id."""

    name: str
    ids: list[str]
    places: list[tuple[Documents, int]]  # bucket and number in it, aligned with ids
    first_rows: array[int]  # (documents + 1,), of 8 bytes: where rows of each begin
    vectors: NarrowVectors
    postings: CodedPostings
    copies: Mapping[str, tuple[str, ...]]  # document id to files with the same bytes

    @property
    def size(self) -> int:
        """Number of chunks."""
        return self.first_rows[-1]

    def chunk_id(self, row: int) -> str:
        """Id of the chunk in a row."""
        [(name, _, _)] = self.located(np.array([row], np.int64))
        return name

    def located(self, rows: Longs) -> list[tuple[str, int, int]]:
        """Id, number of the document and position in it of the chunks in rows."""
        starts = np.frombuffer(self.first_rows, np.int64)
        numbers = starts.searchsorted(rows, side="right") - 1
        positions = rows - starts[numbers]
        ids = self.ids
        return [
            (chunk_id(ids[number], position), number, position)
            for number, position in zip(
                numbers.tolist(), positions.tolist(), strict=True
            )
        ]

    def info(self, number: int) -> DocumentInfo:
        """What is known of a document, by its number on the shelf."""
        documents, local = self.places[number]
        info = documents.info(local)
        copies = self.copies.get(info.id)
        return replace(info, copies=copies) if copies else info

    def text(self, number: int) -> str:
        """Text of a document."""
        documents, local = self.places[number]
        return documents.text(local)

    def sections(self, number: int) -> tuple[Section, ...]:
        """Sections of a document, in order."""
        documents, local = self.places[number]
        return documents.sections(local)

    def document_places(self, number: int) -> tuple[Place, ...]:
        """Places of a document, by start."""
        documents, local = self.places[number]
        return documents.places(local)

    def chunk(self, number: int, position: int) -> Chunk:
        """Chunk of a document, by its position."""
        documents, local = self.places[number]
        return documents.chunk(local, position)

    def sentences(self, number: int, position: int) -> list[Sentence]:
        """Sentences of a chunk, by its document and position."""
        documents, local = self.places[number]
        return documents.sentences(local, position)

    def close(self) -> None:
        """Let go of files that single vectors are read from."""
        self.vectors.close()


def read_shelf(objects: Objects, collection: CollectionRef, dimensions: int) -> Shelf:
    """Read and check all of a collection.

    A small one is kept in memory. Of a larger one, exact vectors and sentences are
    read again where they are needed, of a large one texts as well.

    Raises:
        IndexDamagedError: an object is missing, changed, or not what it should be.
    """
    counts = CodedPostings.of(read_counts(objects, collection.postings))
    buckets = _read_buckets(objects, collection.buckets)
    shelf = _arrange(collection, buckets, counts, objects, dimensions)
    if counts.size != shelf.size:
        file = objects.path(collection.postings)
        raise damaged(file, f"has {counts.size} rows, not {shelf.size}")
    return shelf


def _read_buckets(objects: Objects, buckets: Sequence[BucketRef]) -> list[Documents]:
    whole, held = is_whole(buckets), is_held(buckets)
    recent = RecentDocuments()
    opened = []
    for group in in_groups(buckets, lambda each: each.text.size):
        texts = objects.read_all([each.text for each in group])
        for bucket, text in zip(group, texts, strict=True):
            documents = open_documents(objects, bucket, text, recent)
            if not whole:
                blocks = Blocks(objects.path(bucket.text), text)
                documents.leave(blocks, texts=not held)
            opened.append(documents)
    return opened


def open_documents(
    objects: Objects,
    bucket: BucketRef,
    data: bytes,
    recent: RecentDocuments | None = None,
) -> Documents:
    """Open the documents of a bucket.

    Raises:
        IndexDamagedError: they are not what the manifest says.
    """
    file = objects.path(bucket.text)
    try:
        documents = Documents(data, recent)
    except (ValueError, TypeError, RecursionError) as error:
        raise damaged(file, f"holds no documents: {error}") from error
    chunks = int(documents.chunk_counts.sum())
    if (len(documents.ids), chunks) != (bucket.documents, bucket.chunks):
        raise damaged(file, "holds other documents than the manifest says")
    return documents


def read_counts(objects: Objects, reference: ObjectRef) -> Postings:
    """Read term counts, of a bucket or of a collection.

    Raises:
        IndexDamagedError: they are missing, changed or malformed.
    """
    return _counts(objects, reference, objects.read(reference))


def _counts(objects: Objects, reference: ObjectRef, data: bytes) -> Postings:
    try:
        counts = Postings.from_arrays(Archive(data).all())
        if (
            len(counts.rows)
            and not 0 <= counts.rows.min() <= counts.rows.max() < counts.size
        ):
            raise ArchiveError("its rows are not those of its passages")
    except (ValueError, KeyError, TypeError) as error:
        file = objects.path(reference)
        raise damaged(file, f"holds no term counts: {error}") from error
    return counts


def rows_by_bucket(members: list[list[tuple[str, int]]]) -> list[Longs]:
    """Number the chunks of a collection by document id and position.

    Args:
        members: for each bucket the id and number of chunks of its documents, by id.

    Returns:
        For each bucket the row of each of its chunks.
    """
    order = sorted(
        (id_, chunks, bucket)
        for bucket, documents in enumerate(members)
        for id_, chunks in documents
    )
    rows: list[list[Longs]] = [[] for _ in members]
    first = 0
    for _, chunks, bucket in order:
        rows[bucket].append(np.arange(first, first + chunks, dtype=np.int64))
        first += chunks
    return [np.concatenate([np.empty(0, np.int64), *each]) for each in rows]


def _arrange(
    collection: CollectionRef,
    buckets: list[Documents],
    postings: CodedPostings,
    objects: Objects,
    dimensions: int,
) -> Shelf:
    members = [
        list(zip(each.ids, each.chunk_counts.tolist(), strict=True)) for each in buckets
    ]
    order = sorted(
        (id_, bucket, local, chunks)
        for bucket, documents in enumerate(members)
        for local, (id_, chunks) in enumerate(documents)
    )
    first_rows = array("q", accumulate((chunks for *_, chunks in order), initial=0))
    vectors = read_vectors(
        objects, collection.buckets, rows_by_bucket(members), dimensions
    )
    return Shelf(
        collection.name,
        [id_ for id_, *_ in order],
        [(buckets[bucket], local) for _, bucket, local, _ in order],
        first_rows,
        vectors,
        postings,
        collection.copies,
    )
