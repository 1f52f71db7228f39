"""Documents as an index stores them: text, structure, passages and sentences.

The documents of a bucket are one archive with these parts:

- ``ids``: JSON list of document ids, sorted.
- ``bounds``: (n + 1, 4) int64; row i and the next one bound what document i has of
  ``records`` (bytes), ``texts`` (bytes), ``chunks`` (rows), ``sentences`` (rows).
- ``records``: one JSON object a document: info, digest, sections, places if any.
- ``texts``: UTF-8, lone surrogates kept.
- ``chunks``: (c, 4) int32: start, end, section, number of sentences.
- ``sentences``: (s, 5) int32: start, end, kind, start and end of the lead or -1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from bot.fsio import Block
from bot.records import BlockKind, Chunk, DocumentInfo, Place, Section, Sentence, Source
from bot.stores.archive import Archive, ArchiveError, pack
from bot.stores.blocks import Blocks, Part

KINDS: tuple[BlockKind, ...] = get_args(BlockKind)
CHUNK_COLUMNS = 4
SENTENCE_COLUMNS = 5
_BOUNDS = 4
_KEPT = 16  # documents whose text and record are kept decoded

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class StoredDocument:
    """A document in the form in which it is copied from index to index."""

    id: str
    record: bytes
    text: bytes
    chunks: Ints
    sentences: Ints


class RecentDocuments:
    """What was decoded last of the documents of some buckets."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.text = lru_cache(_KEPT)(Documents.decoded)
        self.record = lru_cache(_KEPT)(Documents.parsed)


class Documents:
    """The documents of a bucket; a document's JSON and text are read when asked for."""

    def __init__(self, data: bytes, recent: RecentDocuments | None = None) -> None:
        """Find the documents in an archive.

        Args:
            data: the archive.
            recent: keeps what is decoded, of several buckets; its own if not given.

        Raises:
            ArchiveError: the bytes are no archive of documents.
        """
        archive = Archive(data)
        self.ids = _ids(archive.blob("ids"))
        self._archive: Archive | None = archive
        self._records: memoryview | Part = archive.blob("records")
        self._texts: memoryview | Part = archive.blob("texts")
        self._chunks = archive.array("chunks", "<i4", (None, CHUNK_COLUMNS))
        sentences = archive.array("sentences", "<i4", (None, SENTENCE_COLUMNS))
        self._sentences: Ints | Part = sentences
        self._bounds = archive.array("bounds", "<i8", (len(self.ids) + 1, _BOUNDS))
        self._check_bounds(len(sentences))
        counts = np.cumsum(self._chunks[:, 3], dtype=np.int64)
        firsts = np.concatenate([np.zeros(1, np.int64), counts])
        self._first_sentences = firsts.astype(np.min_scalar_type(len(sentences)))
        self._recent = recent or RecentDocuments()

    def text(self, number: int) -> str:
        """The text of a document, by its number in the bucket."""
        return self._recent.text(self, number)

    def leave(self, blocks: Blocks, *, texts: bool) -> None:
        """Let go of sentences, and read them when asked for.

        Args:
            blocks: where they are.
            texts: let go of records and texts as well.
        """
        archive = self._archive
        if archive is None:
            return

        def part(name: str, size: int) -> Part:
            return Part(blocks, archive.offset(name), size)

        row = 4 * SENTENCE_COLUMNS
        if texts:
            self._records = part("records", len(self._records))
            self._texts = part("texts", len(self._texts))
        else:  # a view would hold all the bytes
            self._records = memoryview(bytes(self._records[:]))
            self._texts = memoryview(bytes(self._texts[:]))
        self._sentences = part("sentences", row * len(self._sentences))
        self._chunks = self._chunks.copy()
        self._bounds = self._bounds.copy()
        self._archive = None

    @property
    def chunk_counts(self) -> NDArray[np.int64]:
        """Number of chunks of each document."""
        return np.diff(self._bounds[:, 2])

    def info(self, number: int) -> DocumentInfo:
        """What is known of a document, by its number in the bucket."""
        values = self._recent.record(self, number)["info"]
        return DocumentInfo(
            **{
                **values,
                "tags": tuple(values["tags"]),
                "sources": tuple(Source(**each) for each in values["sources"]),
            }
        )

    def digest(self, number: int) -> str:
        """The digest that the document was stored with."""
        return str(self._recent.record(self, number)["digest"])

    def sections(self, number: int) -> tuple[Section, ...]:
        """The sections of a document, in order."""
        return tuple(
            Section(tuple(path), start, end, anchor)
            for path, start, end, anchor in self._recent.record(self, number)[
                "sections"
            ]
        )

    def places(self, number: int) -> tuple[Place, ...]:
        """The places of a document, by start; none where its lines are its places."""
        return tuple(
            Place(*each) for each in self._recent.record(self, number).get("places", ())
        )

    def chunk(self, number: int, position: int) -> Chunk:
        """A chunk, by its document and its position in it, from 0."""
        row = self._chunk_row(number, position)
        start, end, section, _ = self._chunks[row].tolist()
        record = self._recent.record(self, number)
        path = tuple(record["sections"][section][0])
        title, text = record["info"]["title"], self.text(number)[start:end]
        document = self.ids[number]
        return Chunk(
            chunk_id(document, position), document, title, path, text, start, end
        )

    def chunks_of(self, number: int) -> list[Chunk]:
        """All chunks of a document, in order."""
        first, last = self._bounds[number : number + 2, 2].tolist()
        return [self.chunk(number, position) for position in range(last - first)]

    def sentences(self, number: int, position: int) -> list[Sentence]:
        """The sentences of a chunk, in order."""
        row = self._chunk_row(number, position)
        text, id_ = self.text(number), chunk_id(self.ids[number], position)
        first, last = self._first_sentences[row : row + 2].tolist()
        found = []
        for values in self._sentence_rows(first, last).tolist():
            start, end, kind, *lead = values
            span = (lead[0], lead[1]) if lead[0] >= 0 else None
            said = text[lead[0] : lead[1]] if span else ""
            name = KINDS[kind]
            found.append(Sentence(id_, text[start:end], start, end, name, span, said))
        return found

    def stored(self, number: int) -> StoredDocument:
        """A document in the form in which it is copied."""
        (record, text, chunk, sentence), ends = self._bounds[
            number : number + 2
        ].tolist()
        return StoredDocument(
            self.ids[number],
            bytes(self._records[record : ends[0]]),
            bytes(self._texts[text : ends[1]]),
            self._chunks[chunk : ends[2]],
            self._sentence_rows(sentence, ends[3]),
        )

    def _sentence_rows(self, first: int, last: int) -> Ints:
        if isinstance(self._sentences, Part):
            row = 4 * SENTENCE_COLUMNS
            data = self._sentences[row * first : row * last]
            return np.frombuffer(data, "<i4").reshape(-1, SENTENCE_COLUMNS)
        return self._sentences[first:last]

    def _chunk_row(self, number: int, position: int) -> int:
        first, last = self._bounds[number : number + 2, 2].tolist()
        if not 0 <= position < last - first:
            raise KeyError(chunk_id(self.ids[number], position))
        return int(first + position)

    def decoded(self, number: int) -> str:
        """The text of a document, decoded anew."""
        start, end = self._bounds[number : number + 2, 1].tolist()
        return str(self._texts[start:end], "utf-8", "surrogatepass")

    def parsed(self, number: int) -> dict[str, Any]:
        """The record of a document, parsed anew."""
        start, end = self._bounds[number : number + 2, 0].tolist()
        record: dict[str, Any] = json.loads(bytes(self._records[start:end]))
        return record

    def _check_bounds(self, sentences: int) -> None:
        ends = [len(self._records), len(self._texts), len(self._chunks), sentences]
        if (
            self._bounds[0].any()
            or self._bounds[-1].tolist() != ends
            or (np.diff(self._bounds, axis=0) < 0).any()
            or (self._chunks[:, 3] < 0).any()
            or self._chunks[:, 3].sum(dtype=np.int64) != sentences
        ):
            raise ArchiveError("the bounds of its documents do not fit")


def pack_documents(documents: Sequence[StoredDocument]) -> list[Block]:
    """Return the archive of some documents, which are sorted by id here."""
    documents = sorted(documents, key=lambda each: each.id)
    sizes = (
        (len(each.record), len(each.text), len(each.chunks), len(each.sentences))
        for each in documents
    )
    bounds = np.zeros((len(documents) + 1, _BOUNDS), np.int64)
    for row, values in enumerate(sizes, start=1):
        bounds[row] = bounds[row - 1] + values
    return pack(
        {
            "ids": json.dumps([each.id for each in documents]).encode(),
            "bounds": bounds,
            "records": b"".join(each.record for each in documents),
            "texts": b"".join(each.text for each in documents),
            "chunks": _joined([each.chunks for each in documents], CHUNK_COLUMNS),
            "sentences": _joined(
                [each.sentences for each in documents], SENTENCE_COLUMNS
            ),
        }
    )


def chunk_id(document: str, position: int) -> str:
    """Return the id of a chunk, by its document and its position in it, from 0."""
    return f"{document}#{position + 1}"


def chunk_place(chunk: str) -> tuple[str, int]:
    """Return the document of a chunk and its position in it, from 0.

    Raises:
        KeyError: this is no id of a chunk.
    """
    document, _, number = chunk.rpartition("#")
    if not number.isdecimal():
        raise KeyError(chunk)
    return document, int(number) - 1


def _joined(tables: list[Ints], columns: int) -> Ints:
    return np.concatenate([np.empty((0, columns), np.int32), *tables])


def _ids(data: memoryview) -> list[str]:
    ids = json.loads(bytes(data))
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise ArchiveError("its ids are no list of texts")
    if any(former >= latter for former, latter in pairwise(ids)):
        raise ArchiveError("its ids are not in order")
    return ids
