"""Texts are encoded by whoever is there: each process claims documents, with leases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.dense import Encoder
from bot.errors import EngineError
from bot.indexing.report import Listener, Progress
from bot.stores.documents import Documents, StoredDocument, pack_documents
from bot.stores.redis.locks import CLAIM_SECONDS, Claims
from bot.stores.redis.vectors import SharedVectors
from bot.stores.vectors import text_key
from bot.text.terms import index_text

# Passages claimed at a time: one in so many of those that are left, so that the work
# ends everywhere at once, but neither so few that claims cost more than encoding, nor
# so many that a process that dies takes long work with it.
_SHARES, _FEWEST_CLAIMED, _MOST_CLAIMED = 64, 8, 64
_BATCH = 64  # texts encoded before their vectors are kept: two or three seconds
_POLL = 0.2  # seconds between two looks at what others have claimed
_WAITING = (
    f"Waiting for documents that another process encodes; if it has died, for "
    f"{CLAIM_SECONDS} s at most."
)


@dataclass(frozen=True, slots=True)
class Work:
    """A document to encode: its name for claims, and the texts of its passages."""

    name: str
    size: int  # number of texts
    texts: Callable[[], Sequence[str]]


def texts_of(stored: StoredDocument) -> list[str]:
    """Return what is encoded and indexed of a document's passages, in order."""
    opened = Documents(b"".join(pack_documents([stored])))
    return [index_text(each) for each in opened.chunks_of(0)]


@dataclass(slots=True)
class Effort:
    """What this process has done for a build, however often it had to start over."""

    encoded: int = 0  # texts


@dataclass(frozen=True, slots=True)
class Sharing:
    """Encodes what has no vector yet, together with every other process that does."""

    claims: Claims
    vectors: SharedVectors
    encoder: Callable[[], Encoder]
    listener: Listener
    effort: Effort

    def encode(self, work: Sequence[Work], overtaken: Callable[[], bool]) -> bool:
        """Return when every text has a vector, whoever made it.

        A document that another process has claimed is waited for; if that process
        dies, its claim lapses and the document is taken over.

        Args:
            work: the documents.
            overtaken: whether another process has finished the whole build, so that
                the vectors may have been removed again; asked now and then.

        Returns:
            False when it has.
        """
        done, total, noticed = 0, _size(work), False
        waiting = list(work)
        while waiting:
            others: list[Work] = []
            for group in _groups(waiting):
                if overtaken():
                    return False
                taken = self.claims.take([each.name for each in group])
                pairs = list(zip(group, taken, strict=True))
                done += self._claimed([each for each, ours in pairs if ours])
                others += [each for each, ours in pairs if not ours]
                self.listener(Progress("encoding", done, total))
            waiting = [each for each in others if self._lacking([each])]
            done += _size(others) - _size(waiting)
            if waiting:
                if not noticed:
                    self.listener(Progress("waiting", done, total, note=_WAITING))
                    noticed = True
                time.sleep(_POLL)
        self.listener(Progress("encoding", total, total))
        return True

    def vectors_of(self, texts: Sequence[str]) -> list[bytes]:
        """Return the vectors of texts, aligned; what is missing is encoded now."""
        keys = [text_key(text) for text in texts]
        found = self.vectors.get(keys)
        lacking = {k: t for k, t in zip(keys, texts, strict=True) if k not in found}
        if lacking:
            self._encode(lacking)
            found |= self.vectors.get([*lacking])
        return [found[key] for key in keys]

    def _claimed(self, work: Sequence[Work]) -> int:
        """Encode what claimed documents lack; return their number of texts."""
        names = [each.name for each in work]
        try:
            lacking = list(self._lacking(work).items())
            for at in range(0, len(lacking), _BATCH):
                if at:
                    self.claims.renew(names)
                self._encode(dict(lacking[at : at + _BATCH]))
        except EngineError:
            raise  # the claims lapse by themselves
        except BaseException:  # Ctrl-C too: the next build need not wait for these
            with suppress(EngineError):
                self.claims.release(names)
            raise
        self.claims.release(names)
        return _size(work)

    def _lacking(self, work: Sequence[Work]) -> dict[bytes, str]:
        """Return the texts without a vector, by key."""
        texts = {text_key(text): text for each in work for text in each.texts()}
        return {key: texts[key] for key in self.vectors.missing([*texts])}

    def _encode(self, texts: dict[bytes, str]) -> None:
        self.vectors.add([*texts], self.encoder().encode([*texts.values()]))
        self.effort.encoded += len(texts)


def _groups(work: Sequence[Work]) -> Iterator[Sequence[Work]]:
    """Cut work into parts that become smaller at the end; a document is never cut."""
    left = _size(work)
    group: list[Work] = []
    for each in work:
        group.append(each)
        wanted = min(max(left // _SHARES, _FEWEST_CLAIMED), _MOST_CLAIMED)
        if (size := _size(group)) >= wanted:
            yield group
            group, left = [], left - size
    if group:
        yield group


def _size(work: Sequence[Work]) -> int:
    return sum(each.size for each in work)
