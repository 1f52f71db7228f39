"""What retrieval and answering may ask of an index, wherever it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.dense import Encoder, Floats
from bot.records import Chunk, DocumentInfo, Place, Section, Sentence
from bot.stores.sources import SourceFile

Visible = frozenset[str] | None  # collections the asker may see; None is all
Ranked = list[tuple[str, float]]  # chunk id and raw score, best first


class Reader(Protocol):
    """One generation of an index, read-only and the same until it is closed.

    Statistics that ranking needs are those of the visible collections alone, so
    an answer is the same whether or not hidden documents exist. Equal scores are
    ordered by document id, then position.
    """

    @property
    def fingerprint(self) -> str:
        """Name of the generation: equal documents and settings give equal names."""
        ...

    @property
    def encoder(self) -> Encoder:
        """The encoder that the vectors came from; opened when first asked for."""
        ...

    def collections(self) -> tuple[str, ...]:
        """All collections, sorted."""
        ...

    def documents(self, visible: Visible = None) -> Sequence[DocumentInfo]:
        """All visible documents, by id."""
        ...

    def size(self, visible: Visible = None) -> int:
        """Number of visible chunks."""
        ...

    def document_frequencies(
        self, terms: Sequence[str], visible: Visible = None
    ) -> dict[str, int]:
        """Term to the number of visible chunks that have it; absent ones get 0."""
        ...

    def search_lexical(
        self, terms: Sequence[str], k: int, visible: Visible = None
    ) -> Ranked:
        """At most k chunks with a positive BM25 score, best first."""
        ...

    def search_dense(self, vector: Floats, k: int, visible: Visible = None) -> Ranked:
        """The k visible chunks with the highest cosine, best first."""
        ...

    def lexical_scores(
        self, terms: Sequence[str], chunks: Sequence[str], visible: Visible = None
    ) -> list[float]:
        """BM25 of each named chunk, aligned; 0 where no term occurs."""
        ...

    def matched_terms(
        self, terms: Sequence[str], chunks: Sequence[str], visible: Visible = None
    ) -> list[tuple[str, ...]]:
        """Which of the terms each named chunk has, aligned; each once, in order."""
        ...

    def cosines(self, vector: Floats, chunks: Sequence[str]) -> list[float]:
        """Cosine of each named chunk, aligned."""
        ...

    def likeness(self, chunks: Sequence[str]) -> Floats:
        """Cosine of each named chunk with each, (n, n), by `bot.narrow.likeness`."""
        ...

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """The chunks of these ids, aligned."""
        ...

    def sentences(self, chunk: str) -> list[Sentence]:
        """The sentences of a chunk, in order of position."""
        ...

    def document(self, document: str) -> DocumentInfo:
        """What is known of a document, by its id."""
        ...

    def text(self, document: str) -> str:
        """The whole stored text of a document."""
        ...

    def places(self, document: str) -> tuple[Place, ...]:
        """The places of a document, by start; none where its lines are its places."""
        ...

    def close(self) -> None:
        """Let the generation go; nothing may be asked of it afterwards."""
        ...


class StoredIndex(Reader, Protocol):
    """A generation with what is known of its making, for the commands that look."""

    @property
    def generation(self) -> int:
        """Its number."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of its vectors."""
        ...

    @property
    def stored_bytes(self) -> int:
        """Size of what it needs, as far as it is checked by checksums."""
        ...

    def is_current(self) -> bool:
        """Tell whether it is still the index."""
        ...

    def sources(self) -> list[SourceFile]:
        """Every file that the build saw, also refused and skipped ones, by path."""
        ...

    def sections(self, document: str) -> tuple[Section, ...]:
        """The sections of a document in order, with the anchors of their headings."""
        ...
