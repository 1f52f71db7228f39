"""What all engines are given: the same passages, terms, vectors and queries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bot.config import Config, CorpusConfig, IndexConfig
from bot.dense import Floats
from bot.errors import BotError, IndexIncompatibleError
from bot.indexing import build_index
from bot.retrieval.retriever import query_terms
from bot.stores.encoders import EncoderFactory
from bot.stores.local import LocalReader, open_reader
from bot.stores.vector_cache import open_cache
from bot.stores.vectors import text_key
from bot.text.terms import index_text, tokenize
from tests.benchmarks.speed.debian_text import fetch, write_text
from tests.benchmarks.speed.drawn_vectors import drawn_encoders
from tests.benchmarks.speed.million import write_million, write_vectors

MILLION = 1_000_000
_ENCODED = 10_000  # passages that are encoded; vectors of more would take an hour
_LARGEST = 1 << 10  # MiB of a corpus file, and million characters


@dataclass(frozen=True)
class Material:
    """The passages of one size, in the order of the index's rows."""

    folder: Path
    size: int

    @property
    def config(self) -> Config:
        """Settings that name the corpus and its index."""
        return Config(
            corpus=CorpusConfig(
                str(self.folder / f"corpus-{self.size}"),
                max_file_mib=_LARGEST,
                max_characters=_LARGEST << 20,
            ),
            index=IndexConfig(str(self.folder / f"index-{self.size}")),
        )

    @property
    def encoders(self) -> EncoderFactory:
        """The encoders of the index: the real one up to 10,000 passages."""
        return EncoderFactory() if self.size <= _ENCODED else drawn_encoders()

    def file(self, name: str) -> Path:
        """Where a part of the material is."""
        return self.folder / f"material-{self.size}" / name

    def reader(self) -> LocalReader:
        """Open the index."""
        return open_reader(self.config.index_path, self.config, self.encoders)

    @cached_property
    def queries(self) -> list[str]:
        """The questions."""
        lines = (self.folder / "queries.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line)["text"] for line in lines]

    @cached_property
    def query_terms(self) -> list[tuple[str, ...]]:
        """The terms of each question."""
        return [query_terms(each) for each in self.queries]

    @cached_property
    def query_vectors(self) -> Floats:
        """The vector of each question."""
        vectors: Floats = np.load(self.file("queries.npy"))
        return vectors

    @cached_property
    def texts(self) -> list[str]:
        """The text of each passage, as it is encoded."""
        texts: list[str] = json.loads(self.file("texts.json").read_text("utf-8"))
        return texts

    @cached_property
    def terms(self) -> list[list[str]]:
        """The terms of each passage."""
        terms: list[list[str]] = json.loads(self.file("terms.json").read_text("utf-8"))
        return terms

    @cached_property
    def vectors(self) -> Floats:
        """The vector of each passage."""
        vectors: Floats = np.load(self.file("vectors.npy"))
        return vectors

    def text_bytes(self) -> int:
        """Bytes of the texts alone."""
        return sum(len(each.encode()) for each in self.texts)


def prepare(folder: Path, sizes: Sequence[int]) -> None:
    """Make what is missing of the material of some sizes.

    Raises:
        CalledProcessError: a package of documentation cannot be had.
        BotError: an index cannot be built.
    """
    folder.mkdir(parents=True, exist_ok=True)
    real = sorted(size for size in sizes if size < MILLION)
    if not all((folder / f"corpus-{size}").exists() for size in real):
        write_text(fetch(folder / "packages"), folder, real)
    for size in sorted(real, reverse=True):  # vectors of a large one serve a small one
        _prepare(Material(folder, size))
    if MILLION in sizes:
        _prepare_million(Material(folder, max(real)), Material(folder, MILLION))


def _prepare_million(real: Material, million: Material) -> None:
    write_million(real.terms, real.folder / "million", MILLION)
    write_vectors(real.vectors, million.file("vectors.npy"), MILLION)
    shutil.copy(real.file("queries.npy"), million.file("queries.npy"))


def _prepare(material: Material) -> None:
    try:
        reader = material.reader()
        if reader.manifest.encoder.name != material.encoders.identify(""):
            reader.close()
            raise IndexIncompatibleError("The encoder is converted otherwise now.")
    except BotError:
        shutil.rmtree(material.file(""), ignore_errors=True)
        _build(material)
        reader = material.reader()
    with closing(reader):
        if not material.file("queries.npy").exists():
            _write(material, reader)


def _build(material: Material) -> None:
    """Build the index, with the vectors that an earlier run has made.

    Another conversion of the same model gives the same ones but for rounding.
    """
    index = material.config.index_path
    known = material.folder / "encoded.npz"
    real = material.size <= _ENCODED
    if (index / "CURRENT").exists():
        shutil.rmtree(index)
    if real and known.exists():
        index.mkdir(exist_ok=True)
        name = material.encoders.identify("")
        with np.load(known) as saved:
            keys, vectors = saved["keys"], saved["vectors"]
        with open_cache(index / "vectors.cache", name, vectors.shape[1]) as cache:
            cache.add([bytes(each) for each in keys], vectors)
    build_index(material.config, encoders=material.encoders)
    if not real or (known.exists() and material.size < _ENCODED):
        return
    with closing(material.reader()) as reader:
        texts = [index_text(each) for each in reader.chunks(_ids(reader))]
        keys = np.array([[*text_key(each)] for each in texts], np.uint8)
        np.savez(known, keys=keys, vectors=_vectors(reader))


def _write(material: Material, reader: LocalReader) -> None:
    texts = [index_text(each) for each in reader.chunks(_ids(reader))]
    material.file("").mkdir(parents=True, exist_ok=True)
    material.file("texts.json").write_text(json.dumps(texts), "utf-8")
    terms = [tokenize(each) for each in texts]
    material.file("terms.json").write_text(json.dumps(terms), "utf-8")
    np.save(material.file("vectors.npy"), _vectors(reader))
    encode = reader.encoder.encode_query
    vectors = np.stack([encode(each) for each in material.queries])
    np.save(material.file("queries.npy"), vectors)


def _ids(reader: LocalReader) -> list[str]:
    [shelf] = reader.shelves
    return [shelf.chunk_id(row) for row in range(shelf.size)]


def _vectors(reader: LocalReader) -> Floats:
    [shelf] = reader.shelves
    return shelf.vectors.take(np.arange(shelf.size))
