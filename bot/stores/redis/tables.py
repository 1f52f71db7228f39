"""Tables of how many chunks have a word, read and written some thousand at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from bot.redis_link import Command, Link

_FIELDS = 2_000


def read_table(link: Link, key: str) -> Counter[bytes]:
    """Read a table whole; a missing one is empty."""
    found: Counter[bytes] = Counter()
    cursor = b"0"
    while True:
        cursor, some = link.call("HSCAN", key, cursor, "COUNT", _FIELDS)
        for word, count in some.items():
            found[word] = int(count)  # the same word may come twice
        if int(cursor) == 0:
            return found


def table_commands(key: str, table: Mapping[bytes, int]) -> Iterator[Command]:
    """Return the commands that write a table."""
    pairs = list(table.items())
    for at in range(0, len(pairs), _FIELDS):
        yield (
            "HSET",
            key,
            *(each for pair in pairs[at : at + _FIELDS] for each in pair),
        )
