"""Writes what was measured as Markdown: targets, times, sizes, and the limits."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.speed.limits import limits
from tests.benchmarks.speed.targets import OURS, Results, rows

_PEERS = (
    "rank-bm25", "bm25s", "tantivy", "langchain-community", "faiss-cpu", "haystack-ai",
    "llama-index-core", "txtai", "usearch", "sentence-transformers", "torch",
    "onnxruntime", "numkong", "numpy",
)  # fmt: skip
_TITLES = {
    "lexical": "Words alone",
    "vectors": "Vectors alone, 384 dimensions",
    "hybrid": "Words and meaning, query vector given",
    "encoded": "Words and meaning, query encoded, and cold start",
    "cold": "Cold process to first answer, our commands",
    "question": "Encoding a question",
    "passages": "Encoding 64 passages",
    "indexing": "`bot index`, time for 64 of 1,000 new passages, beside encoding alone",
}
_HOW = (
    "Written by the commands below, which run every engine in a process of its own and "
    "ask them in turns, with the same passages, vectors and queries."
)


def document(report: Mapping[str, Any]) -> str:
    """Return the page."""
    results: Results = report["results"]
    lines = [
        "# Speed and size",
        "",
        _HOW,
        "",
        "```sh",
        "pip install '.[benchmarks]'",
        "pip install --no-deps llama-index-retrievers-bm25",
        "python -m tests.benchmarks.speed --data FOLDER --out FOLDER --publish",
        "```",
        "",
        *_machine(report),
        "",
        "## Targets",
        "",
        "| target | wanted | measured | |",
        "| --- | --- | --- | --- |",
        *(
            f"| {each.what} | {each.wanted} | {each.found} | "
            f"{'reached' if each.reached else '**missed**'} |"
            for each in rows(results)
        ),
        "",
    ]
    for part, title in _TITLES.items():
        lines += _part([each for each in results if each["part"] == part], title)
    lines += limits(results)
    return "\n".join(lines) + "\n"


def _machine(report: Mapping[str, Any]) -> Iterator[str]:
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[2]
    versions = ", ".join(f"{each} {_version(each)}" for each in _PEERS)
    yield (
        f"Machine: {model}, {cores} cores, CPython {platform.python_version()}; "
        f"{report['minutes']} minutes, load of the last 15 minutes {load:.1f}. "
        f"Versions: {versions}."
    )
    yield ""
    yield (
        "Text: documentation packages of Debian in passages of 94 words. Vectors: of "
        "the default encoder up to 10,000 passages, drawn from the passages' words "
        "above; a million passages are joined halves of 100,000. Queries: 300 runs of "
        "3 to 10 words from pages that are not indexed; a slow engine comes to fewer. "
        "Times are medians, in brackets times ours."
    )


def _part(results: Results, title: str) -> Iterator[str]:
    if not results:
        return
    sizes = sorted({each["size"] for each in results})
    names = list(dict.fromkeys(each["name"] for each in results))
    found = {(each["name"], each["size"]): each for each in results}
    yield f"## {title}"
    yield ""
    yield "| | " + " | ".join(f"{size:,}" for size in sizes) + " |"
    yield "| --- |" + " --- |" * len(sizes)
    for name in names:
        cells = [_cell(found, name, size) for size in sizes]
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""


def _cell(found: Mapping[tuple[str, int], Any], name: str, size: int) -> str:
    each = found.get((name, size))
    if each is None:
        return ""
    if each["failed"]:
        return str(each["failed"])
    own = found.get((OURS, size))
    cell = f"{each['p50']:.3g} ms"
    if own and own is not each and own["p50"]:
        cell += f" ({each['p50'] / own['p50']:.2g})"
    cell += f", p95 {each['p95']:.3g}"
    notes = []
    if each["opened"]:
        notes.append(f"opened in {each['opened']:.1f} s")
    if each["part"] == "encoded":
        notes.append(f"first answer after {each['cold']:.1f} s")
    if each["part"] in {"lexical", "hybrid", "vectors"} and each["memory"]:
        notes.append(f"{each['memory'] / size:,.0f} bytes a passage")
    if each.get("recall") is not None:
        notes.append(f"recall {each['recall']:.3f}")
    if each.get("difference") is not None:
        notes.append(f"largest difference of a number {each['difference']:.1e}")
    return "; ".join([cell, *notes])


def _version(name: str) -> str:
    try:
        return version(name)
    except ModuleNotFoundError:
        return "not installed"
