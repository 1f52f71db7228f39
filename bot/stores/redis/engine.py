"""The commands of the Query Engine that an index is made, found and searched with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.dense import Floats
from bot.errors import EngineError, EngineUnreachableError, EngineUnsuitableError
from bot.redis_link import Link, Word
from bot.stores.redis.names import NO_COLLECTION, Names, decoded, tag, word

TEXT, COLLECTION, VECTOR = "lex", "src", "emb"  # the fields of a chunk
Vectors = Literal["FLAT", "HNSW"]
_NEIGHBOURS = ("M", 16, "EF_CONSTRUCTION", 200)  # of HNSW: twice FACTS', for recall
_LEAST_LOOKED_AT = 200  # candidates of an HNSW search, however few are wanted
_POLL = 0.1  # seconds between two looks at a search index that is not complete
_ABSENT = ("unknown index name", "no such index", "unknown: index")

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


@dataclass(frozen=True, slots=True)
class Found:
    """A chunk that the engine found."""

    chunk: str  # its id
    score: float  # the engine's BM25, or its cosine
    value: bytes  # the chunk's terms, or its vector
    tag: bytes = b""  # of its collection, where words were searched


@dataclass(frozen=True, slots=True)
class Page:
    """What a search returned, best first."""

    found: list[Found]
    # Whether the engine's statistics are those of its chunks. A chunk that was written
    # twice, because a connection broke, is counted twice until the server restarts.
    steady: bool


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
    return _facts(reply)


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


def search_words(at: SearchIndex, terms: Sequence[str], place: tuple[int, int]) -> Page:
    """Return chunks that have any of the terms, by the engine's own BM25, best first.

    They are of all collections: joined with a filter, the engine (RediSearch 2.10.5)
    leaves terms out of its scores.

    Args:
        at: the search index.
        terms: a repeated one counts as often as it comes.
        place: how many to pass over, and how many to return.
    """
    query = "|".join(map(word, terms))
    reply, steady = _ask(
        at,
        *(query, "WITHSCORES", "SCORER", "BM25STD"),
        *("RETURN", 2, TEXT, COLLECTION),
        *("LIMIT", *place),
    )
    start = len(at.prefix.encode())
    found = [
        Found(
            decoded(key[start:]),
            float(score),
            _field(fields, TEXT),
            _field(fields, COLLECTION),
        )
        for key, score, fields in _rows(reply, 3)
    ]
    return Page(found, steady)


def search_vectors(
    at: SearchIndex,
    vector: Floats,
    wanted: int,
    collections: Sequence[str] | None,
    *,
    kind: Vectors,
) -> list[Found]:
    """Return the chunks nearest to a vector, by the engine's own cosine, best first."""
    where = "*" if collections is None else f"({_tags(collections)})"
    how = ""
    if kind == "HNSW":
        how = f" EF_RUNTIME {max(_LEAST_LOOKED_AT, 2 * wanted)}"
    elif collections is not None:
        # Each visible chunk is compared. Left to choose, the engine may walk in
        # batches, and never ends where fewer chunks are visible than are wanted.
        how = " HYBRID_POLICY ADHOC_BF"
    reply, _ = _ask(
        at,
        f"{where}=>[KNN {wanted} @{VECTOR} $v{how} AS far]",
        *("PARAMS", 2, "v", vector.astype("<f4").tobytes(), "SORTBY", "far"),
        *("RETURN", 2, "far", VECTOR, "LIMIT", 0, wanted),
    )
    start = len(at.prefix.encode())
    return [
        Found(
            decoded(key[start:]),
            1.0 - float(_field(fields, "far")),
            _field(fields, VECTOR),
        )
        for key, fields in _rows(reply, 2)
    ]


def search_index(
    link: Link, names: Names, segment: int, chunks: int = 0
) -> SearchIndex:
    """Name the search index of a segment that has so many chunks."""
    return SearchIndex(link, names.generation(segment), names.chunks(segment), chunks)


def _ask(at: SearchIndex, *query: Word) -> tuple[list[Any], bool]:
    """Search; tell whether the statistics behind the scores are those of the chunks.

    The engine stops at no time limit of its own: the link's is an error, where the
    engine would return what it has so far.

    Raises:
        EngineUnreachableError: the search index does not have all chunks yet.
    """
    commands = (
        ("FT.INFO", at.name),
        ("FT.SEARCH", at.name, *query, "TIMEOUT", 0, "DIALECT", 2),
    )
    end = time.monotonic() + at.link.config.retry_seconds
    while True:
        known, reply = at.link.calls(commands)
        facts = _facts(known)
        have = int(facts["num_docs"])
        if have == at.chunks and not int(facts["indexing"]):
            return reply, int(facts["max_doc_id"]) == have
        if time.monotonic() > end:
            raise EngineUnreachableError(
                f"{at.link.config.url} has {have} of {at.chunks} passages of {at.name} "
                "in its search index: it is still being read, so ask again later; if "
                "that does not help, run `bot index --rebuild`."
            )
        time.sleep(_POLL)


def _facts(reply: list[Any]) -> dict[str, Any]:
    return {
        key.decode(): value for key, value in zip(reply[::2], reply[1::2], strict=True)
    }


def _tags(collections: Sequence[str]) -> str:
    names = "|".join([*map(tag, collections), NO_COLLECTION])
    return f"@{COLLECTION}:{{{names}}}"


def _rows(reply: list[Any], width: int) -> list[tuple[Any, ...]]:
    """Cut a reply into rows; the first value is the number of all that match."""
    return list(zip(*(reply[1 + at :: width] for at in range(width)), strict=True))


def _field(fields: list[bytes] | None, name: str) -> bytes:
    pairs = dict(zip((fields or [])[::2], (fields or [])[1::2], strict=True))
    value = pairs.get(name.encode())
    if value is None:
        raise EngineUnsuitableError(
            f"The Query Engine returned a passage without its field {name}: it was "
            "removed by someone else. Run `bot index --rebuild`."
        )
    return bytes(value)


def _is_absent(error: EngineError) -> bool:
    words = str(error).lower()
    return any(each in words for each in _ABSENT)
