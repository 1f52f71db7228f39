"""The commands of the Query Engine that an index is made and found with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bot.errors import EngineError
from bot.redis_faults import ABSENT
from bot.redis_link import Link
from bot.stores.redis.names import Names

# The fields of a chunk: terms as words, its collection, its vector, terms as numbers.
TEXT, COLLECTION, VECTOR, COUNTS = "lex", "src", "emb", "cnt"
Vectors = Literal["FLAT", "HNSW"]
# Of HNSW, for vectors that are hard to tell apart: see tests/benchmarks/redis_graph.py.
_NEIGHBOURS = ("M", 32, "EF_CONSTRUCTION", 200)
# Neither places nor fields of words are kept: no query asks for them, and they are a
# quarter of what the engine needs for words.
_LEAN = ("NOOFFSETS", "NOFIELDS")

# Switches the alias, if the one who asks still has the lock.
_SWITCH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('FT.ALIASUPDATE', ARGV[2], ARGV[3])
return 1
"""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """A search index over the chunks whose keys start with its prefix."""

    link: Link
    name: str
    prefix: str
    chunks: int = 0  # that it must have, or a search would be a partial one


def create(
    at: SearchIndex, dimensions: int, kind: Vectors, *, scan: bool = False
) -> None:
    """Make a search index.

    Args:
        at: its name and prefix.
        dimensions: length of a vector.
        kind: FLAT compares with every vector and misses none; HNSW walks a graph.
        scan: take in the chunks that are there. Otherwise only what is written from
            now on: both at once would count a chunk twice.
    """
    shape = ("TYPE", "FLOAT32", "DIM", dimensions, "DISTANCE_METRIC", "COSINE")
    options = (*shape, *_NEIGHBOURS) if kind == "HNSW" else shape
    at.link.change(
        *("FT.CREATE", at.name, "ON", "HASH", "PREFIX", 1, at.prefix, "STOPWORDS", 0),
        *_LEAN,
        *(() if scan else ("SKIPINITIALSCAN",)),
        *("SCHEMA", TEXT, "TEXT", "NOSTEM", COLLECTION, "TAG", "SEPARATOR", "\x1f"),
        *("CASESENSITIVE", VECTOR, "VECTOR", kind, len(options), *options),
        again=False,
    )


def drop(link: Link, index: str, *, chunks: bool = True) -> None:
    """Remove a search index, and all chunks that it covers; it may be missing."""
    try:
        link.change("FT.DROPINDEX", index, *(("DD",) if chunks else ()))
    except EngineError as error:
        if not _is_absent(error):
            raise


def info(link: Link, index: str) -> dict[str, Any] | None:
    """Return what the engine knows of a search index or alias; None without one."""
    try:
        reply = link.call("FT.INFO", index)
    except EngineError as error:
        if _is_absent(error):
            return None
        raise
    return facts(reply)


def target(link: Link, alias: str) -> str | None:
    """Return the search index that an alias stands for; None without one."""
    found = info(link, alias)
    return found["index_name"].decode() if found else None


def switch(link: Link, lock: str, token: str, alias: str, index: str) -> bool:
    """Let an alias stand for another search index, in one step.

    Returns:
        False, and nothing is changed, when the lock is no longer held by the token.
    """
    return bool(link.script(_SWITCH, [lock], [token, alias, index]))


def search_index(
    link: Link, names: Names, segment: int, chunks: int = 0
) -> SearchIndex:
    """Name the search index of a segment that has so many chunks."""
    return SearchIndex(link, names.generation(segment), names.chunks(segment), chunks)


def facts(reply: list[Any]) -> dict[str, Any]:
    """Read a reply of names and values in turn."""
    return {
        key.decode(): value for key, value in zip(reply[::2], reply[1::2], strict=True)
    }


def _is_absent(error: EngineError) -> bool:
    words = str(error).lower()
    return any(each in words for each in ABSENT)
