# ruff: noqa: T201 - it tells how far it is
"""Measure rankings on public collections and on the project's own questions.

Usage: python -m tests.benchmarks.quality DATA WORK [--only NAME ...] [--steps STEP ...]

DATA holds a folder for each collection with `corpus.jsonl.gz`, `queries.jsonl` and
`qrels.tsv` in BEIR's form. Indexes and vectors are kept in WORK, so that each text is
encoded once; what was measured is kept too (delete WORK/NAME/*.json to measure again).
A run that is stopped goes on where it was. The tables are written to `quality.md`
beside this file.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.evaluation.qrels import MEASURES, read_trec_run
from bot.evaluation.rankings import Ranking
from bot.fusion import reciprocal_rank_fusion
from tests.benchmarks.quality import (
    cutting,
    fusing,
    mistakes,
    own,
    reranking,
    sharing,
    wording,
)
from tests.benchmarks.quality.collections import NAMES, Collection, run_bot
from tests.benchmarks.quality.tables import write_tables

_MODES = {"BM25": "lexical", "dense": "dense", "hybrid": "hybrid"}
_DEPTH = 100


def main() -> None:
    """Measure what is missing, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", nargs="*", default=[*NAMES, own.NAME])
    parser.add_argument("--steps", nargs="*", default=[*_STEPS])
    options = parser.parse_args()
    for name in options.only:
        if name == own.NAME:
            _kept(options.work / name / "headline.json", own.measured, options.work)
            continue
        collection = Collection(name, options.data / name, options.work / name)
        collection.unpack()
        for step in options.steps:
            _kept(collection.work / f"{step}.json", _STEPS[step], collection)
    write_tables(options.work, Path(__file__).with_name("quality.md"))


def _kept(file: Path, measured: Callable[[Any], Any], subject: object) -> None:
    """Measure, unless that was done."""
    if file.exists():
        return
    print(f"{file.parent.name}: {file.stem} ...", flush=True)
    values = measured(subject)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def headline(collection: Collection) -> dict[str, Any]:
    """Measure as a user would: `bot index`, then `bot search --queries --run`."""
    collection.build()
    runs: dict[str, dict[str, Ranking]] = {}
    for name, mode in _MODES.items():
        file = collection.work / f"{mode}.run"
        run_bot(
            "search", "--queries", str(collection.queries_file), "--run", str(file),
            "-k", str(_DEPTH), "--mode", mode, "--index", str(collection.index),
        )  # fmt: skip
        runs[name] = dict(read_trec_run(file))
    runs["RRF, k = 60"] = {
        each.id: reciprocal_rank_fusion(
            sorted(ranking, key=lambda id_: (-ranking[id_], id_))
            for ranking in (
                runs["BM25"].get(each.id, {}),
                runs["dense"].get(each.id, {}),
            )
        )
        for each in collection.queries
    }
    size = collection.reader.size()
    return {
        "documents": len(collection.reader.documents()),
        "passages": size,
        "queries": len(collection.queries),
        "runs": {name: collection.measure(run, MEASURES) for name, run in runs.items()},
    }


_STEPS: dict[str, Callable[[Collection], Any]] = {
    "headline": headline,
    "fusing": fusing.compare,
    "sharing": sharing.compare,
    "adding": cutting.add_up,
    "cutting": cutting.compare,  # encodes a collection five times
    "wording": wording.compare,  # needs no index and no vectors
    "mistakes": mistakes.compare,
    "reranking": reranking.compare,  # hours: some 50 runs of a model for a query
}


if __name__ == "__main__":
    main()
