"""Documents take the form in which an index keeps them; buckets become objects."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bot.dense import Floats
from bot.fsio import Block
from bot.lexical.bm25 import LuceneBM25, Postings
from bot.records import Chunk, Document, Section, Sentence
from bot.stores.archive import pack
from bot.stores.buckets import members_hash
from bot.stores.documents import (
    CHUNK_COLUMNS,
    KINDS,
    SENTENCE_COLUMNS,
    Documents,
    StoredDocument,
    chunk_id,
    pack_documents,
)
from bot.stores.manifest import BucketRef, CollectionRef, canonical
from bot.stores.merging import merge_counts
from bot.stores.objects import ObjectWriter
from bot.stores.shelf import rows_by_bucket
from bot.stores.vectors import pack_vectors, text_key
from bot.text.terms import index_text, tokenize


def digest_document(document: Document) -> str:
    """Name a document by everything that was read of it."""
    parts: list[object] = [
        _info(document),
        [_section(each) for each in document.sections],
        [asdict(each) for each in document.blocks],
    ]
    if document.places:
        parts.append(_places(document))
    return hashlib.sha256(canonical(parts)).hexdigest()


def store_document(
    document: Document,
    digest: str,
    passages: Sequence[tuple[Chunk, Sequence[Sentence]]],
) -> StoredDocument:
    """Turn a document and its passages into the form in which they are kept.

    Raises:
        ValueError: a passage or sentence is not what its offsets say.
    """
    record: dict[str, object] = {
        "info": _info(document),
        "digest": digest,
        "sections": [_section(each) for each in document.sections],
    }
    if document.places:  # most documents have none, and need no word about it
        record["places"] = _places(document)
    starts = [each.start for each in document.sections]
    chunks = [
        _chunk_row(document, starts, number, chunk, len(sentences))
        for number, (chunk, sentences) in enumerate(passages)
    ]
    rows = [
        _sentence_row(document, chunk, each)
        for chunk, sentences in passages
        for each in sentences
    ]
    return StoredDocument(
        document.info.id,
        canonical(record) + b"\n",
        document.text.encode("utf-8", "surrogatepass"),
        np.array(chunks, np.int32).reshape(-1, CHUNK_COLUMNS),
        np.array(rows, np.int32).reshape(-1, SENTENCE_COLUMNS),
    )


@dataclass(frozen=True, slots=True)
class PreparedBucket:
    """What is known of a bucket before its texts have vectors."""

    documents: int
    blocks: Sequence[Block]  # of its text object
    texts: Sequence[str]  # of its chunks, as they are encoded
    keys: Sequence[bytes]  # of the texts, aligned


def prepare_bucket(documents: Sequence[StoredDocument]) -> PreparedBucket:
    """Make of documents, which are sorted by id here, what needs no vectors."""
    blocks = pack_documents(documents)
    stored = Documents(b"".join(blocks))
    texts = [
        index_text(chunk)
        for number in range(len(documents))
        for chunk in stored.chunks_of(number)
    ]
    keys = [text_key(text) for text in texts]
    return PreparedBucket(len(documents), blocks, texts, keys)


def write_bucket(
    writer: ObjectWriter,
    prefix: str,
    members: Sequence[tuple[str, str]],
    prepared: PreparedBucket,
    vectors: Floats,
) -> BucketRef:
    """Write the objects of a bucket.

    Args:
        writer: of the index.
        prefix: of the bucket.
        members: ids and digests of its documents, by id.
        prepared: the documents.
        vectors: of its texts, aligned.

    Raises:
        IndexWriteError: the disk refuses.
    """
    terms = [tokenize(text) for text in prepared.texts]
    return BucketRef(
        prefix,
        members_hash(members),
        prepared.documents,
        len(prepared.texts),
        writer.put(prepared.blocks),
        writer.put(pack_vectors(prepared.keys, vectors)),
        writer.put(pack(Postings.from_model(LuceneBM25(terms)).to_arrays())),
    )


def write_collection(
    writer: ObjectWriter,
    name: str,
    buckets: Sequence[BucketRef],
    members: list[list[tuple[str, int]]],
    copies: Mapping[str, tuple[str, ...]],
) -> CollectionRef:
    """Merge the counts of a collection's buckets, which have been written.

    Args:
        writer: of the index.
        name: of the collection.
        buckets: all of them, by prefix.
        members: for each bucket the ids and numbers of chunks of its documents, by id.
        copies: document ids to the other files that hold the same bytes.

    Raises:
        IndexDamagedError: a bucket of an earlier generation is damaged.
        IndexWriteError: the disk refuses.
    """
    counts = [each.counts for each in buckets]
    merged = merge_counts(writer.objects, counts, rows_by_bucket(members))
    postings = writer.put(pack(merged.to_arrays()))
    return CollectionRef(name, tuple(buckets), postings, copies)


def _info(document: Document) -> dict[str, Any]:
    """Return what is known of a document; its copies are the collection's to know."""
    info = asdict(document.info)
    del info["copies"]
    return info


def _section(section: Section) -> list[object]:
    return [list(section.path), section.start, section.end, section.anchor]


def _places(document: Document) -> list[list[object]]:
    return [[each.start, each.kind, each.label] for each in document.places]


def _chunk_row(
    document: Document, starts: list[int], number: int, chunk: Chunk, sentences: int
) -> tuple[int, int, int, int]:
    section = bisect_right(starts, chunk.start) - 1
    if (
        chunk.id != chunk_id(document.info.id, number)
        or chunk.title != document.info.title
        or chunk.text != document.text[chunk.start : chunk.end]
        or section < 0
        or chunk.section != document.sections[section].path
    ):
        raise ValueError(f"chunk {chunk.id} is not a slice of its document")
    return chunk.start, chunk.end, section, sentences


def _sentence_row(
    document: Document, chunk: Chunk, sentence: Sentence
) -> tuple[int, int, int, int, int]:
    start, end = sentence.lead or (-1, -1)
    lead = document.text[start:end] if sentence.lead else ""
    if (
        sentence.chunk != chunk.id
        or sentence.text != document.text[sentence.start : sentence.end]
        or sentence.lead_text != lead
    ):
        raise ValueError(f"a sentence of {chunk.id} is not a slice of its document")
    return sentence.start, sentence.end, KINDS.index(sentence.kind), start, end
