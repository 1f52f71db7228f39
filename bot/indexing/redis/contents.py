"""What the new generation's own segment is made of: new documents and old ones."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bot.indexing.choice import Chosen
from bot.indexing.redis.sharing import Sharing, Work, texts_of
from bot.indexing.scan import Spool
from bot.redis_link import Link
from bot.stores.documents import StoredDocument
from bot.stores.redis.documents import RawDocument, raw_document, read_raw
from bot.stores.redis.names import Names, word
from bot.stores.redis.vectors import SharedVectors
from bot.stores.vectors import text_key
from bot.text.terms import tokenize


@dataclass(frozen=True, slots=True)
class OldSegment:
    """Documents of a segment that are to be read: by id."""

    number: int
    documents: Sequence[str]


@dataclass(frozen=True, slots=True)
class Contents:
    """Documents to write, each from where it is.

    Of old segments ``copied`` are written again as they are, ``encoded_anew`` get new
    vectors because the encoder is another one.
    """

    link: Link
    names: Names
    spool: Spool
    chosen: Chosen
    fresh: frozenset[str]  # ids of documents that are in no segment as they are now
    copied: Sequence[OldSegment]
    encoded_anew: Sequence[OldSegment]

    def chunks(self) -> int:
        """Number of their chunks."""
        old = (*self.copied, *self.encoded_anew)
        ids = [*self.fresh, *(id_ for each in old for id_ in each.documents)]
        return sum(self.chosen[each][1].chunks for each in ids)

    def work(self) -> list[Work]:
        """Return what has to be encoded, by document."""
        found = [self._work(id_, partial(self._new, id_)) for id_ in self.fresh]
        for old in self.encoded_anew:
            found += [
                self._work(id_, partial(self._stored, old.number, id_))
                for id_ in old.documents
            ]
        return sorted(found, key=lambda each: each.name)

    def raw(self, sharing: Sharing) -> Iterator[RawDocument]:
        """Yield every document with words and vectors, by id."""
        sources: list[Iterable[RawDocument]] = [
            (_with(self._new(id_), sharing) for id_ in sorted(self.fresh)),
            *(
                read_raw(self.link, self.names, each.number, each.documents)
                for each in self.copied
            ),
            *(self._anew(each, sharing) for each in self.encoded_anew),
        ]
        return heapq.merge(*sources, key=lambda each: each.id)

    def _anew(self, old: OldSegment, sharing: Sharing) -> Iterator[RawDocument]:
        for id_ in old.documents:
            yield _with(self._stored(old.number, id_), sharing)

    def _work(self, id_: str, stored: Callable[[], StoredDocument]) -> Work:
        document = self.chosen[id_][1]
        return Work(document.digest, document.chunks, lambda: texts_of(stored()))

    def _new(self, id_: str) -> StoredDocument:
        return self.spool.get((id_, self.chosen[id_][1].digest))

    def _stored(self, segment: int, id_: str) -> StoredDocument:
        [raw] = read_raw(self.link, self.names, segment, [id_])
        return raw.opened().stored(0)


def keep_vectors(
    link: Link,
    names: Names,
    segment: int,
    documents: Iterable[str],
    vectors: SharedVectors,
) -> None:
    """Take over the vectors of documents that change or go: most texts come again."""
    for raw in read_raw(link, names, segment, sorted(documents)):
        texts = texts_of(raw.opened().stored(0))
        data = b"".join(vector for _, vector in raw.passages)
        rows = np.frombuffer(data, "<f4").reshape(len(texts), -1)
        vectors.add([text_key(text) for text in texts], rows)


def _with(stored: StoredDocument, sharing: Sharing) -> RawDocument:
    texts = texts_of(stored)
    vectors = sharing.vectors_of(texts)
    words = (" ".join(map(word, tokenize(text))).encode("ascii") for text in texts)
    return raw_document(stored, list(zip(words, vectors, strict=True)))
