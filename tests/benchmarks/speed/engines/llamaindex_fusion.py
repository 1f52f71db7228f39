"""LlamaIndex: a vector index and BM25Retriever under QueryFusionRetriever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llama_index.core import (
    StorageContext,
    VectorStoreIndex,
    load_index_from_storage,
)
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

from tests.benchmarks.speed.material import Material
from tests.benchmarks.speed.model import model_path

K = 10


class Given(BaseEmbedding):
    """Returns the vectors of the material's queries."""

    known: dict[str, list[float]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.known[query]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self.known[query]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.known[text]


def lexical(material: Material) -> Callable[[int], object]:
    """BM25Retriever alone."""
    retriever = BM25Retriever.from_defaults(nodes=_nodes(material), similarity_top_k=K)
    return lambda number: retriever.retrieve(material.queries[number])


def hybrid(material: Material) -> Callable[[int], object]:
    """Both halves, with vectors that are given."""
    nodes = _nodes(material)
    words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=K)
    return _fusion(
        material, VectorStoreIndex(nodes, embed_model=_given(material)), words
    )


def save(material: Material) -> None:
    """Save both halves in their own forms."""
    folder = material.file("llamaindex")
    if not folder.exists():
        nodes = _nodes(material)
        index = VectorStoreIndex(nodes, embed_model=_given(material))
        index.storage_context.persist(str(folder))
        words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=K)
        words.persist(str(folder / "bm25"))


def encoded(material: Material) -> Callable[[int], object]:
    """Both halves, the query encoded by HuggingFaceEmbedding."""
    folder = material.file("llamaindex")
    storage = StorageContext.from_defaults(persist_dir=str(folder))
    model = HuggingFaceEmbedding(model_name=model_path(), device="cpu")
    index: Any = load_index_from_storage(storage, embed_model=model)
    words = BM25Retriever.from_persist_dir(str(folder / "bm25"))
    return _fusion(material, index, words)


def _fusion(
    material: Material, index: VectorStoreIndex, words: BM25Retriever
) -> Callable[[int], object]:
    fusion = QueryFusionRetriever(
        [index.as_retriever(similarity_top_k=K), words],
        llm=MockLLM(),
        similarity_top_k=K,
        num_queries=1,  # the query alone: no model writes others
        mode="reciprocal_rerank",
        use_async=False,
    )
    return lambda number: fusion.retrieve(material.queries[number])


def _nodes(material: Material) -> list[TextNode]:
    pairs = zip(material.texts, material.vectors.tolist(), strict=True)
    return [
        TextNode(id_=str(number), text=text, embedding=vector)
        for number, (text, vector) in enumerate(pairs)
    ]


def _given(material: Material) -> Given:
    pairs = zip(material.queries, material.query_vectors.tolist(), strict=True)
    return Given(known=dict(pairs))
