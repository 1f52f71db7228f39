"""Vector search alone: plain products, faiss and usearch, exact and approximate."""

from __future__ import annotations

from collections.abc import Callable

import faiss
import numpy as np
from usearch.index import Index

from tests.benchmarks.speed.material import Material

K = 10
_NEIGHBOURS = 32  # of each vector in a graph
_LOOKED_AT = 128  # vectors on the way, when a graph is made and when it is asked


def numpy_float32(material: Material) -> Callable[[int], object]:
    """A product with all vectors."""
    vectors, queries = material.vectors, material.query_vectors

    def ask(number: int) -> list[int]:
        scores = vectors @ queries[number]
        best = np.argpartition(-scores, K)[:K]
        rows: list[int] = best[np.argsort(-scores[best])].tolist()
        return rows

    return ask


def faiss_flat(material: Material) -> Callable[[int], object]:
    """The exact search of faiss."""
    index = faiss.IndexFlatIP(material.vectors.shape[1])
    index.add(material.vectors)
    return _faiss(material, index)


def faiss_bytes(material: Material) -> Callable[[int], object]:
    """The scalar quantiser of faiss, 8 bits."""
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexScalarQuantizer(
        material.vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT
    )
    index.train(material.vectors)
    index.add(material.vectors)
    return _faiss(material, index)


def save(material: Material) -> None:
    """Save both graphs: to build one takes a minute and more for 100,000 vectors."""
    if not material.file("usearch.hnsw").exists():
        usearch_graph(material)
    if not material.file("faiss.hnsw").exists():
        faiss_graph(material)


def faiss_graph(material: Material) -> Callable[[int], object]:
    """The HNSW graph of faiss, saved once."""
    file = material.file("faiss.hnsw")
    if file.exists():
        index = faiss.read_index(str(file))
    else:
        index = faiss.IndexHNSWFlat(
            material.vectors.shape[1], _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT
        )
        index.hnsw.efConstruction = _LOOKED_AT
        index.add(material.vectors)
        faiss.write_index(index, str(file))
    index.hnsw.efSearch = _LOOKED_AT
    return _faiss(material, index)


def usearch_graph(material: Material) -> Callable[[int], object]:
    """The HNSW graph of usearch, saved once."""
    file = material.file("usearch.hnsw")
    index = Index(
        ndim=material.vectors.shape[1],
        metric="ip",
        connectivity=_NEIGHBOURS,
        expansion_add=_LOOKED_AT,
        expansion_search=_LOOKED_AT,
    )
    if file.exists():
        index.load(str(file))
    else:
        index.add(np.arange(len(material.vectors)), material.vectors)
        index.save(str(file))
    queries = material.query_vectors
    return lambda number: index.search(queries[number], K).keys.tolist()


def _faiss(material: Material, index: faiss.Index) -> Callable[[int], object]:
    queries = material.query_vectors
    return lambda number: index.search(queries[number : number + 1], K)[1][0].tolist()
