"""Queries in bulk: BEIR-form query files in, TREC run files out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.errors import InputError
from bot.records import Hit
from bot.utf8 import read_utf8

_TAG = "bot"  # names the system in the last column of a run


class Query(NamedTuple):
    """A query of a test collection."""

    id: str
    text: str


def read_queries(path: Path) -> Iterator[Query]:
    """Read ``{"_id", "text"}`` lines; empty lines are passed over.

    Raises:
        InputError: the file cannot be read, or a line is not such an object.
    """
    for number, line in enumerate(read_utf8(path, InputError).split("\n"), start=1):
        if line.strip():
            yield _query(line, f"{path}, line {number}")


def _query(line: str, where: str) -> Query:
    try:
        value = json.loads(line)
        return Query(str(value["_id"]), str(value["text"]))
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise InputError(
            f'{where} is not a query; it must look like {{"_id": "1", "text": "..."}}.'
        ) from error


def _lines(query: Query, hits: Sequence[Hit]) -> Iterator[str]:
    for rank, (hit, score) in enumerate(zip(hits, _scores(hits), strict=True), start=1):
        yield f"{query.id} Q0 {hit.chunk.document} {rank} {score:.9f} {_TAG}\n"


def _scores(hits: Sequence[Hit]) -> list[float]:
    """Return the scores that order the hits: of those read again the logits.

    What was not read comes below by its own scores, the best of them 1 below the
    lowest logit.
    """
    logits = [each.logit for each in hits if each.logit is not None]
    if not logits:
        return [each.score for each in hits]
    rest = [each.score for each in hits if each.logit is None]
    return [*logits, *(min(logits) - 1 - (rest[0] - each) for each in rest)]


def write_run(
    search: Callable[..., list[Hit]], queries: Path, run: Path, k: int, mode: str
) -> int:
    """Rank documents for every query and write them as a TREC run file.

    Each line is ``query Q0 document rank score tag``. The score falls with the rank
    even where the ranking joins two halves, as trec_eval sorts by it.

    Args:
        search: called with the query's text and k; the best passage of each document.
        queries: JSONL file of queries.
        run: file to write.
        k: documents for a query.
        mode: which half ranks.

    Returns:
        The number of queries.

    Raises:
        InputError: a file cannot be read or written.
    """
    asked = list(read_queries(queries))
    lines = [
        line
        for query in asked
        for line in _lines(query, search(query.text, k, mode=mode))
    ]
    try:
        run.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{run} cannot be written: {error.strerror}.") from error
    return len(asked)
