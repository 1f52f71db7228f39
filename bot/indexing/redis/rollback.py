"""Back to the generation before, inside Redis: one switch, after all of it was read."""

from __future__ import annotations

from bot.errors import IndexMissingError
from bot.redis_link import Link
from bot.stores.redis.generations import Generations
from bot.stores.redis.locks import build_lock
from bot.stores.redis.names import Names
from bot.stores.redis.verifying import verify_generation
from bot.stores.redis.writing import point_to


def roll_back_in_redis(link: Link, names: Names) -> int:
    """Make the generation that the current one was made from the index again.

    Returns:
        The number of the generation that is the index now.

    Raises:
        IndexMissingError: there is no index, or none that it was made from.
        IndexDamagedError: the former generation is not whole; nothing is changed.
        IndexBusyError: another process is building this index.
    """
    with build_lock(link, names, 0, lambda _: None) as lock:
        generations = Generations(link, names)
        current = generations.current()
        older = generations.line(current)[1:]
        if not older:
            raise IndexMissingError(
                f"{link.config.url} has no generation of {names.root} before {current} "
                "to go back to. Keep more of them with `keep` of [index] in bot.toml."
            )
        former = generations.open(older[0]).manifest
        verify_generation(link, names, former, living=lock.keeping())
        point_to(link, names, lock, older[0])
        return older[0]
