"""Retrieval alone, on public collections: BEIR-form judgements and TREC run files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import InputError
from bot.evaluation.rankings import Judgements, Ranking, Topic, measure
from bot.evaluation.uncertainty import Interval, bootstrap
from bot.records import Hit
from bot.runs import Query
from bot.utf8 import read_utf8

MEASURES = ("nDCG@10", "R@10", "R@100", "RR@10", "AP")
DEPTH = 100  # documents for a query
_HEADER_FIRST = frozenset({"query-id", "qid", "query_id"})
_BEIR_COLUMNS, _TREC_COLUMNS, _RUN_COLUMNS = 3, 4, 6


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The measures of a ranking of many queries."""

    names: tuple[str, ...]
    queries: Mapping[str, Mapping[str, float]]  # query id to measure to value

    def mean(self, name: str) -> float:
        """Return the mean over the judged queries, 0 for those without a result."""
        values = [each[name] for each in self.queries.values()]
        return sum(values) / len(values) if values else math.nan

    def interval(self, name: str) -> Interval | None:
        """Return the 95 % bootstrap interval of the mean."""
        values = np.array([[each[name]] for each in self.queries.values()])
        return bootstrap(values, lambda table: float(table.mean()))

    def payload(self) -> dict[str, Any]:
        """Return the measures for JSON."""
        return {
            "queries": len(self.queries),
            "measures": {
                name: self.mean(name) if self.queries else None for name in self.names
            },
            "by_query": {id_: dict(values) for id_, values in self.queries.items()},
        }

    def text(self) -> str:
        """Return the measures for a terminal."""
        lines = [f"{len(self.queries)} judged queries"]
        for name in self.names:
            interval = self.interval(name)
            low_high = (
                f"  {interval.low:.4f} to {interval.high:.4f}" if interval else ""
            )
            lines.append(f"{name:8}  {self.mean(name):.4f}{low_high}")
        return "\n".join(lines)


def measure_run(
    rankings: Mapping[str, Ranking],
    judgements: Mapping[str, Judgements],
    names: Sequence[str] = MEASURES,
) -> Retrieval:
    """Measure rankings as trec_eval does with ``-c``: over all judged queries."""
    topics = {
        query: Topic(rankings.get(query, {}), judged)
        for query, judged in judgements.items()
    }
    return Retrieval(tuple(names), measure(topics, names))


def rank_queries(
    search: Callable[[str, int], Sequence[Hit]],
    queries: Iterable[Query],
    progress: Callable[[int], object] = lambda _: None,
) -> dict[str, Ranking]:
    """Rank documents for each query, each by its best passage."""
    rankings: dict[str, Ranking] = {}
    for done, query in enumerate(queries, start=1):
        hits = search(query.text, DEPTH)
        rankings[query.id] = {
            hit.chunk.document: -float(i) for i, hit in enumerate(hits)
        }
        progress(done)
    return rankings


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read judgements: BEIR's three columns with a header, or trec_eval's four.

    Raises:
        InputError: the file cannot be read, or a line is no judgement.
    """
    judgements: dict[str, dict[str, int]] = {}
    for number, columns in _lines(path):
        if number == 1 and columns[0].casefold() in _HEADER_FIRST:
            continue
        try:
            if len(columns) == _TREC_COLUMNS:
                query, _, document, relevance = columns
            else:
                query, document, relevance = columns
            judgements.setdefault(query, {})[document] = int(relevance)
        except ValueError as error:
            raise InputError(
                f"{path}, line {number} is not a judgement: it must be query, document "
                "and a whole number, separated by tabs."
            ) from error
    return judgements


def read_trec_run(path: Path) -> dict[str, dict[str, float]]:
    """Read a TREC run file: query, Q0, document, rank, score, tag.

    Raises:
        InputError: the file cannot be read, a line is not of a run, or a query has a
            document twice.
    """
    rankings: dict[str, dict[str, float]] = {}
    for number, columns in _lines(path):
        if len(columns) != _RUN_COLUMNS or not _is_number(columns[4]):
            raise InputError(
                f"{path}, line {number} is not of a TREC run: it must be query, Q0, "
                "document, rank, score and tag."
            )
        ranking = rankings.setdefault(columns[0], {})
        if columns[2] in ranking:
            raise InputError(
                f"{path}, line {number}: query {columns[0]} has {columns[2]} twice."
            )
        ranking[columns[2]] = float(columns[4])
    return rankings


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return the columns of each line that is not empty.

    Ids may hold spaces where columns are separated by tabs.
    """
    text = read_utf8(path, InputError)
    return [
        (number, line.strip("\r").split("\t" if "\t" in line else None))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]
