"""Whether every byte of an index is what was written, and whether it makes sense."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bot.errors import IndexDamagedError
from bot.stores.generations import IndexFolder, hold
from bot.stores.manifest import CollectionRef, Manifest
from bot.stores.objects import Objects, damaged
from bot.stores.shelf import Shelf, read_counts, read_shelf
from bot.stores.sources import read_sources

_ROUNDING = 1e-3  # by which the length of a unit vector may differ from 1
_BLOCK = 4096  # vectors looked at together


def verify_index(folder: Path) -> list[str]:
    """Check every generation; return what is wrong, one line each.

    Raises:
        IndexMissingError: there is no index.
        IndexIncompatibleError: it has another format.
        IndexDamagedError: CURRENT is damaged, so it is not known what the index is.
    """
    place = IndexFolder(folder)
    current = place.pointer()
    problems = []
    named: set[str] = set()
    for number in place.generations():
        try:
            held = hold(place, number)
        except IndexDamagedError as error:
            problems.append(str(error))
            continue
        try:
            named.update(each.sha256 for each in held.manifest.objects())
            if number == current.generation and held.sha256 != current.sha256:
                file = place.manifest_path(number)
                problems.append(str(damaged(file, "is not the one that CURRENT names")))
            verify_generation(place, held.manifest)
        except IndexDamagedError as error:
            problems.append(str(error))
        finally:
            held.release()
    if current.generation not in place.generations():
        file = place.manifest_path(current.generation)
        problems.append(str(damaged(file, "is missing")))
    return problems


def verify_generation(folder: IndexFolder, manifest: Manifest) -> None:
    """Read everything of a generation, and see that its parts fit together.

    Raises:
        IndexDamagedError: something is missing, changed or senseless.
    """
    objects = folder.objects
    read_sources(objects, manifest.sources)
    for reference in manifest.encoder.files.values():
        objects.read(reference)
    for collection in manifest.collections:
        shelf = read_shelf(objects, collection, manifest.encoder.dimensions)
        file = objects.path(collection.postings)
        try:
            what = next(_nonsense(objects, collection, shelf), None)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise damaged(file, f"belongs to malformed documents: {error}") from error
        finally:
            shelf.close()
        if what:
            raise damaged(file, what)


def _nonsense(
    objects: Objects, collection: CollectionRef, shelf: Shelf
) -> Iterator[str]:
    """Name what cannot be true of a collection."""
    if not all(_are_units(shelf, start) for start in range(0, shelf.size, _BLOCK)):
        yield f"collection {collection.name!r} has vectors that are not of length 1"
    counts = [read_counts(objects, bucket.counts) for bucket in collection.buckets]
    if sum(int(each.counts.sum()) for each in counts) != shelf.postings.occurrences:
        yield f"collection {collection.name!r} counts other terms than its buckets"
    for number, id_ in enumerate(shelf.ids):
        if shelf.info(number).id != id_:
            yield f"document {id_!r} has another id in its record"
        size = len(shelf.text(number))
        for position in range(shelf.first_rows[number + 1] - shelf.first_rows[number]):
            chunk = shelf.chunk(number, position)
            spans = [(chunk.start, chunk.end)]
            spans += [(s.start, s.end) for s in shelf.sentences(number, position)]
            if any(not 0 <= start < end <= size for start, end in spans):
                yield f"{chunk.id} has offsets that are not inside its text"


def _are_units(shelf: Shelf, start: int) -> bool:
    rows = np.arange(start, min(start + _BLOCK, shelf.size))
    lengths = np.linalg.norm(shelf.vectors.take(rows).astype(np.float64), axis=1)
    return bool(np.all(np.abs(lengths - 1) < _ROUNDING))
