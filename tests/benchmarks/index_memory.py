"""Peak memory and time of indexing much text, and of following one edit in it.

Run by hand: ``python -m tests.benchmarks.index_memory --megabytes 100 300 1000``.
Each size is measured in a process of its own, because a process' peak never falls.
The text is drawn from a vocabulary whose frequencies follow Zipf's law; vectors come
from a generator instead of a model, since the model's time would hide the rest and its
memory does not depend on the corpus. The folder needs about four times the text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.config import Config, CorpusConfig, IndexConfig
from bot.dense import Encoder, Floats
from bot.indexing import IndexReport, build_index
from bot.stores.encoders import EncoderFactory

_DOCUMENT = 20_000  # characters
_VOCABULARY = 200_000
_DIMENSIONS = 384


@dataclass(frozen=True)
class _Generator:
    """Draws a unit vector for a text from the text's own hash."""

    name: str = "generator-384"
    dimensions: int = _DIMENSIONS

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Floats:
        if progress:
            progress(len(texts))
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> Floats:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        row = np.random.default_rng(seed).standard_normal(self.dimensions, np.float32)
        vector: Floats = row / np.linalg.norm(row)
        return vector


def _encoders() -> EncoderFactory:
    def load(_: Mapping[str, bytes]) -> Encoder:
        return _Generator()

    return EncoderFactory(
        lambda _: "generator-384", lambda _: {"encoder.json": b"generator-384"}, load
    )


def _write_corpus(folder: Path, megabytes: int) -> int:
    """Write the documents; return how many."""
    draw = np.random.default_rng(7)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    words = [
        "".join(draw.choice(letters, size))
        for size in draw.integers(3, 11, _VOCABULARY)
    ]
    count = megabytes * 1_000_000 // _DOCUMENT
    for number in range(count):
        ranks = np.minimum(draw.zipf(1.2, _DOCUMENT // 6), _VOCABULARY) - 1
        pieces, size = [f"# Document {number}\n"], 0
        position = 0
        while size < _DOCUMENT and position < len(ranks):
            length = int(draw.integers(8, 24))
            sentence = " ".join(
                words[each] for each in ranks[position : position + length]
            )
            pieces.append(sentence.capitalize() + (".\n\n" if length % 5 == 0 else "."))
            position += length
            size += len(pieces[-1]) + 1
        file = folder / f"part{number % 10}" / f"{number:06}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(" ".join(pieces), encoding="utf-8")
    return count


def _measure(megabytes: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        documents = _write_corpus(folder / "corpus", megabytes)
        config = Config(
            corpus=CorpusConfig(str(folder / "corpus")),
            index=IndexConfig(str(folder / "index")),
        )
        baseline = _peak()
        built, seconds = _timed(config)
        peak = _peak()
        edited = next((folder / "corpus" / "part3").glob("*.md"))
        edited.write_text(edited.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
        report, edit = _timed(config)
        return {
            "megabytes": megabytes,
            "documents": documents,
            "passages": built.chunks,
            "peak_mib": round(peak),
            "before_mib": round(baseline),
            "cpu_seconds": round(seconds, 1),
            "edit_cpu_seconds": round(edit, 1),
            "edit_encoded": report.encoded,
            "edit_written_mb": round(report.written / 1e6, 1),
            "peak_after_edit_mib": round(_peak()),
        }


def _timed(config: Config) -> tuple[IndexReport, float]:
    start = time.process_time()
    report = build_index(config, encoders=_encoders())
    return report, time.process_time() - start


def _peak() -> float:
    """Return the largest resident size of this process so far, in MiB."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1_048_576 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_measure(options.one)))  # noqa: T201 - read by the parent
        return
    for size in options.megabytes:
        command = [sys.executable, "-m", __spec__.name, "--one", str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(done.stdout.strip(), flush=True)  # noqa: T201 - the result


if __name__ == "__main__":
    main()
