"""The manifest of a generation: what belongs to it, with the checksum of everything."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 3  # of all files of the index; another number is refused, never guessed at

_HASH = re.compile(r"[0-9a-f]{64}")
Settings = Mapping[str, Any]  # JSON values: versions and parameters that shape an index


class ManifestError(ValueError):
    """The bytes are not a manifest, or not the one that was written."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An immutable file of the index: its name is its checksum."""

    sha256: str
    size: int  # bytes

    def __post_init__(self) -> None:
        """Refuse what could name another file, or a size no file has."""
        if not _HASH.fullmatch(self.sha256) or type(self.size) is not int:
            raise ManifestError(
                f"{self.sha256!r} with {self.size!r} bytes is no object"
            )


@dataclass(frozen=True, slots=True)
class BucketRef:
    """Some documents of a collection: those whose hashed id starts with the prefix."""

    prefix: str  # binary digits
    members: str  # hash over the ids and digests of its documents
    documents: int
    chunks: int
    text: ObjectRef
    vectors: ObjectRef
    counts: ObjectRef


@dataclass(frozen=True, slots=True)
class CollectionRef:
    """A collection: its buckets, and their term counts merged for quick opening."""

    name: str
    buckets: tuple[BucketRef, ...]  # by prefix
    postings: ObjectRef
    copies: Mapping[str, tuple[str, ...]]  # document id to files with the same bytes


@dataclass(frozen=True, slots=True)
class EncoderRef:
    """The encoder that the vectors come from, and the files that make it up."""

    name: str  # identity of weights, tokenizer and settings
    dimensions: int
    model: str  # as configured when the index was built; "" is the default model
    files: Mapping[str, ObjectRef]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation.

    ``root`` names its content: equal documents, settings and encoder give an equal
    root, whatever was built before. Generation, parent, the list of source files and
    the encoder's files are outside of it.
    """

    generation: int
    parent: str | None  # hash of the manifest before this one
    settings: Settings
    encoder: EncoderRef
    collections: tuple[CollectionRef, ...]  # by name
    sources: ObjectRef

    @property
    def root(self) -> str:
        """Hash over the content."""
        content = {
            "format": FORMAT,
            "settings": dict(self.settings),
            "encoder": [self.encoder.name, self.encoder.dimensions],
            "collections": [asdict(each) for each in self.collections],
        }
        return hashlib.sha256(canonical(content)).hexdigest()

    def objects(self) -> Iterator[ObjectRef]:
        """Every object that the generation needs."""
        yield self.sources
        yield from self.encoder.files.values()
        for collection in self.collections:
            yield collection.postings
            for bucket in collection.buckets:
                yield from (bucket.text, bucket.vectors, bucket.counts)

    def to_bytes(self) -> bytes:
        """Return the file: one line of JSON, and its SHA-256 on the next."""
        return sealed({"format": FORMAT, "root": self.root, **asdict(self)})


def read_manifest(data: bytes) -> Manifest:
    """Turn the bytes of a manifest file back into a manifest.

    Raises:
        ManifestError: they are not exactly what `Manifest.to_bytes` returned.
    """
    line = unsealed(data)
    try:
        values = json.loads(line)
        manifest = Manifest(
            values["generation"],
            values["parent"],
            values["settings"],
            _encoder(values["encoder"]),
            tuple(_collection(each) for each in values["collections"]),
            ObjectRef(**values["sources"]),
        )
        if values["format"] != FORMAT or values["root"] != manifest.root:
            raise ManifestError("its format or its root is not what it says")
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ManifestError(f"it is malformed: {error}") from error
    return manifest


def sealed(values: object) -> bytes:
    """Return values as one line of JSON, and its SHA-256 on the next."""
    line = canonical(values)
    return line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"


def unsealed(data: bytes) -> bytes:
    """Return the line of JSON of what was sealed.

    Raises:
        ManifestError: the bytes are not exactly what `sealed` returned.
    """
    line, _, rest = data.partition(b"\n")
    if rest != hashlib.sha256(line).hexdigest().encode() + b"\n":
        raise ManifestError("the checksum in its last line does not fit")
    return line


def canonical(value: object) -> bytes:
    """Return the one JSON form of a value: sorted keys, no spaces, ASCII only."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _encoder(values: Mapping[str, Any]) -> EncoderRef:
    files = {name: ObjectRef(**each) for name, each in values["files"].items()}
    return EncoderRef(**{**values, "files": files})


def _collection(values: Mapping[str, Any]) -> CollectionRef:
    buckets = tuple(_bucket(each) for each in values["buckets"])
    postings = ObjectRef(**values["postings"])
    copies = {id_: tuple(paths) for id_, paths in values["copies"].items()}
    return CollectionRef(values["name"], buckets, postings, copies)


def _bucket(values: Mapping[str, Any]) -> BucketRef:
    objects = {key: ObjectRef(**values[key]) for key in ("text", "vectors", "counts")}
    return BucketRef(**{**values, **objects})
