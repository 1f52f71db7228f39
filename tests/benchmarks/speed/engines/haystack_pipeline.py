"""Haystack: in-memory BM25 and embedding retrievers with a joiner, in a pipeline."""

from __future__ import annotations

from collections.abc import Callable

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersTextEmbedder,
)

from tests.benchmarks.speed.material import Material
from tests.benchmarks.speed.model import model_path

K = 10


def lexical(material: Material) -> Callable[[int], object]:
    """The BM25 retriever alone."""
    retriever = InMemoryBM25Retriever(_store(material), top_k=K)
    return lambda number: retriever.run(query=material.queries[number])["documents"]


def hybrid(material: Material) -> Callable[[int], object]:
    """Both halves, with vectors that are given."""
    pipeline = _pipeline(_store(material))
    vectors = material.query_vectors.tolist()

    def ask(number: int) -> object:
        return pipeline.run(
            {
                "words": {"query": material.queries[number]},
                "meaning": {"query_embedding": vectors[number]},
            }
        )

    return ask


def save(material: Material) -> None:
    """Save the documents and their vectors."""
    if not material.file("haystack.json").exists():
        _store(material).save_to_disk(str(material.file("haystack.json")))


def encoded(material: Material) -> Callable[[int], object]:
    """Both halves, the query encoded by SentenceTransformersTextEmbedder."""
    store = InMemoryDocumentStore.load_from_disk(str(material.file("haystack.json")))
    pipeline = _pipeline(store)
    embedder = SentenceTransformersTextEmbedder(model=model_path(), progress_bar=False)
    pipeline.add_component("embedder", embedder)
    pipeline.connect("embedder.embedding", "meaning.query_embedding")

    def ask(number: int) -> object:
        query = material.queries[number]
        return pipeline.run({"words": {"query": query}, "embedder": {"text": query}})

    return ask


def _store(material: Material) -> InMemoryDocumentStore:
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    pairs = zip(material.texts, material.vectors.tolist(), strict=True)
    store.write_documents(
        [
            Document(id=str(number), content=text, embedding=vector)
            for number, (text, vector) in enumerate(pairs)
        ]
    )
    return store


def _pipeline(store: InMemoryDocumentStore) -> Pipeline:
    pipeline = Pipeline()
    pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=K))
    pipeline.add_component("meaning", InMemoryEmbeddingRetriever(store, top_k=K))
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K)
    pipeline.add_component("joiner", joiner)
    pipeline.connect("words", "joiner")
    pipeline.connect("meaning", "joiner")
    return pipeline
