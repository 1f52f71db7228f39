"""The index as commands see it: one Protocol, kept in files or in Redis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.config import Config
from bot.errors import IndexMissingError

if TYPE_CHECKING:  # a chat's prompt does not wait for numpy, nor a question for a build
    from bot.indexing.report import IndexReport, Listener
    from bot.redis_link import Link
    from bot.stores.encoders import EncoderFactory
    from bot.stores.protocol import StoredIndex
    from bot.stores.redis.names import Names

_Result = TypeVar("_Result")

PATIENCE = 600.0  # seconds that a build waits for another one to end


class Store(Protocol):
    """Where an index is kept: generations of it, of which one is current.

    Readers see one generation, whole, whatever is built meanwhile. Every method
    raises a BotError, one line that says what to do, when the place cannot be used.
    """

    @property
    def place(self) -> str:
        """Where it is, for people."""
        ...

    def exists(self) -> bool:
        """Tell whether there is an index."""
        ...

    def open(self, *, encoder: bool = False) -> StoredIndex:
        """Open the current generation; what it needs is verified as it is read.

        Args:
            encoder: begin to open the encoder too; who encodes first waits for it.

        Raises:
            IndexMissingError: there is no index.
            IndexIncompatibleError: its format, analysis or encoder is another one.
            IndexDamagedError: a part is missing or changed.
        """
        ...

    def build(
        self,
        *,
        rebuild: bool = False,
        progress: Listener | None = None,
        patience: float = PATIENCE,
    ) -> IndexReport:
        """Bring the index up to date with the corpus.

        Args:
            rebuild: use nothing of the present index, whatever its state.
            progress: told how far the build is.
            patience: seconds to wait for another build of the same index.
        """
        ...

    def generations(self) -> list[int]:
        """Numbers of the generations that can be gone back to, the current one first.

        Raises:
            IndexMissingError: there is no index.
        """
        ...

    def roll_back(self) -> int:
        """Make the generation before the index again; return its number.

        Raises:
            IndexMissingError: there is none.
            IndexDamagedError: it is not whole; nothing is changed.
        """
        ...

    def verify(self) -> list[str]:
        """Read everything; return what is wrong, one line each.

        Raises:
            IndexMissingError: there is no index.
        """
        ...


def store_of(config: Config, encoders: EncoderFactory | None = None) -> Store:
    """Return the store that [store] in bot.toml names: a server, or files without one.

    Args:
        config: names the store, the corpus and the encoder.
        encoders: makes encoders; the default ones if not given.

    Raises:
        ConfigError: what it says of the server cannot be used.
    """
    if config.store.url:
        return RedisStore(config, encoders)
    return LocalStore(config, encoders)


@dataclass(frozen=True, slots=True)
class LocalStore:
    """An index in a folder of this machine."""

    config: Config
    encoders: EncoderFactory | None = None  # None makes the default ones

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.config.index_path)

    def exists(self) -> bool:
        """Tell whether there is an index."""
        from bot.stores.generations import IndexFolder  # noqa: PLC0415 - numpy

        try:
            IndexFolder(self.config.index_path).pointer()
        except IndexMissingError:
            return False
        return True

    def open(self, *, encoder: bool = False) -> StoredIndex:
        """Open the current generation."""
        from bot.stores.local import open_reader  # noqa: PLC0415 - numpy

        path = self.config.index_path
        return open_reader(path, self.config, self.encoders, encoder=encoder)

    def build(
        self,
        *,
        rebuild: bool = False,
        progress: Listener | None = None,
        patience: float = PATIENCE,
    ) -> IndexReport:
        """Bring the index up to date with the corpus."""
        from bot.indexing import build_index  # noqa: PLC0415 - every format

        return build_index(
            self.config,
            rebuild=rebuild,
            progress=progress,
            encoders=self.encoders,
            patience=patience,
        )

    def generations(self) -> list[int]:
        """Numbers of the generations that can be gone back to."""
        from bot.stores.generations import (  # noqa: PLC0415 - numpy
            IndexFolder,
            line_of,
            read_generations,
        )

        folder = IndexFolder(self.config.index_path)
        current = folder.pointer().generation
        return line_of(read_generations(folder), current)

    def roll_back(self) -> int:
        """Make the generation before the index again."""
        from bot.indexing.rollback import roll_back  # noqa: PLC0415 - every format

        return roll_back(self.config)

    def verify(self) -> list[str]:
        """Read everything."""
        from bot.stores.verifying import verify_index  # noqa: PLC0415 - numpy

        return verify_index(self.config.index_path)


@dataclass(frozen=True, slots=True)
class RedisStore:
    """An index kept by a Redis server with its Query Engine."""

    config: Config
    encoders: EncoderFactory | None = None  # None makes the default ones

    @property
    def place(self) -> str:
        """The server."""
        return self.config.store.url

    def exists(self) -> bool:
        """Tell whether there is an index."""
        try:
            self.generations()
        except IndexMissingError:
            return False
        return True

    def open(self, *, encoder: bool = False) -> StoredIndex:
        """Open the current generation."""
        from bot.stores.held_encoder import HeldEncoder  # noqa: PLC0415 - numpy
        from bot.stores.redis.opening import open_redis_reader  # noqa: PLC0415 - numpy

        reader = open_redis_reader(self.config, self.encoders)
        if encoder:
            HeldEncoder(lambda: reader.encoder).warm()
        return reader

    def build(
        self,
        *,
        rebuild: bool = False,
        progress: Listener | None = None,
        patience: float = PATIENCE,
    ) -> IndexReport:
        """Bring the index up to date with the corpus."""
        from bot.indexing.redis.build import RedisBuild  # noqa: PLC0415 - every format
        from bot.stores.encoders import EncoderFactory  # noqa: PLC0415 - numpy

        def build(link: Link, names: Names) -> IndexReport:
            listener = progress or (lambda _: None)
            factory = self.encoders or EncoderFactory()
            each = RedisBuild(self.config, link, names, factory, listener, patience)
            return each.run(rebuild=rebuild)

        return self._with(build)

    def generations(self) -> list[int]:
        """Numbers of the generations that can be gone back to."""
        from bot.stores.redis.generations import Generations  # noqa: PLC0415 - numpy

        def line(link: Link, names: Names) -> list[int]:
            generations = Generations(link, names)
            return generations.line(generations.current())

        return self._with(line)

    def roll_back(self) -> int:
        """Make the generation before the index again."""
        from bot.indexing.redis.rollback import roll_back_in_redis  # noqa: PLC0415

        return self._with(roll_back_in_redis)

    def verify(self) -> list[str]:
        """Read everything."""
        from bot.stores.redis.verifying import verify_all  # noqa: PLC0415 - numpy

        return self._with(verify_all)

    def _with(self, run: Callable[[Link, Names], _Result]) -> _Result:
        from bot.stores.redis.opening import open_names  # noqa: PLC0415 - numpy

        link, names = open_names(self.config)
        try:
            return run(link, names)
        finally:
            link.close()
