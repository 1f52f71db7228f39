"""Documents as a segment keeps them: structure and text, and beside it each passage.

A document is a hash: ``whole``, its checksum and its archive (see
`bot.stores.documents`); ``info``, what is known of it besides its text, so that listing
documents reads no texts; ``sum``, a checksum over everything, passages included. A
passage is a hash with the fields of `bot.stores.redis.engine`: its terms as words and
as numbers, its collection, its vector.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from bot.records import DocumentInfo, Source
from bot.redis_link import Command, Link
from bot.stores.documents import Documents, StoredDocument, chunk_id, pack_documents
from bot.stores.manifest import canonical
from bot.stores.objects import damaged
from bot.stores.redis.counts import pack_counts
from bot.stores.redis.engine import COLLECTION, COUNTS, TEXT, VECTOR
from bot.stores.redis.names import Names, encoded, tag

_CHECKSUM = 32  # bytes of a SHA-256
_AT_ONCE = 64  # documents read together


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document as it is copied from segment to segment."""

    id: str
    collection: str
    whole: bytes
    info: bytes
    passages: tuple[tuple[bytes, bytes], ...]  # words and vector of each, in order

    @property
    def sum(self) -> str:
        """Checksum over everything."""
        digest = hashlib.sha256(self.whole + self.info)
        for words, vector in self.passages:
            digest.update(len(words).to_bytes(8) + words + vector)
        return digest.hexdigest()

    @property
    def size(self) -> int:
        """Number of bytes."""
        passages = sum(len(words) + len(vector) for words, vector in self.passages)
        return len(self.whole) + len(self.info) + passages

    def opened(self) -> Documents:
        """Open its archive, which has been checked."""
        return Documents(self.whole[_CHECKSUM:])

    def counters(self) -> list[Counter[bytes]]:
        """Count the words of each passage."""
        return [Counter(words.split()) for words, _ in self.passages]

    def commands(self, names: Names, segment: int) -> Iterator[Command]:
        """Return the commands that write it.

        The listing of its id comes first: what a build that is killed has written is
        found by it.
        """
        yield "ZADD", names.ids(segment, self.collection), 0, encoded(self.id)
        key = names.document(segment, self.id)
        yield "HSET", key, "whole", self.whole, "info", self.info, "sum", self.sum
        where = tag(self.collection)
        for position, (words, vector) in enumerate(self.passages):
            key = names.chunk(segment, chunk_id(self.id, position))
            fields = (TEXT, words, COLLECTION, where, VECTOR, vector)
            yield "HSET", key, *fields, COUNTS, pack_counts(words)


def raw_document(
    stored: StoredDocument, passages: Sequence[tuple[bytes, bytes]]
) -> RawDocument:
    """Take a document that was cut, with words and vectors of its passages."""
    whole = b"".join(pack_documents([stored]))
    known = Documents(whole).info(0)
    return RawDocument(
        stored.id,
        known.collection,
        _signed(whole),
        _signed(canonical(_values(known))),
        tuple(passages),
    )


def _values(known: DocumentInfo) -> dict[str, Any]:
    """Return what is known of a document; its copies are the generation's to know."""
    values = asdict(known)
    del values["copies"]
    return values


def open_whole(data: bytes | None, place: str) -> Documents:
    """Open the archive of a document.

    Raises:
        IndexDamagedError: it is missing or has changed.
    """
    try:
        return Documents(_unsigned(data, place))
    except (ValueError, TypeError) as error:
        raise damaged(place, f"holds no document: {error}") from error


def open_info(data: bytes | None, place: str) -> DocumentInfo:
    """Open what is known of a document.

    Raises:
        IndexDamagedError: it is missing or has changed.
    """
    values = json.loads(_unsigned(data, place))
    sources = tuple(Source(**each) for each in values["sources"])
    return DocumentInfo(**{**values, "tags": tuple(values["tags"]), "sources": sources})


def read_raw(
    link: Link, names: Names, segment: int, ids: Iterable[str]
) -> Iterator[RawDocument]:
    """Read documents of a segment whole, in the order given, and check each.

    Raises:
        IndexDamagedError: one is missing or has changed.
    """
    waiting = list(ids)
    for at in range(0, len(waiting), _AT_ONCE):
        group = waiting[at : at + _AT_ONCE]
        keys = [names.document(segment, each) for each in group]
        heads = link.calls(("HMGET", key, "whole", "info", "sum") for key in keys)
        yield from _read_group(
            link, names, segment, list(zip(group, heads, strict=True))
        )


_Head = tuple[bytes | None, bytes | None, bytes | None]  # whole, info, sum


def _read_group(
    link: Link, names: Names, segment: int, heads: Sequence[tuple[str, _Head]]
) -> Iterator[RawDocument]:
    places = [
        f"{link.config.url}, document {id_!r} of generation {segment}"
        for id_, _ in heads
    ]
    counts = [
        int(open_whole(whole, place).chunk_counts.sum())
        for (_, (whole, *_)), place in zip(heads, places, strict=True)
    ]
    keys = [
        names.chunk(segment, chunk_id(id_, position))
        for (id_, _), chunks in zip(heads, counts, strict=True)
        for position in range(chunks)
    ]
    fields = (TEXT, COLLECTION, VECTOR, COUNTS)
    rows = iter(link.calls(("HMGET", key, *fields) for key in keys))
    for (id_, head), place, chunks in zip(heads, places, counts, strict=True):
        yield _checked(id_, head, list(islice(rows, chunks)), place)


def _checked(
    id_: str, head: _Head, rows: Sequence[Sequence[bytes | None]], place: str
) -> RawDocument:
    whole, info, sum_ = head
    collection = open_info(info, place).collection
    passages = []
    for words, where, vector, counts in rows:
        if words is None or vector is None or where != tag(collection).encode():
            raise damaged(place, "lacks a passage")
        if counts != pack_counts(words):
            raise damaged(place, "counts the words of a passage otherwise than it has")
        passages.append((words, vector))
    raw = RawDocument(id_, collection, whole or b"", info or b"", tuple(passages))
    if raw.sum.encode() != sum_:
        raise damaged(place, "has changed since it was written")
    return raw


def _signed(data: bytes) -> bytes:
    return hashlib.sha256(data).digest() + data


def _unsigned(data: bytes | None, place: str) -> bytes:
    if data is None:
        raise damaged(place, "is missing")
    body = data[_CHECKSUM:]
    if hashlib.sha256(body).digest() != data[:_CHECKSUM]:
        raise damaged(place, "has changed since it was written")
    return body
