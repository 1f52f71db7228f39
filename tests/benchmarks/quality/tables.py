"""What was measured, as tables in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.qrels import MEASURES
from tests.benchmarks.quality.collections import NAMES

_COMMAND = "python -m tests.benchmarks.quality DATA WORK"
_ABOUT = (
    f"Made by `{_COMMAND}`; nDCG@10 by ir-measures where nothing else is said, at most "
    "1,000 queries of a collection. The collections are public ones in BEIR's form: "
    "scifact (its training queries), cranfield, cacm, a course's FAQ, and the human "
    "part of MT-RAG with the last turn as the query."
)
_WAYS = ("BM25", "dense", "RRF, k = 60", "hybrid")


def write_tables(work: Path, file: Path) -> None:
    """Write every table for the collections that were measured."""
    lines = [
        "# How good rankings are, by how they are made",
        "",
        _ABOUT,
        *_headline(_read(work, "headline")),
        *_single(
            "Joining the halves",
            "Passages ranked in the library, then the best of each document.",
            _read(work, "fusing"),
        ),
        *_left_out(_weights(_read(work, "fusing"))),
        *_sharing(_read(work, "sharing")),
        *_single(
            "From passages to documents",
            "The hybrid, with other ways to score a document by its passages. In bold "
            "what the bot does.",
            _read(work, "adding"),
        ),
        *_single(
            "Passages cut otherwise",
            "The hybrid; each cut is encoded anew, so not every collection was.",
            _read(work, "cutting"),
        ),
        *_single(
            "Words, fields, parameters and chunks, by BM25 alone",
            "Each row changes one thing of the first.",
            _read(work, "wording"),
        ),
        *_mistakes(_read(work, "mistakes")),
        *_reranking(_read(work, "reranking")),
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _read(work: Path, step: str) -> dict[str, Any]:
    """Return the values of a step, by collection."""
    files = {name: work / name / f"{step}.json" for name in (*NAMES, "own")}
    return {
        name: json.loads(file.read_text(encoding="utf-8"))
        for name, file in files.items()
        if file.exists()
    }


def _headline(values: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Through `bot index` and `bot search --run`", "")
    yield (
        "`own`: the answerable questions of `dev` that stand alone, judged by "
        "passages that hold the evidence; the others by documents."
    )
    yield ""
    yield from _head(
        ["collection", "documents", "passages", "queries", "measure", *_WAYS]
    )
    for name, each in values.items():
        sizes = [f"{each[key]:,}" for key in ("documents", "passages", "queries")]
        for number, measure in enumerate(MEASURES):
            if measure not in each["runs"]["BM25"]:
                continue
            first = [name, *sizes] if number == 0 else [""] * 4
            figures = [each["runs"][way][measure] for way in _WAYS]
            yield _row([*first, measure, *_best(figures)])
    margins = [
        run["hybrid"]["nDCG@10"] - max(run["BM25"]["nDCG@10"], run["dense"]["nDCG@10"])
        for run in (each["runs"] for each in values.values())
    ]
    if margins:
        mean = sum(margins) / len(margins)
        listed = ", ".join(
            f"{name} {each:+.3f}" for name, each in zip(values, margins, strict=True)
        )
        yield ""
        yield f"Hybrid against the better half, nDCG@10: {listed}; mean {mean:+.3f}."


def _single(title: str, note: str, values: Mapping[str, Any]) -> Iterator[str]:
    if not values:
        return
    yield from ("", f"## {title}", "", note, "")
    yield from _head(["", *values, "mean"])
    for way in next(iter(values.values())):
        figures = [each[way] for each in values.values()]
        mean = sum(figures) / len(figures)
        yield _row([way, *(f"{each:.4f}" for each in (*figures, mean))])


def _weights(values: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    return {
        name: {way: figure for way, figure in each.items() if "weight" in way}
        for name, each in values.items()
    }


def _sharing(values: Mapping[str, Any]) -> Iterator[str]:
    """Write what each part gains, how sure that is, and how settings carry over."""
    yield from _single(
        "Few words, the best passage, and like passages",
        "What `bot.retrieval.joining` does beyond the combination with weight 0.4, "
        "with and without each of its parts.",
        {name: each["ways"] for name, each in values.items()},
    )
    if not values:
        return
    yield ""
    yield (
        "As shipped against the combination alone: difference of nDCG@10, its 95 % "
        "bootstrap interval over the queries, and p of a paired randomisation test."
    )
    yield ""
    yield from _head(["", *values])
    yield _row(["difference", *(f"{each['gain']:+.4f}" for each in values.values())])
    intervals = [each["interval"] for each in values.values()]
    yield _row(["interval", *(f"{low:+.4f} to {high:+.4f}" for low, high in intervals)])
    yield _row(["p", *(f"{each['p']:.4f}" for each in values.values())])
    yield from _left_out({name: each["grid"] for name, each in values.items()})


def _left_out(values: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """Choose a setting on all collections but one, and try it on that one."""
    if len(values) < 3:  # nothing to choose on
        return
    yield ""
    yield "What is best on all others, and its figure on the collection left out:"
    yield ""
    yield from _head(["left out", "chosen", "nDCG@10", "its own best"])
    for name, own in values.items():
        others = [each for other, each in values.items() if other != name]
        chosen = max(own, key=lambda way: sum(each[way] for each in others))
        best = max(own.values())
        yield _row([name, chosen, f"{own[chosen]:.4f}", f"{best:.4f}"])


def _mistakes(values: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Mistakes and abbreviations", "")
    yield (
        "nDCG@10 of the hybrid without and with `retrieval.expand`, at most 200 "
        "queries each with one mistake put in; for abbreviations R@10 of the "
        "documents that have only the form that was not asked."
    )
    yield ""
    kinds = dict.fromkeys(
        kind.partition(" (")[0] for each in values.values() for kind in each
    )
    yield from _head(["", *values])
    for kind in kinds:
        cells = []
        for each in values.values():
            pair = next((v for k, v in each.items() if k.startswith(kind)), None)
            cells.append(f"{pair[0]:.3f} → {pair[1]:.3f}" if pair else "")
        yield _row([kind, *cells])


def _reranking(values: Mapping[str, Any]) -> Iterator[str]:
    if not values:  # it takes hours, and is left out more often than not
        return
    yield from _single(
        "Reading the best passages again",
        "The first passages of the hybrid search in the order of the packaged "
        "cross-encoder's logit (ms-marco-MiniLM-L-12-v2, eight-bit), then the best of "
        "each document; at most 120 queries of a collection.",
        {name: each["ways"] for name, each in values.items()},
    )
    yield _row(["queries", *(f"{each['queries']}" for each in values.values()), ""])
    costs = [each["cpu_ms_a_pair"] for each in values.values()]
    mean = sum(costs) / len(costs)
    yield _row(["CPU-ms a passage", *(f"{each:.0f}" for each in (*costs, mean))])


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield _row(["---"] * len(names))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _best(figures: Sequence[float]) -> list[str]:
    best = max(figures)
    return [f"**{each:.3f}**" if each == best else f"{each:.3f}" for each in figures]
