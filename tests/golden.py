"""The golden index: committed bytes that every later version has to read, or refuse.

Made anew by ``python -m tests.golden`` when a change of the format, of the analysis or
of the parsers is meant; the diff then shows what users have to rebuild for.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.stores.local import LocalReader
from bot.text.terms import tokenize
from tests.small_index import TEXTS, build, read, settings, write_corpus

FOLDER = Path(__file__).parent / "data" / "golden"
_QUESTIONS = ("ships sea", "engine of a tug", "crane", "harbour in Bremen")
_PLACES = 6  # to which scores are written down


def config_in(folder: Path) -> Config:
    """Name the corpus and the index inside a folder."""
    return settings(folder)


def said_by(reader: LocalReader) -> dict[str, Any]:
    """Return what an index says of its documents and to a few questions, as JSON."""
    said: dict[str, Any] = {
        "documents": [
            [each.id, each.title, each.sha256] for each in reader.documents()
        ],
        "texts": {each.id: reader.text(each.id) for each in reader.documents()},
    }
    for question in _QUESTIONS:
        terms = tokenize(question)
        vector = reader.encoder.encode_query(question)
        said[question] = {
            "lexical": _rounded(reader.search_lexical(terms, 5)),
            "dense": _rounded(reader.search_dense(vector, 5)),
        }
    return said


def _rounded(ranked: list[tuple[str, float]]) -> list[list[object]]:
    return [[chunk, round(score, _PLACES)] for chunk, score in ranked]


def make(folder: Path) -> dict[str, Any]:
    """Build the golden corpus in a folder; return what its index says."""
    write_corpus(folder / "corpus", TEXTS)
    config = config_in(folder)
    build(config)
    with closing(read(config)) as reader:
        return said_by(reader)


def main() -> None:
    """Write the golden index and what it says."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        said = make(Path(name))
        made = Path(name) / "index"
        for part in ("manifests", "objects"):
            shutil.copytree(made / part, FOLDER / "index" / part)
        shutil.copy(made / "CURRENT", FOLDER / "index" / "CURRENT")
    text = json.dumps(said, indent=1, ensure_ascii=False, sort_keys=True)
    (FOLDER / "said.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
