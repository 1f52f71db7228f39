"""An index of few passages: what it takes in memory, an index of any size takes too.

The passages are the first questions themselves, so that asking takes the same ways
through the program as it does over many, and brings the same libraries into memory.

Usage: python -m tests.benchmarks.speed.few_passages FOLDER      builds it in FOLDER/few
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bot.config import Config, CorpusConfig, IndexConfig
from bot.indexing import build_index
from tests.benchmarks.speed.drawn_vectors import drawn_encoders

_FEW = 64  # passages; more than a search wants, so that it has to choose


def few_settings(folder: Path) -> Config:
    """Return settings that name the corpus and its index."""
    return Config(
        corpus=CorpusConfig(str(folder / "few" / "corpus")),
        index=IndexConfig(str(folder / "few" / "index")),
    )


def main() -> None:
    """Build the index."""
    folder = Path(sys.argv[1])
    questions = (folder / "queries.jsonl").read_text("utf-8").splitlines()[:_FEW]
    passages = [
        {"_id": str(number), "title": "", "text": json.loads(each)["text"]}
        for number, each in enumerate(questions)
    ]
    file = folder / "few" / "corpus" / "passages.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(each)}\n" for each in passages), "utf-8")
    build_index(few_settings(folder), encoders=drawn_encoders())


if __name__ == "__main__":
    main()
