"""An index in a folder of this machine, opened for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np

from bot.config import Config, RetrievalConfig
from bot.dense import Encoder, Floats, Rows, cosines
from bot.lexical.searching import LexicalIndex
from bot.narrow import likeness
from bot.records import Chunk, DocumentInfo, Place, Section, Sentence
from bot.stores.compatibility import check_compatible, fingerprint
from bot.stores.documents import chunk_place
from bot.stores.encoders import EncoderFactory
from bot.stores.generations import HeldGeneration, IndexFolder, hold_current
from bot.stores.held_encoder import HeldEncoder, open_named
from bot.stores.holding import give_back, is_whole
from bot.stores.manifest import Manifest
from bot.stores.protocol import Ranked, Visible
from bot.stores.ranking import search_dense, search_lexical
from bot.stores.shelf import Shelf, read_shelf
from bot.stores.sources import SourceFile, read_sources

_PLACES_KEPT = 128  # chunks found last, twice; a question finds a hundred
_INDEXES_KEPT = 8  # sets of visible collections whose statistics are kept summed


def open_reader(
    folder: Path,
    config: Config,
    encoders: EncoderFactory | None = None,
    *,
    encoder: bool = False,
) -> LocalReader:
    """Open the current generation of an index; everything but the encoder is read.

    Args:
        folder: the index.
        config: tells the encoder that is wanted, and BM25's parameters.
        encoders: opens the encoder; the default one if not given.
        encoder: begin to open the encoder as well, while the rest is read.

    Raises:
        IndexMissingError: there is no index.
        IndexIncompatibleError: its format, analysis or encoder is another one.
        IndexDamagedError: a file is missing, truncated or changed.
    """
    place = IndexFolder(folder)
    held = hold_current(place)
    try:
        factory = encoders or EncoderFactory()
        check_compatible(place.path, held.manifest, config, factory)
        manifest = held.manifest
        opening = HeldEncoder(
            lambda: open_named(
                manifest.encoder,
                place.objects,
                factory,
                place.manifest_path(manifest.generation),
            )
        )
        if encoder:
            opening.warm()
        shelves = [
            read_shelf(place.objects, each, held.manifest.encoder.dimensions)
            for each in held.manifest.collections
        ]
        if not all(is_whole(each.buckets) for each in held.manifest.collections):
            give_back()
        return LocalReader(place, held, shelves, config.retrieval, opening)
    except BaseException:
        held.release()
        raise


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a document stands."""

    shelf: int
    number: int


class _Found(NamedTuple):
    """Where a chunk stands."""

    shelf: Shelf
    number: int  # of its document on the shelf
    position: int  # in the document
    row: int  # on the shelf


class LocalReader:
    """One generation of an index in memory; see `bot.stores.protocol.Reader`."""

    def __init__(
        self,
        folder: IndexFolder,
        held: HeldGeneration,
        shelves: Sequence[Shelf],
        retrieval: RetrievalConfig,
        encoder: HeldEncoder,
    ) -> None:
        """Take over a held generation and what was read of it."""
        self._folder = folder
        self._held: HeldGeneration | None = held
        self._manifest = held.manifest
        self.shelves = shelves
        self._retrieval = retrieval
        self._encoder = encoder
        self._guard = Lock()
        self._lexical: dict[tuple[int, ...], LexicalIndex] = {}
        self._found: dict[str, _Found] = {}  # chunk to its place
        self._found_before: dict[str, _Found] = {}
        self._fingerprint = fingerprint(held.manifest.root, retrieval)

    @property
    def fingerprint(self) -> str:
        """Name of the generation and of the ranking parameters."""
        return self._fingerprint

    @property
    def generation(self) -> int:
        """Number of the generation that is read."""
        return self._manifest.generation

    @property
    def manifest(self) -> Manifest:
        """Everything known of the generation."""
        return self._manifest

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._manifest.encoder.dimensions

    @property
    def stored_bytes(self) -> int:
        """Size of all objects of the generation."""
        return sum(each.size for each in self._manifest.objects())

    def is_current(self) -> bool:
        """Tell whether the generation is still the index's current one.

        Raises:
            BotError: the index has gone, or was damaged.
        """
        return self._folder.pointer().generation == self.generation

    def sources(self) -> list[SourceFile]:
        """Every file that the build saw, also refused and skipped ones, by path.

        Raises:
            IndexDamagedError: the list is missing or changed.
        """
        return read_sources(self._folder.objects, self._manifest.sources)

    @property
    def encoder(self) -> Encoder:
        """The encoder that the vectors came from; verified and opened once."""
        return self._encoder.get()

    def collections(self) -> tuple[str, ...]:
        """All collections, sorted."""
        return tuple(each.name for each in self.shelves)

    def documents(self, visible: Visible = None) -> Sequence[DocumentInfo]:
        """All visible documents, by id."""
        infos = [
            shelf.info(number)
            for shelf in self._visible(visible)
            for number in range(len(shelf.ids))
        ]
        return sorted(infos, key=lambda each: each.id)

    def size(self, visible: Visible = None) -> int:
        """Number of visible chunks."""
        return sum(shelf.size for shelf in self._visible(visible))

    def document_frequencies(
        self, terms: Sequence[str], visible: Visible = None
    ) -> dict[str, int]:
        """Term to the number of visible chunks that have it."""
        return self._index(visible).frequencies(terms)

    def search_lexical(
        self, terms: Sequence[str], k: int, visible: Visible = None
    ) -> Ranked:
        """At most k chunks with a positive score, best first."""
        index, shelves = self._index(visible), self._visible(visible)
        return search_lexical(index, shelves, terms, k, self._named)

    def search_dense(self, vector: Floats, k: int, visible: Visible = None) -> Ranked:
        """The k visible chunks with the highest cosine, best first."""
        return search_dense(self._visible(visible), vector, k, self._named)

    def lexical_scores(
        self, terms: Sequence[str], chunks: Sequence[str], visible: Visible = None
    ) -> list[float]:
        """BM25 of each named chunk, aligned."""
        rows = self._lexical_rows(chunks, visible)
        scores: list[float] = self._index(visible).scores(terms, rows).tolist()
        return scores

    def matched_terms(
        self, terms: Sequence[str], chunks: Sequence[str], visible: Visible = None
    ) -> list[tuple[str, ...]]:
        """Which of the terms each named chunk has, aligned."""
        rows = self._lexical_rows(chunks, visible)
        return self._index(visible).matches(terms, rows)

    def cosines(self, vector: Floats, chunks: Sequence[str]) -> list[float]:
        """Cosine of each named chunk, aligned."""
        if not chunks:
            return []
        places = [*map(self._place, chunks)]
        found = np.empty(len(places), np.float32)
        for shelf, own, rows in _by_shelf(places):
            found[own] = cosines(vector, shelf.vectors.take(rows))
        return found.tolist()

    def likeness(self, chunks: Sequence[str]) -> Floats:
        """Cosine of each named chunk with each, (n, n), from vectors in bytes."""
        places = [*map(self._place, chunks)]
        codes = np.empty((len(places), self.dimensions), np.int8)
        scales = np.empty(len(places), np.float32)
        for shelf, own, rows in _by_shelf(places):
            codes[own], scales[own] = shelf.vectors.rounded(rows)
        return likeness(codes, scales)

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """The chunks of these ids, aligned."""
        return [
            each.shelf.chunk(each.number, each.position)
            for each in map(self._place, ids)
        ]

    def sentences(self, chunk: str) -> list[Sentence]:
        """The sentences of a chunk, in order of position."""
        found = self._place(chunk)
        return found.shelf.sentences(found.number, found.position)

    def document(self, document: str) -> DocumentInfo:
        """What is known of a document, by its id."""
        shelf, number = self._document(document)
        return shelf.info(number)

    def text(self, document: str) -> str:
        """The whole stored text of a document."""
        shelf, number = self._document(document)
        return shelf.text(number)

    def sections(self, document: str) -> tuple[Section, ...]:
        """The sections of a document in order, with the anchors of their headings."""
        shelf, number = self._document(document)
        return shelf.sections(number)

    def places(self, document: str) -> tuple[Place, ...]:
        """The places of a document, by start; none where its lines are its places."""
        shelf, number = self._document(document)
        return shelf.document_places(number)

    def close(self) -> None:
        """Let the generation go."""
        with self._guard:
            if self._held:
                self._encoder.close()
                for each in self.shelves:
                    each.close()
                self._held.release()
                self._held = None

    @cached_property
    def _numbers(self) -> dict[str, _Place]:
        return {
            id_: _Place(shelf, number)
            for shelf, each in enumerate(self.shelves)
            for number, id_ in enumerate(each.ids)
        }

    def _document(self, document: str) -> tuple[Shelf, int]:
        place = self._numbers[document]
        return self.shelves[place.shelf], place.number

    def _named(self, shelf: Shelf, rows: Rows) -> list[str]:
        """Name chunks that were found, and remember where they stand.

        They are asked for next, and an id takes longer to look up than to remember.
        """
        located = shelf.located(rows)
        if len(self._found) > _PLACES_KEPT:
            self._found_before, self._found = self._found, {}
        self._found |= {
            name: _Found(shelf, number, position, row)
            for (name, number, position), row in zip(
                located, rows.tolist(), strict=True
            )
        }
        return [name for name, _, _ in located]

    def _place(self, chunk: str) -> _Found:
        found = self._found.get(chunk) or self._found_before.get(chunk)
        return found or self._looked_up(chunk)

    def _looked_up(self, chunk: str) -> _Found:
        document, position = chunk_place(chunk)
        shelf, number = self._document(document)
        row = shelf.first_rows[number] + position
        if position < 0 or row >= shelf.first_rows[number + 1]:
            raise KeyError(chunk)
        return _Found(shelf, number, position, row)

    def _lexical_rows(self, chunks: Sequence[str], visible: Visible) -> list[int]:
        """Number chunks through the visible collections."""
        shelves = self._visible(visible)
        starts = [0, *accumulate(each.size for each in shelves)]
        firsts = dict(zip((each.name for each in shelves), starts, strict=False))
        places = map(self._place, chunks)
        return [firsts[each.shelf.name] + each.row for each in places]

    def _visible(self, visible: Visible) -> list[Shelf]:
        return [
            each for each in self.shelves if visible is None or each.name in visible
        ]

    def _index(self, visible: Visible) -> LexicalIndex:
        key = tuple(
            number
            for number, shelf in enumerate(self.shelves)
            if visible is None or shelf.name in visible
        )
        with self._guard:
            index = self._lexical.get(key)
            if index is None:
                while len(self._lexical) >= _INDEXES_KEPT:
                    del self._lexical[next(iter(self._lexical))]
                parts = [self.shelves[number].postings for number in key]
                k1, b = self._retrieval.k1, self._retrieval.b
                index = self._lexical[key] = LexicalIndex(parts, k1=k1, b=b)
            return index


def _by_shelf(
    places: Sequence[_Found],
) -> Iterator[tuple[Shelf, list[int], Rows]]:
    """Yield each shelf with where its rows stand among the places, and the rows."""
    shelves = {id(each.shelf): each.shelf for each in places}
    for shelf in shelves.values():
        own = [at for at, each in enumerate(places) if each.shelf is shelf]
        yield shelf, own, np.array([places[at].row for at in own], np.int64)
