"""Measure speed and size, beside other libraries.

Usage:
    python -m tests.benchmarks.speed --data FOLDER --prepare      once, some minutes
    python -m tests.benchmarks.speed --data FOLDER --out FOLDER   measures
        [--sizes 1000,10000,100000,1000000] [--parts hybrid,cold] [--only ours]
        [--publish]

FOLDER of --data keeps the text, vectors and indexes for the next run; --out gets
results.json, speed.md and latency.svg, and --publish puts the last two where the
repository keeps them. The other libraries come with the extra `benchmarks`.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.speed.material import Material, prepare
from tests.benchmarks.speed.measuring import PARTS, SAVED, measure_parts
from tests.benchmarks.speed.plot import draw
from tests.benchmarks.speed.tables import document

_REPOSITORY = Path(__file__).resolve().parents[3]


def main() -> None:
    """Prepare, measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--only", choices=["ours", "all"], default="all")
    parser.add_argument("--seconds", type=float, default=0.8)
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--publish", action="store_true")
    given = parser.parse_args()
    sizes = [int(each) for each in given.sizes.split(",")]
    data = given.data.resolve()
    prepare(data, sizes)
    if given.only == "all":
        _save(data, sizes)
    if given.prepare or not given.out:
        return
    given.out.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    results: list[dict[str, Any]] = []
    parts = given.parts.split(",")
    only = given.only == "ours"
    for some in measure_parts(data, sizes, parts, given.seconds, ours=only):
        results += some
        minutes = round((time.monotonic() - start) / 60, 1)
        # After each part: a run takes a quarter of an hour, and may be stopped.
        _write(given.out, {"minutes": minutes, "results": results})
    if given.publish:
        shutil.copy(given.out / "speed.md", _REPOSITORY / "tests/benchmarks/speed.md")
        shutil.copy(given.out / "latency.svg", _REPOSITORY / ".docs/latency.svg")


def _write(folder: Path, report: dict[str, Any]) -> None:
    (folder / "results.json").write_text(json.dumps(report, indent=1), "utf-8")
    (folder / "speed.md").write_text(document(report), "utf-8")
    if importlib.util.find_spec("matplotlib"):
        draw(report["results"], folder / "latency.svg")


def _save(data: Path, sizes: list[int]) -> None:
    """Have the engines save what they open in a cold start, or take minutes to make."""
    for module, size in SAVED:
        if size in sizes:
            sys.stderr.write(f"  saving {module} {size:,}\n")
            engine = importlib.import_module(f"tests.benchmarks.speed.engines.{module}")
            engine.save(Material(data, size))


if __name__ == "__main__":
    main()
