"""One build at a time: its lock, the switch to what it wrote, and what may go then.

Renaming ``CURRENT`` is the one step that makes a new generation the index.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import fsio
from bot.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexIncompatibleError,
    IndexMissingError,
    IndexWriteError,
)
from bot.stores.generations import IndexFolder, Pointer, line_of, read_generations
from bot.stores.locks import Lock, lock_to_build, lock_to_remove
from bot.stores.manifest import Manifest
from bot.stores.objects import ObjectWriter

_POLL = 0.1  # seconds between two looks at a lock that another build holds


@contextmanager
def building(
    folder: IndexFolder, patience: float, notice: Callable[[str], None]
) -> Iterator[ObjectWriter]:
    """Hold the build lock, with the folder made and the workspace empty.

    Args:
        folder: the index.
        patience: seconds to wait for another build to end.
        notice: told once, in one line, that it waits and for whom.

    Raises:
        IndexBusyError: another process is still building.
        IndexWriteError: the folder cannot be written.
    """
    for path in (folder.path / "manifests", folder.objects.folder, folder.workspace):
        fsio.make_folder(path)
    lock = _wait_for_lock(folder.path / "LOCK", patience, notice)
    try:
        for file in fsio.list_folder(folder.workspace):
            fsio.remove(file)
        yield ObjectWriter(folder.objects, folder.workspace)
    finally:
        lock.release()


def _wait_for_lock(file: Path, patience: float, notice: Callable[[str], None]) -> Lock:
    holder = f"process {os.getpid()} on {os.uname().nodename}\n"
    deadline = time.monotonic() + patience
    noticed = False
    while not (lock := lock_to_build(file, holder)):
        other = file.read_text("utf-8", "replace").strip() or "another process"
        if time.monotonic() >= deadline:
            raise IndexBusyError(
                f"{file.parent} is being built by {other}. Run the command again when "
                "that has ended."
            )
        if not noticed:
            notice(f"Waiting for {other}, which is building {file.parent}.")
            noticed = True
        time.sleep(_POLL)
    return lock


def commit(folder: IndexFolder, writer: ObjectWriter, manifest: Manifest) -> None:
    """Make a generation the index; its objects have been written.

    Every byte is on the disk before the name that leads to it.

    Raises:
        IndexWriteError: the disk refuses; the former generation is still the index.
    """
    writer.sync()
    data = manifest.to_bytes()
    digest = hashlib.sha256(data).hexdigest()
    draft = writer.draft()
    target = folder.manifest_path(manifest.generation)
    fsio.write(draft, [data])
    fsio.link(draft, target)  # fails where a generation of this number exists
    fsio.remove(draft)
    fsio.sync_folder(target.parent)
    point_to(folder, writer, Pointer(manifest.generation, digest))


def point_to(folder: IndexFolder, writer: ObjectWriter, pointer: Pointer) -> None:
    """Make an existing generation the current one, in one step.

    Raises:
        IndexWriteError: the disk refuses.
    """
    draft = writer.draft()
    fsio.write(draft, [pointer.to_bytes()])
    fsio.rename(draft, folder.path / "CURRENT")
    fsio.sync_folder(folder.path)


def remove_old(folder: IndexFolder, current: int, keep: int) -> list[str]:
    """Remove generations beyond ``keep`` that no reader holds, and unneeded objects.

    Kept are the current one, the one that it was made from, and so on. A manifest that
    is damaged, or whose build was killed before the switch, is of no use and goes too.

    Returns:
        What could not be removed and why, one line each; the index is whole anyway.
    """
    try:
        needed = {each.name for each in _kept(folder, current, keep)}
        fsio.sync_folder(folder.path / "manifests")
        for file in fsio.list_folder(folder.objects.folder):
            if file.name not in needed:
                fsio.remove(file)
    except (OSError, IndexDamagedError, IndexWriteError) as error:
        return [f"Old files are left in {folder.path}: {error}"]
    return []


def _kept(folder: IndexFolder, current: int, keep: int) -> Iterator[Path]:
    """Remove manifests that may go; yield the objects of the others."""
    generations = read_generations(folder)
    wanted = line_of(generations, current)[:keep]
    for number, generation in generations.items():
        if number not in wanted:
            file = folder.manifest_path(number)
            lock = lock_to_remove(file)
            if lock:
                try:
                    fsio.remove(file)
                finally:
                    lock.release()
                continue
            if generation is None:
                raise IndexWriteError(f"{file} is damaged, and a reader holds it.")
        if generation:
            objects = generation.manifest.objects()
            yield from (folder.objects.path(each) for each in objects)


def next_generation(folder: IndexFolder) -> int:
    """Return a number that no generation has, higher than that of the current one."""
    pointer = _pointer(folder)
    return max([pointer.generation if pointer else 0, *folder.generations()]) + 1


def current_hash(folder: IndexFolder) -> str | None:
    """Return the hash of the current manifest, whatever state that is in."""
    pointer = _pointer(folder)
    return pointer.sha256 if pointer else None


def _pointer(folder: IndexFolder) -> Pointer | None:
    try:
        return folder.pointer()
    except (IndexMissingError, IndexDamagedError, IndexIncompatibleError):
        return None  # a rebuild goes on without it
