"""Small honest implementations of the parts that others are tested against."""
# ruff: noqa: D102 - the methods are documented in the Protocol

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.dense import Encoder, Floats
from bot.lexical.bm25 import LuceneBM25
from bot.records import Chunk, DocumentInfo, Place, Sentence
from bot.stores.protocol import Ranked, Visible
from bot.text.terms import index_text, tokenize
from tests.small_encoder import HashedWords


def chunk(text: str, document: str = "d.md", position: int = 0) -> Chunk:
    """Make a chunk of a document without title or sections."""
    return Chunk(f"{document}#{position}", document, "", (), text, 0, len(text))


@dataclass(frozen=True)
class MemoryReader:
    """Holds chunks in memory, and scores every one of them for every question.

    BM25 is rank_bm25's own over the visible chunks, the cosine a plain product.
    """

    shelves: Mapping[str, Sequence[Chunk]]  # by collection
    encoder: Encoder = field(default_factory=HashedWords)
    fingerprint: str = "memory"

    def collections(self) -> tuple[str, ...]:
        return tuple(sorted(self.shelves))

    def size(self, visible: Visible = None) -> int:
        return len(self._visible(visible))

    def document_frequencies(
        self, terms: Sequence[str], visible: Visible = None
    ) -> dict[str, int]:
        texts = [set(tokenize(index_text(each))) for each in self._visible(visible)]
        return {term: sum(term in text for text in texts) for term in terms}

    def search_lexical(
        self, terms: Sequence[str], k: int, visible: Visible = None
    ) -> Ranked:
        ids = [each.id for each in self._visible(visible)]
        scores = self.lexical_scores(terms, ids, visible)
        return _ranked(zip(ids, scores, strict=True), k, least=0)

    def search_dense(self, vector: Floats, k: int, visible: Visible = None) -> Ranked:
        ids = [each.id for each in self._visible(visible)]
        return _ranked(zip(ids, self.cosines(vector, ids), strict=True), k, least=-2)

    def lexical_scores(
        self, terms: Sequence[str], chunks: Sequence[str], visible: Visible = None
    ) -> list[float]:
        found = self._visible(visible)
        model = LuceneBM25([tokenize(index_text(each)) for each in found])
        ids = [each.id for each in found]
        scores = dict(zip(ids, model.get_scores(terms).tolist(), strict=True))
        return [scores[each] for each in chunks]

    def matched_terms(
        self, terms: Sequence[str], chunks: Sequence[str], visible: Visible = None
    ) -> list[tuple[str, ...]]:
        seen = {each.id: each for each in self._visible(visible)}
        texts = [set(tokenize(index_text(seen[each]))) for each in chunks]
        distinct = dict.fromkeys(terms)
        return [tuple(each for each in distinct if each in text) for text in texts]

    def cosines(self, vector: Floats, chunks: Sequence[str]) -> list[float]:
        texts = [index_text(each) for each in self.chunks(chunks)]
        return [float(np.dot(each, vector)) for each in self.encoder.encode(texts)]

    def likeness(self, chunks: Sequence[str]) -> Floats:
        texts = [index_text(each) for each in self.chunks(chunks)]
        vectors = self.encoder.encode(texts)
        return vectors @ vectors.T

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        known = {each.id: each for each in self._visible(None)}
        return [known[each] for each in ids]

    def documents(self, visible: Visible = None) -> Sequence[DocumentInfo]:
        ids = sorted({each.document for each in self._visible(visible)})
        return [self.document(each) for each in ids]

    def document(self, document: str) -> DocumentInfo:
        return DocumentInfo(document, document, "", document, "")

    def sentences(self, chunk: str) -> list[Sentence]:
        [found] = self.chunks([chunk])
        return [Sentence(chunk, found.text, found.start, found.end)]

    def text(self, document: str) -> str:
        chunks = self._visible(None)
        return " ".join(each.text for each in chunks if each.document == document)

    def places(self, document: str) -> tuple[Place, ...]:
        del document  # its lines are its places
        return ()

    def close(self) -> None:
        """Nothing is held."""

    def _visible(self, visible: Visible) -> list[Chunk]:
        return [
            each
            for collection in self.collections()
            if visible is None or collection in visible
            for each in self.shelves[collection]
        ]


def _ranked(scores: Iterable[tuple[str, float]], k: int, *, least: float) -> Ranked:
    found = [each for each in scores if each[1] > least]
    return sorted(found, key=lambda each: (-each[1], each[0]))[:k]
