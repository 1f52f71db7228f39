"""Small corpora, their indexes, and everything that a reader says of one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.config import Config, CorpusConfig, IndexConfig
from bot.indexing import IndexReport, build_index
from bot.stores.local import LocalReader, open_reader
from bot.stores.protocol import Reader
from bot.text.terms import tokenize
from tests.small_encoder import HashedWords, small_encoders

TEXTS = {
    "readme.md": "# Welcome\n\nThis folder is about ships, harbours and the sea.\n",
    "ships/tug.md": "# Tug\n\nA tug pulls ships. It is small and strong.\n\n"
    "## Engine\n\nThe engine of a tug has 3,000 kW.\n",
    "ships/ferry.md": "# Ferry\n\nA ferry carries people and cars over the sea.\n",
    "harbours/bremen.md": "# Bremen\n\nBremen has a harbour. Ships call there.\n",
    "harbours/rows.jsonl": '{"_id": "r1", "title": "Crane", "text": "A crane lifts."}\n'
    '{"_id": "r2", "title": "Quay", "text": "Ships lie at the quay."}\n',
}
QUESTIONS = ("ships sea", "engine of a tug", "crane", "nothing of this kind")


def write_corpus(folder: Path, texts: Mapping[str, str]) -> None:
    """Make the folder hold these files and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def settings(folder: Path, **index: Any) -> Config:  # noqa: ANN401 - config's own keys
    """Name ``corpus`` and ``index`` inside a folder."""
    return Config(
        corpus=CorpusConfig(str(folder / "corpus")),
        index=IndexConfig(str(folder / "index"), **index),
    )


def build(
    config: Config,
    encoder: HashedWords | None = None,
    **options: Any,  # noqa: ANN401
) -> IndexReport:
    """Build or update an index with the small encoder."""
    options = {"patience": 0, **options}
    return build_index(config, encoders=small_encoders(encoder), **options)


def read(config: Config) -> LocalReader:
    """Open an index that was built with the small encoder."""
    return open_reader(config.index_path, config, small_encoders())


def answers(config: Config) -> dict[str, Any]:
    """Open the index, and return everything that it says, the encoder included."""
    with closing(read(config)) as reader:
        return {"fingerprint": reader.fingerprint, **everything(reader)}


def everything(reader: Reader) -> dict[str, Any]:
    """Return everything that a reader says but its name."""
    documents = list(reader.documents())
    found: dict[str, Any] = {
        "collections": reader.collections(),
        "documents": documents,
        "size": reader.size(),
        "texts": [reader.text(each.id) for each in documents],
    }
    for question in QUESTIONS:
        terms = tokenize(question)
        vector = reader.encoder.encode_query(question)
        lexical = reader.search_lexical(terms, 100)
        dense = reader.search_dense(vector, 100)
        chunks = [chunk for chunk, _ in dense]
        found[question] = (
            reader.document_frequencies(terms),
            lexical,
            dense,
            reader.lexical_scores(terms, chunks),
            reader.cosines(vector, chunks),
            reader.likeness(chunks).tolist(),
            reader.chunks(chunks),
            [reader.sentences(chunk) for chunk in chunks],
        )
    return found
