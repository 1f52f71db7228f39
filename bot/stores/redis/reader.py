"""An index in Redis, opened for reading; nothing else on this machine is needed."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import compress
from threading import Lock

import numpy as np

from bot.config import RetrievalConfig
from bot.dense import Encoder, Floats, cosines
from bot.errors import IndexMissingError
from bot.narrow import likeness, rounded
from bot.records import Chunk, DocumentInfo, Place, Section, Sentence
from bot.redis_link import Link
from bot.stores.compatibility import fingerprint
from bot.stores.documents import Documents, chunk_place
from bot.stores.encoders import EncoderFactory
from bot.stores.held_encoder import HeldEncoder, open_named
from bot.stores.protocol import Ranked, Visible
from bot.stores.redis import engine
from bot.stores.redis.asking import Asker
from bot.stores.redis.counts import count_terms
from bot.stores.redis.documents import open_whole
from bot.stores.redis.generations import Generation, Generations
from bot.stores.redis.homes import read_homes
from bot.stores.redis.listing import Listing
from bot.stores.redis.locks import READER_SECONDS, Hold
from bot.stores.redis.manifest import Collection, RedisManifest
from bot.stores.redis.names import Names
from bot.stores.redis.objects import RedisObjects
from bot.stores.redis.rows import Rows
from bot.stores.redis.scoring import Population, Weights, weigh
from bot.stores.redis.searching import Searcher
from bot.stores.redis.statistics import Statistics
from bot.stores.sources import SourceFile, read_sources

_DOCUMENTS_KEPT = 64
_RENEWED_AFTER = READER_SECONDS / 10


class RedisReader:
    """One generation of an index in Redis; see `bot.stores.protocol.Reader`.

    May be used by several threads at once. It takes the link over and closes it.
    """

    def __init__(
        self,
        link: Link,
        names: Names,
        opened: tuple[Generation, Hold],
        retrieval: RetrievalConfig,
        factory: EncoderFactory,
    ) -> None:
        """Take over a generation that is held."""
        generation, self._hold = opened
        self._link, self._names = link, names
        self._manifest = generation.manifest
        self._retrieval, self._factory = retrieval, factory
        self._collections = self._manifest.collections
        self._objects = RedisObjects(link, names)
        self._statistics = Statistics(link, names, self._manifest)
        self._homes = read_homes(link, names, self._manifest)
        segments = self._manifest.segments
        self._rows = Rows(link, names, self._homes)
        gone = self._homes.gone
        self._searcher = Searcher(link, names, segments, gone, self._rows, Asker(link))
        self._guard = Lock()
        self._encoder = HeldEncoder(self._open_encoder)
        self._renewed = time.monotonic()
        self._opened: OrderedDict[str, Documents] = OrderedDict()
        self._closed = False

    @property
    def fingerprint(self) -> str:
        """Name of the generation and of the ranking parameters."""
        return fingerprint(self._manifest.root, self._retrieval)

    @property
    def generation(self) -> int:
        """Number of the generation that is read."""
        return self._manifest.generation

    @property
    def manifest(self) -> RedisManifest:
        """Everything known of the generation."""
        return self._manifest

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._manifest.encoder.dimensions

    @property
    def stored_bytes(self) -> int:
        """Size of its documents, passages and objects."""
        objects = sum(each.size for each in self._manifest.objects())
        return objects + sum(each.bytes for each in self._manifest.segments)

    def is_current(self) -> bool:
        """Tell whether the alias still stands for the generation."""
        return Generations(self._link, self._names).current() == self.generation

    def sources(self) -> list[SourceFile]:
        """Every file that the build saw, also refused and skipped ones, by path."""
        self._alive()
        return read_sources(self._objects, self._manifest.sources)

    @property
    def encoder(self) -> Encoder:
        """The encoder that the vectors came from; verified and opened once."""
        return self._encoder.get()

    def collections(self) -> tuple[str, ...]:
        """All collections, sorted."""
        return tuple(each.name for each in self._visible(None))

    def documents(self, visible: Visible = None) -> Sequence[DocumentInfo]:
        """All visible documents, by id; what is known of them is read as needed."""
        self._alive()
        collections = [each.name for each in self._visible(visible)]
        return Listing.read(self._homes, collections, self._copies)

    def size(self, visible: Visible = None) -> int:
        """Number of visible chunks."""
        return sum(each.chunks for each in self._visible(visible))

    def document_frequencies(
        self, terms: Sequence[str], visible: Visible = None
    ) -> dict[str, int]:
        """Term to the number of visible chunks that have it."""
        self._alive()
        names = [each.name for each in self._visible(visible)]
        counts = self._statistics.counts(terms)
        return {term: counts[term].total(names) for term in terms}

    def search_lexical(
        self, terms: Sequence[str], k: int, visible: Visible = None
    ) -> Ranked:
        """At most k chunks with a positive score, best first."""
        weights = self._weights(terms, visible)
        present = [term for term in terms if term in weights.idf]
        if k <= 0 or not present:
            return []
        counts = self._statistics.counts(present)

        def frequencies(segment: int) -> dict[str, int]:
            return {term: each.segments[segment] for term, each in counts.items()}

        seen = {each.name for each in self._visible(visible)}
        hidden = [each.name for each in self._collections if each.name not in seen]
        return self._searcher.words(present, k, weights, frequencies, hidden)

    def search_dense(self, vector: Floats, k: int, visible: Visible = None) -> Ranked:
        """The k visible chunks with the highest cosine, best first."""
        self._alive()
        if vector.shape != (self.dimensions,):
            raise ValueError(f"the query has shape {vector.shape}, not a vector's")
        if k <= 0 or not self.size(visible):
            return []
        return self._searcher.vectors(vector, k, self._filter(visible))

    def lexical_scores(
        self, terms: Sequence[str], chunks: Sequence[str], visible: Visible = None
    ) -> list[float]:
        """BM25 of each named chunk, aligned."""
        self._alive()
        counted = count_terms(self._rows.read(engine.COUNTS, chunks), terms)
        scores: list[float] = (
            self._weights(terms, visible).scores(terms, counted).tolist()
        )
        return scores

    def matched_terms(
        self,
        terms: Sequence[str],
        chunks: Sequence[str],
        visible: Visible = None,  # noqa: ARG002 - a passage has its terms for everyone
    ) -> list[tuple[str, ...]]:
        """Which of the terms each named chunk has, aligned; each once, in order."""
        self._alive()
        wanted = [*dict.fromkeys(terms)]
        counted = count_terms(self._rows.read(engine.COUNTS, chunks), wanted)
        return [tuple(compress(wanted, row)) for row in counted.counts]

    def cosines(self, vector: Floats, chunks: Sequence[str]) -> list[float]:
        """Cosine of each named chunk, aligned."""
        rows = self._vectors(chunks)
        return [float(each) for each in cosines(vector, rows)] if chunks else []

    def likeness(self, chunks: Sequence[str]) -> Floats:
        """Cosine of each named chunk with each, (n, n), from vectors in bytes."""
        return likeness(*rounded(self._vectors(chunks)))

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """The chunks of these ids, aligned."""
        places = [chunk_place(each) for each in ids]
        opened = self._documents(document for document, _ in places)
        return [opened[document].chunk(0, position) for document, position in places]

    def sentences(self, chunk: str) -> list[Sentence]:
        """The sentences of a chunk, in order of position."""
        document, position = chunk_place(chunk)
        return self._documents([document])[document].sentences(0, position)

    def document(self, document: str) -> DocumentInfo:
        """What is known of a document, by its id."""
        info = self._documents([document])[document].info(0)
        copies = self._copies.get(document)
        return replace(info, copies=copies) if copies else info

    def text(self, document: str) -> str:
        """The whole stored text of a document."""
        return self._documents([document])[document].text(0)

    def places(self, document: str) -> tuple[Place, ...]:
        """The places of a document, by start."""
        return self._documents([document])[document].places(0)

    def sections(self, document: str) -> tuple[Section, ...]:
        """The sections of a document in order, with the anchors of their headings."""
        return self._documents([document])[document].sections(0)

    def close(self) -> None:
        """Let the generation and the connection go."""
        self._encoder.close()
        with self._guard:
            closed, self._closed = self._closed, True
        if not closed:
            try:
                self._hold.release()
            finally:
                self._link.close()

    def _vectors(self, chunks: Sequence[str]) -> Floats:
        self._alive()
        data = b"".join(self._rows.read(engine.VECTOR, chunks))
        return np.frombuffer(data, "<f4").reshape(-1, self.dimensions)

    @cached_property
    def _copies(self) -> dict[str, tuple[str, ...]]:
        """Document id to other files with the same bytes."""
        found = json.loads(self._objects.read(self._manifest.copies))
        return {
            id_: tuple(paths) for same in found.values() for id_, paths in same.items()
        }

    def _alive(self) -> None:
        """Say now and then that the generation is used.

        Raises:
            IndexMissingError: it was not for so long that a build has removed it.
        """
        if time.monotonic() - self._renewed < _RENEWED_AFTER:
            return
        if not self._hold.renew():
            raise IndexMissingError(
                f"Generation {self.generation} of {self._names.root} was not used for "
                "a while, and a build has removed it. Ask again to use the present one."
            )
        self._renewed = time.monotonic()

    def _visible(self, visible: Visible) -> list[Collection]:
        return [
            each
            for each in self._collections
            if each.documents and (visible is None or each.name in visible)
        ]

    def _filter(self, visible: Visible) -> list[str] | None:
        seen = [each.name for each in self._visible(visible)]
        return None if len(seen) == len(self._visible(None)) else seen

    def _weights(self, terms: Sequence[str], visible: Visible) -> Weights:
        seen = self._visible(visible)
        population = Population(
            sum(each.chunks for each in seen), sum(each.tokens for each in seen)
        )
        counts = self.document_frequencies([*dict.fromkeys(terms)], visible)
        return weigh(population, counts, k1=self._retrieval.k1, b=self._retrieval.b)

    def _documents(self, documents: Iterable[str]) -> dict[str, Documents]:
        """Open documents; the ones used last are kept."""
        self._alive()
        wanted = list(dict.fromkeys(documents))
        with self._guard:
            found = {
                each: self._opened[each] for each in wanted if each in self._opened
            }
        missing = [each for each in wanted if each not in found]
        homes = self._homes.find(missing)
        keys = [self._names.document(homes[each], each) for each in missing]
        replies = self._link.calls(("HGET", key, "whole") for key in keys)
        for document, reply in zip(missing, replies, strict=True):
            place = f"{self._link.config.url}, document {document!r}"
            found[document] = open_whole(reply, place)
        with self._guard:
            self._opened |= found
            for each in wanted:
                self._opened.move_to_end(each)
            while len(self._opened) > max(_DOCUMENTS_KEPT, len(wanted)):
                self._opened.popitem(last=False)
        return found

    def _open_encoder(self) -> Encoder:
        generation = f"generation {self.generation} of {self._names.root}"
        place = f"{self._link.config.url}, {generation}"
        return open_named(self._manifest.encoder, self._objects, self._factory, place)
