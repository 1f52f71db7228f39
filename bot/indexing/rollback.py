"""Back to the generation before: one switch, after a look that all of it is whole."""

from __future__ import annotations

from bot.config import Config
from bot.errors import IndexMissingError
from bot.stores.building import building, point_to
from bot.stores.generations import (
    IndexFolder,
    Pointer,
    hold_current,
    line_of,
    read_generations,
)
from bot.stores.verifying import verify_generation


def roll_back(config: Config) -> int:
    """Make the generation that the current one was made from the index again.

    The one that was current stays on the disk until the next build.

    Returns:
        The number of the generation that is the index now.

    Raises:
        IndexMissingError: there is no index, or none that it was made from.
        IndexDamagedError: the former generation is not whole; nothing is changed.
        IndexBusyError: another process is building this index.
        IndexWriteError: the disk refuses; nothing is changed.
    """
    folder = IndexFolder(config.index_path)
    with building(folder, 0, _ignore) as writer:
        held = hold_current(folder)
        held.release()  # the build lock keeps it
        current = held.manifest.generation
        generations = read_generations(folder)
        older = line_of(generations, current)[1:]
        former = generations[older[0]] if older else None
        if former is None:
            raise IndexMissingError(
                f"{folder.path} has no generation before {current} to go back to. "
                "Keep more of them with `keep` of [index] in bot.toml."
            )
        verify_generation(folder, former.manifest)
        point_to(folder, writer, Pointer(older[0], former.sha256))
        return older[0]


def _ignore(_: str) -> None:
    pass
