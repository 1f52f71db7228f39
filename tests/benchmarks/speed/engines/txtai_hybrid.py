"""txtai: a hybrid index."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from txtai import Embeddings

from bot.dense import Floats
from tests.benchmarks.speed.material import Material
from tests.benchmarks.speed.model import model_path

K = 10


def hybrid(material: Material) -> Callable[[int], object]:
    """Both halves, with vectors that are given from outside."""
    index = _index(material)
    return lambda number: index.search(material.queries[number], K)


def save(material: Material) -> None:
    """Save the index; its settings name the model, which is loaded with it."""
    if not material.file("txtai").exists():
        index = _index(material)
        index.config.pop("transform")
        index.config.update(method="sentence-transformers", path=model_path())
        index.save(str(material.file("txtai")))


def encoded(material: Material) -> Callable[[int], object]:
    """Both halves, the query encoded by txtai."""
    index = Embeddings()
    index.load(str(material.file("txtai")))
    return lambda number: index.search(material.queries[number], K)


def _index(material: Material) -> Embeddings:
    known: dict[str, Floats] = {
        **dict(zip(material.texts, material.vectors, strict=True)),
        **dict(zip(material.queries, material.query_vectors, strict=True)),
    }

    def transform(texts: Sequence[str]) -> Floats:
        return np.stack([known[each] for each in texts])

    settings = {"method": "external", "transform": transform, "hybrid": True}
    index = Embeddings(settings)
    index.index(enumerate(material.texts))
    return index
