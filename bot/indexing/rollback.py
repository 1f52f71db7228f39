"""Back to the generation before: one switch, after a look that all of it is whole."""

from __future__ import annotations

from bot.config import Config
from bot.errors import IndexMissingError
from bot.stores.building import building, point_to
from bot.stores.generations import IndexFolder, Pointer, hold
from bot.stores.verifying import verify_generation


def roll_back(config: Config) -> int:
    """Make the newest older generation the index again; return its number.

    The generation that was current stays on the disk until the next build.

    Raises:
        IndexMissingError: there is no index, or no older generation of it.
        IndexDamagedError: the older generation is not whole; nothing is changed.
        IndexBusyError: another process is building this index.
        IndexWriteError: the disk refuses; nothing is changed.
    """
    folder = IndexFolder(config.index_path)
    with building(folder, 0, _ignore) as writer:
        current = folder.pointer().generation
        older = [number for number in folder.generations() if number < current]
        if not older:
            raise IndexMissingError(
                f"{folder.path} has no generation before {current} to go back to. "
                "Keep more of them with `keep` of [index] in bot.toml."
            )
        held = hold(folder, older[0])
        held.release()  # the build lock keeps it
        verify_generation(folder, held.manifest)
        point_to(folder, writer, Pointer(older[0], held.sha256))
        return older[0]


def _ignore(_: str) -> None:
    pass
