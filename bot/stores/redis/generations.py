"""Which generations there are, which one is current, and opening one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import IndexDamagedError, IndexIncompatibleError, IndexMissingError
from bot.redis_link import Link
from bot.stores.manifest import ManifestError
from bot.stores.objects import damaged
from bot.stores.redis import engine
from bot.stores.redis.locks import Hold
from bot.stores.redis.manifest import (
    FORMAT,
    OtherFormatError,
    RedisManifest,
    checksum,
    read_redis_manifest,
)
from bot.stores.redis.names import Names

_TRIES = 10  # a build may replace and remove a generation while a reader opens it


@dataclass(frozen=True, slots=True)
class Generation:
    """A manifest that is whole, and the checksum by which others name it."""

    manifest: RedisManifest
    sha256: str


@dataclass(frozen=True, slots=True)
class Generations:
    """The generations of an index."""

    link: Link
    names: Names

    def current(self) -> int:
        """Return the number of the generation that the alias stands for.

        Raises:
            IndexMissingError: there is no index.
        """
        index = engine.target(self.link, self.names.root)
        number = self.names.number(index) if index else None
        if number is None:
            raise IndexMissingError(
                f"There is no index in {self.link.config.url} under "
                f"{self.names.root}. Run `bot index` to build it."
            )
        return number

    def numbers(self) -> list[int]:
        """Return the numbers of all generations, newest first, unfinished ones too."""
        members = self.link.call("SMEMBERS", self.names.at("generations"))
        return sorted(map(int, members), reverse=True)

    def sum_of(self, number: int | None) -> str | None:
        """Return the checksum of a manifest, whatever state that is in."""
        if number is None:
            return None
        data = self.link.call("GET", self.names.at(number, "manifest"))
        return checksum(data) if data else None

    def open(self, number: int) -> Generation:
        """Read a manifest.

        Raises:
            IndexDamagedError: it is missing or not what was written.
            IndexIncompatibleError: it has another format.
        """
        place = f"{self.link.config.url}, generation {number} of {self.names.root}"
        data = self.link.call("GET", self.names.at(number, "manifest"))
        if data is None:
            raise damaged(place, "has no manifest")
        try:
            manifest = read_redis_manifest(data)
        except OtherFormatError as error:
            raise IndexIncompatibleError(
                f"{place}: {error}, this bot reads {FORMAT}. Run `bot index --rebuild` "
                "to build it again."
            ) from error
        except ManifestError as error:
            raise damaged(place, str(error)) from error
        if manifest.generation != number:
            raise damaged(place, f"is that of generation {manifest.generation}")
        return Generation(manifest, checksum(data))

    def whole(self) -> dict[int, Generation]:
        """Return all generations that are finished and not damaged, newest first."""
        found = {}
        for number in self.numbers():
            try:
                found[number] = self.open(number)
            except (IndexDamagedError, IndexIncompatibleError):
                continue  # unfinished, or of no use
        return found

    def hold_current(self) -> tuple[Generation, Hold]:
        """Open the current generation, which then is not removed.

        Raises:
            IndexMissingError: there is no index.
            IndexDamagedError: its manifest is not what was written.
            IndexIncompatibleError: it has another format.
        """
        for _ in range(_TRIES):
            number = self.current()
            hold = Hold(self.link, self.names, number)
            if hold.renew():
                try:
                    return self.open(number), hold
                except BaseException:
                    hold.release()
                    raise
            if self.current() == number:
                break
        raise damaged(
            f"{self.link.config.url}, generation {number} of {self.names.root}",
            "has no manifest",
        )

    def line(self, current: int) -> list[int]:
        """Return a generation, the one it was made from, and so on, as far as known."""
        whole = self.whole()
        by_sum = {each.sha256: number for number, each in whole.items()}
        line: list[int] = []
        number: int | None = current
        while number is not None and number in whole and number not in line:
            line.append(number)
            number = by_sum.get(whole[number].manifest.parent or "")
        return line
