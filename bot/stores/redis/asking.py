"""The searches of the Query Engine: those of all segments go in one exchange."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.dense import Floats
from bot.errors import EngineError, EngineUnreachableError, EngineUnsuitableError
from bot.redis_link import Command, Link, Word
from bot.stores.redis.engine import (
    COLLECTION,
    COUNTS,
    VECTOR,
    SearchIndex,
    Vectors,
    facts,
)
from bot.stores.redis.names import NO_COLLECTION, decoded, tag, word

_FAR = "far"  # what the engine calls the distance of a vector
_NO_WORD = "none"  # that no passage has: theirs start with "t" or "u"
_LEAST_LOOKED_AT = 1_600  # candidates of an HNSW search, however few are wanted
_TRUSTED = 60.0  # seconds that a search index is taken to be as it was counted
# In bytes, since the client takes the reply to the text "INFO" apart, in 0.1 ms.
_INFO = (b"INFO", "server")
_TOO_MANY = "exceeds maximum"  # what the engine says of more than MAXSEARCHRESULTS
_POLL = 0.1  # seconds between two looks at a search index that is not complete


@dataclass(frozen=True, slots=True)
class Search:
    """A search of one segment."""

    at: SearchIndex
    query: tuple[Word, ...]
    fields: tuple[str, ...]  # that are returned of each chunk
    scored: bool  # whether the engine's score comes with each


@dataclass(frozen=True, slots=True)
class Page:
    """What a search returned, best first."""

    total: int  # of all that match, passed over ones and later ones included
    chunks: list[str]  # ids
    scores: NDArray[np.float64]  # the engine's BM25 of each, or cosine
    fields: Mapping[str, Sequence[bytes]]  # values of each field, aligned
    # Whether the engine's statistics are those of its chunks. A chunk that was written
    # twice, because a connection broke, is counted twice until the server restarts.
    steady: bool


def words_search(
    at: SearchIndex,
    terms: Sequence[tuple[str, float]],
    hidden: Sequence[str],
    place: tuple[int, int],
) -> Search:
    """Ask for chunks that have any of the terms, by the engine's own BM25, best first.

    Collections are hidden from each term by itself: joined with the choice of all
    terms, a filter makes the engine (RediSearch 2.10.5) leave terms out of its scores,
    and one that names the visible ones counts as a term. Only a group can have a
    weight, and one that excludes nothing is a group.

    Args:
        at: the search index.
        terms: each with what the engine multiplies its score by; a repeated one counts
            as often as it comes.
        hidden: collections whose chunks are left out.
        place: how many to pass over, and how many to return.
    """
    hiding = f"-{_tags(hidden)}" if hidden else ""
    query = "|".join(_leaf(word(term), boost, hiding) for term, boost in terms)
    fields = (COUNTS, COLLECTION) if hidden else (COUNTS,)
    ranked = ("VERBATIM", "WITHSCORES", "SCORER", "BM25STD", "LIMIT", *place)
    return Search(at, (query, *ranked), fields, scored=True)


def vectors_search(
    at: SearchIndex,
    vector: Floats,
    wanted: int,
    collections: Sequence[str] | None,
    *,
    kind: Vectors,
) -> Search:
    """Ask for the chunks nearest to a vector, by the engine's own cosine, best first.

    What comes along of their words spares a later question for it.
    """
    where = "*" if collections is None else f"({_tags(collections)})"
    how = ""
    if kind == "HNSW":
        how = f" EF_RUNTIME {max(_LEAST_LOOKED_AT, 2 * wanted)}"
    elif collections is not None:
        # Each visible chunk is compared. Left to choose, the engine may walk in
        # batches, and never ends where fewer chunks are visible than are wanted.
        how = " HYBRID_POLICY ADHOC_BF"
    query = f"{where}=>[KNN {wanted} @{VECTOR} $v{how} AS {_FAR}]"
    vectors = ("PARAMS", 2, "v", vector.astype("<f4").tobytes())
    ranked = ("SORTBY", _FAR, "LIMIT", 0, wanted)
    return Search(at, (query, *vectors, *ranked), (_FAR, VECTOR, COUNTS), scored=False)


@dataclass(frozen=True, slots=True)
class _Count:
    """What the engine said of a search index."""

    run: bytes  # of the server: another one after each start, and of each replica
    at: float  # monotonic time
    chunks: int
    whole: bool  # whether it has all chunks
    steady: bool  # see `Page`


@dataclass(frozen=True, slots=True)
class Asker:
    """Searches, and sees to it that no part of a result is taken for the whole.

    A server that was started again answers from what it has indexed so far. To count
    that (FT.INFO) takes RediSearch 2.10.5 some 55 ms for a graph of 100,000 vectors,
    whose numbers it sorts: several times as long as a search. So a search index is
    counted once in each run of the server, and again after a while.
    """

    link: Link
    _counts: dict[str, _Count] = field(default_factory=dict)

    def ask(self, searches: Sequence[Search]) -> list[Page]:
        """Search, and return a page for each search.

        The engine stops at no time limit of its own: the link's is an error, where
        the engine would return what it has so far.

        Raises:
            EngineUnreachableError: a search index does not have all chunks yet.
            EngineUnsuitableError: a chunk lacks one of the fields.
        """
        end = time.monotonic() + self.link.config.retry_seconds
        while True:
            known = self._known(searches)
            new = [each.at for each in searches if each.at.name not in known]
            counting = [("FT.INFO", each.name) for each in new]
            server, *replies = self._calls([_INFO, *counting, *map(_command, searches)])
            run = _run(server)
            for at, reply in zip(new, replies, strict=False):
                self._counts[at.name] = known[at.name] = _count(at, reply, run)
            if all(each.whole and each.run == run for each in known.values()):
                pages = zip(searches, replies[len(new) :], strict=True)
                return [_page(*each, known[each[0].at.name].steady) for each in pages]
            self._wait([each.at for each in searches], known, end)

    def _calls(self, commands: Sequence[Command]) -> list[Any]:
        try:
            return self.link.calls(commands)
        except EngineError as error:
            if _TOO_MANY in str(error):
                raise too_few(self.link) from error
            raise

    def _known(self, searches: Sequence[Search]) -> dict[str, _Count]:
        oldest = time.monotonic() - _TRUSTED
        counts = {each.at.name: self._counts.get(each.at.name) for each in searches}
        return {
            name: each
            for name, each in counts.items()
            if each is not None and each.whole and each.at > oldest
        }

    def _wait(
        self, asked: Sequence[SearchIndex], known: Mapping[str, _Count], end: float
    ) -> None:
        """Wait for a search index that is being read, but not for ever."""
        for at in asked:
            self._counts.pop(at.name, None)  # of a server that may have been replaced
            if known[at.name].whole:
                continue
            if time.monotonic() > end:
                raise EngineUnreachableError(
                    f"{self.link.config.url} has {known[at.name].chunks} of "
                    f"{at.chunks} passages of {at.name} in its search index: it is "
                    "still being read, so ask again later; if that does not help, run "
                    "`bot index --rebuild`."
                )
            time.sleep(_POLL)


def too_few(link: Link) -> EngineUnsuitableError:
    """Return the error for a server that returns less than a question needs."""
    return EngineUnsuitableError(
        f"{link.config.url} returns fewer passages than have to be compared for this "
        "question, and a part would pass for the whole: ask with a rarer word, or set "
        "the server's MAXSEARCHRESULTS to at least 1000000."
    )


def _run(info: bytes) -> bytes:
    """Return what the server says this run of it is called."""
    return info.partition(b"run_id:")[2].partition(b"\r")[0]


def _count(at: SearchIndex, reply: list[Any], run: bytes) -> _Count:
    found = facts(reply)
    have = int(found["num_docs"])
    whole = have == at.chunks and not int(found["indexing"])
    steady = int(found["max_doc_id"]) == have
    return _Count(run, time.monotonic(), have, whole, steady)


def _command(search: Search) -> tuple[Word, ...]:
    returned: tuple[Word, ...] = ("RETURN", len(search.fields), *search.fields)
    limits: tuple[Word, ...] = ("TIMEOUT", 0, "DIALECT", 2)
    return "FT.SEARCH", search.at.name, *search.query, *returned, *limits


def _page(search: Search, reply: list[Any], steady: bool) -> Page:  # noqa: FBT001 - of one row
    """Take a reply apart."""
    width = 3 if search.scored else 2
    start = len(search.at.prefix.encode())
    chunks = [decoded(each[start:]) for each in reply[1::width]]
    rows = _values(reply[width::width], search.fields)
    columns = [[row[at] for row in rows] for at in range(len(search.fields))]
    fields = dict(zip(search.fields, columns, strict=True))
    if search.scored:
        scores = np.array(reply[2::width], np.float64)
    else:
        scores = 1.0 - np.array(fields[_FAR], np.float64)
    return Page(int(reply[0]), chunks, scores, fields, steady)


def _values(
    rows: Sequence[list[bytes] | None], fields: Sequence[str]
) -> list[list[bytes]]:
    """Return the values of rows of names and values in turn."""
    names = [each.encode() for each in fields]
    for row in rows:
        if row is None or row[::2] != names:
            raise EngineUnsuitableError(
                f"The Query Engine returned a passage without {', '.join(fields)}: "
                "it was changed by someone else. Run `bot index --rebuild`."
            )
    return [row[1::2] for row in rows if row]


def _leaf(name: str, boost: float, hiding: str) -> str:
    if boost == 1 and not hiding:
        return name
    return f"({name} {hiding or '-' + _NO_WORD})=>{{$weight:{boost:f}}}"


def _tags(collections: Sequence[str]) -> str:
    names = "|".join([*map(tag, collections), NO_COLLECTION])
    return f"@{COLLECTION}:{{{names}}}"
