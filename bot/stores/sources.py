"""The files that a build saw: what each held, so that the next build can skip it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from bot.stores.manifest import ObjectRef, canonical
from bot.stores.objects import ReadableObjects, damaged


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document of a file, also one whose id another file has taken."""

    id: str
    digest: str  # over everything that was read of it
    collection: str
    chunks: int


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that is not indexed, and why."""

    path: str  # the file, and for one line of a collection `file:line`
    reason: str
    refused: bool  # an error to mend; otherwise the author opted out


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the corpus."""

    path: str
    sha256: str | None  # of its bytes; None when they could not be read
    documents: tuple[SourceDocument, ...] = ()
    omissions: tuple[Omission, ...] = ()


def pack_sources(files: Iterable[SourceFile]) -> list[bytes]:
    """Return one JSON line a file, by path."""
    ordered = sorted(files, key=lambda each: each.path)
    return [canonical(_row(each)) + b"\n" for each in ordered]


def read_sources(objects: ReadableObjects, reference: ObjectRef) -> list[SourceFile]:
    """Read the files back, by path.

    Raises:
        IndexDamagedError: the list is missing, changed or malformed.
    """
    try:
        return [_file(line) for line in objects.read(reference).splitlines()]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise damaged(objects.path(reference), f"is malformed: {error}") from error


def _row(file: SourceFile) -> list[object]:
    documents = [[d.id, d.digest, d.collection, d.chunks] for d in file.documents]
    omissions = [[o.path, o.reason, o.refused] for o in file.omissions]
    return [file.path, file.sha256, documents, omissions]


def _file(line: bytes) -> SourceFile:
    path, sha256, documents, omissions = json.loads(line)
    return SourceFile(
        path,
        sha256,
        tuple(SourceDocument(*each) for each in documents),
        tuple(Omission(*each) for each in omissions),
    )
