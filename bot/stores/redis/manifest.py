"""What belongs to a generation inside Redis, with the checksums of all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.stores.manifest import (
    EncoderRef,
    ManifestError,
    ObjectRef,
    Settings,
    canonical,
    sealed,
    unsealed,
)
from bot.stores.redis.engine import Vectors
from bot.stores.redis.scoring import Population

FORMAT = 2  # of everything inside Redis; another number is refused, never guessed at


@dataclass(frozen=True, slots=True)
class Collection:
    """Some documents of a collection, counted."""

    name: str
    documents: int
    chunks: int
    tokens: int  # terms of all chunks, repeated ones counted


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents that were written together, with a search index; never changed.

    Its number is that of the generation it was written for.
    """

    number: int
    vectors: Vectors
    collections: tuple[Collection, ...]  # by name
    shortest: int  # terms of the shortest chunk
    longest: int
    bytes: int  # of documents and passages
    sum: str  # checksum over its documents, in order of id

    @property
    def documents(self) -> int:
        """Number of documents, those that are gone included."""
        return sum(each.documents for each in self.collections)

    @property
    def chunks(self) -> int:
        """Number of their chunks."""
        return self.population.chunks

    @property
    def population(self) -> Population:
        """Their chunks."""
        return Population(
            sum(each.chunks for each in self.collections),
            sum(each.tokens for each in self.collections),
        )


@dataclass(frozen=True, slots=True)
class RedisManifest:
    """One generation.

    It is made of the segments before it that still have documents, less those
    documents that are gone, and of one more with what was added. ``root`` names its
    content: equal documents, settings and encoder give an equal root.
    """

    generation: int
    parent: str | None  # checksum of the manifest before this one
    settings: Settings
    encoder: EncoderRef
    members: str  # hash over the ids, digests and copies of all documents
    segments: tuple[Segment, ...]  # oldest first
    gone: Mapping[str, tuple[Collection, ...]]  # what is gone of a segment, if any
    sources: ObjectRef
    copies: ObjectRef  # JSON: document id to files with the same bytes, by collection

    @property
    def root(self) -> str:
        """Hash over the content."""
        content = {
            "format": ["redis", FORMAT],
            "settings": dict(self.settings),
            "encoder": [self.encoder.name, self.encoder.dimensions],
            "members": self.members,
        }
        return hashlib.sha256(canonical(content)).hexdigest()

    @property
    def collections(self) -> tuple[Collection, ...]:
        """What it has of each collection, by name; also where all is gone."""
        parts = [each for segment in self.segments for each in segment.collections]
        gone = [each for part in self.gone.values() for each in part]
        return added(parts, gone)

    def gone_from(self, segment: int) -> int:
        """Return how many documents of a segment are gone."""
        return sum(each.documents for each in self.gone.get(str(segment), ()))

    def objects(self) -> list[ObjectRef]:
        """Every object that the generation needs."""
        return [self.sources, self.copies, *self.encoder.files.values()]

    def to_bytes(self) -> bytes:
        """Return one line of JSON, and its SHA-256 on the next."""
        return sealed({"format": FORMAT, "root": self.root, **asdict(self)})


def added(
    parts: Iterable[Collection], taken: Iterable[Collection] = ()
) -> tuple[Collection, ...]:
    """Add up what there is of each collection, less what is taken away; by name."""
    sums: dict[str, list[int]] = {}
    for sign, one in [*((1, each) for each in parts), *((-1, each) for each in taken)]:
        total = sums.setdefault(one.name, [0, 0, 0])
        for at, count in enumerate((one.documents, one.chunks, one.tokens)):
            total[at] += sign * count
    return tuple(Collection(name, *total) for name, total in sorted(sums.items()))


class OtherFormatError(ManifestError):
    """The manifest is whole, and of another format."""


def checksum(data: bytes) -> str:
    """Name the bytes of a manifest."""
    return hashlib.sha256(data).hexdigest()


def read_redis_manifest(data: bytes) -> RedisManifest:
    """Turn bytes back into a manifest.

    Raises:
        ManifestError: they are not exactly what `RedisManifest.to_bytes` returned.
    """
    line = unsealed(data)
    try:
        values = json.loads(line)
        if values["format"] != FORMAT:
            raise OtherFormatError(f"it has format {values['format']}")
        manifest = _manifest(values)
        if values["root"] != manifest.root:
            raise ManifestError("its root is not what it says")
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ManifestError(f"it is malformed: {error}") from error
    return manifest


def _manifest(values: Mapping[str, Any]) -> RedisManifest:
    encoder = values["encoder"]
    files = {name: ObjectRef(**each) for name, each in encoder["files"].items()}
    return RedisManifest(
        values["generation"],
        values["parent"],
        values["settings"],
        EncoderRef(**{**encoder, "files": files}),
        values["members"],
        tuple(
            Segment(**{**each, "collections": _collections(each["collections"])})
            for each in values["segments"]
        ),
        {segment: _collections(each) for segment, each in values["gone"].items()},
        ObjectRef(**values["sources"]),
        ObjectRef(**values["copies"]),
    )


def _collections(values: Iterable[Mapping[str, Any]]) -> tuple[Collection, ...]:
    return tuple(Collection(**each) for each in values)
