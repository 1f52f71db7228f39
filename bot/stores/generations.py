"""The folder of an index: where its files are, and which generation is current."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot import fsio
from bot.errors import IndexDamagedError, IndexIncompatibleError, IndexMissingError
from bot.stores.locks import Lock, lock_to_read
from bot.stores.manifest import FORMAT, Manifest, ManifestError, read_manifest
from bot.stores.objects import Objects, damaged

_POINTER = re.compile(
    rb"bot-index (\d{1,9}) generation=(\d{1,9}) sha256=([0-9a-f]{64})\n"
)
_MAGIC = re.compile(rb"bot-index (\d{1,9}) ")
_NAME = re.compile(r"(\d{8,9})\.json")
_TRIES = 10  # a build may replace and remove a generation while a reader opens it


@dataclass(frozen=True, slots=True)
class Pointer:
    """What CURRENT says."""

    generation: int
    sha256: str  # of the manifest file

    def to_bytes(self) -> bytes:
        """Return the file."""
        return (
            f"bot-index {FORMAT} generation={self.generation} sha256={self.sha256}\n"
        ).encode()


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """Where the files of an index are."""

    path: Path

    @property
    def objects(self) -> Objects:
        """The immutable files."""
        return Objects(self.path / "objects")

    @property
    def workspace(self) -> Path:
        """Where files are written before they get their name."""
        return self.path / "tmp"

    @property
    def cache(self) -> Path:
        """Where a build keeps its vectors, for the next one if it is interrupted."""
        return self.path / "vectors.cache"

    def manifest_path(self, generation: int) -> Path:
        """Where the manifest of a generation is."""
        return self.path / "manifests" / f"{generation:08}.json"

    def generations(self) -> list[int]:
        """Numbers of all generations that have a manifest, newest first."""
        files = fsio.list_folder(self.path / "manifests")
        found = (_NAME.fullmatch(file.name) for file in files)
        return sorted((int(match[1]) for match in found if match), reverse=True)

    def pointer(self) -> Pointer:
        """Read CURRENT.

        Raises:
            IndexMissingError: there is no index.
            IndexIncompatibleError: it has another format.
            IndexDamagedError: CURRENT is not what was written.
        """
        file = self.path / "CURRENT"
        try:
            data = fsio.read(file)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IndexMissingError(
                f"There is no index in {self.path}. Run `bot index` to build it."
            ) from error
        except OSError as error:
            raise damaged(file, f"cannot be read: {error.strerror}") from error
        magic = _MAGIC.match(data)
        if magic and int(magic[1]) != FORMAT:
            raise IndexIncompatibleError(
                f"{self.path} has index format {int(magic[1])}, this bot reads "
                f"{FORMAT}. Run `bot index --rebuild` to build it again."
            )
        match = _POINTER.fullmatch(data)
        if not match:
            raise damaged(file, "has changed since it was written")
        return Pointer(int(match[2]), match[3].decode())


@dataclass(frozen=True, slots=True)
class HeldGeneration:
    """A generation that is not removed until it is let go."""

    manifest: Manifest
    sha256: str
    lock: Lock

    def release(self) -> None:
        """Let the generation go."""
        self.lock.release()


def hold_current(folder: IndexFolder) -> HeldGeneration:
    """Lock the current generation for reading.

    Raises:
        IndexMissingError: there is no index.
        IndexIncompatibleError: it has another format.
        IndexDamagedError: CURRENT or the manifest is not what was written.
    """
    for _ in range(_TRIES):
        pointer = folder.pointer()
        try:
            held = _hold(folder, pointer.generation, pointer.sha256)
        except IndexDamagedError:
            if folder.pointer() == pointer:
                raise
            continue
        if held:
            return held
    file = folder.manifest_path(pointer.generation)
    raise damaged(file, "is missing, and CURRENT names it")


def hold(folder: IndexFolder, generation: int) -> HeldGeneration:
    """Lock any generation for reading, by its number.

    Raises:
        IndexDamagedError: its manifest is missing or not what was written.
    """
    held = _hold(folder, generation, None)
    if held is None:
        raise damaged(folder.manifest_path(generation), "is missing")
    return held


def _hold(
    folder: IndexFolder, generation: int, sha256: str | None
) -> HeldGeneration | None:
    """Lock a generation; None when it was removed in the meantime."""
    file = folder.manifest_path(generation)
    try:
        lock = lock_to_read(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror}") from error
    try:
        if not lock.is_named():  # a build removed it between our two steps
            lock.release()
            return None
        data = lock.read()
        manifest = _manifest(file, data, generation, sha256)
        return HeldGeneration(manifest, hashlib.sha256(data).hexdigest(), lock)
    except BaseException:
        lock.release()
        raise


def _manifest(file: Path, data: bytes, generation: int, sha256: str | None) -> Manifest:
    try:
        manifest = read_manifest(data)
    except ManifestError as error:
        raise damaged(file, str(error)) from error
    if sha256 not in {None, hashlib.sha256(data).hexdigest()}:
        raise damaged(file, "is not the manifest that CURRENT names")
    if manifest.generation != generation:
        raise damaged(file, f"is that of generation {manifest.generation}")
    return manifest


@dataclass(frozen=True, slots=True)
class Generation:
    """A manifest that is whole, and the hash by which others name it."""

    manifest: Manifest
    sha256: str


def read_generations(folder: IndexFolder) -> dict[int, Generation | None]:
    """Read all manifests, by number, newest first; None stands for a damaged one.

    Raises:
        IndexDamagedError: one cannot be read, so what it says is not known.
    """
    found: dict[int, Generation | None] = {}
    for number in folder.generations():
        file = folder.manifest_path(number)
        try:
            data = fsio.read(file)
        except OSError as error:
            raise damaged(file, f"cannot be read: {error.strerror}") from error
        try:
            manifest = _manifest(file, data, number, None)
        except IndexDamagedError:
            found[number] = None
        else:
            found[number] = Generation(manifest, hashlib.sha256(data).hexdigest())
    return found


def line_of(generations: Mapping[int, Generation | None], current: int) -> list[int]:
    """Return a generation, the one it was made from, and so on, as far as known."""
    numbers = {each.sha256: number for number, each in generations.items() if each}
    line: list[int] = []
    number: int | None = current
    while number is not None and number not in line:
        generation = generations.get(number)
        if generation is None:
            break
        line.append(number)
        number = numbers.get(generation.manifest.parent or "")
    return line
