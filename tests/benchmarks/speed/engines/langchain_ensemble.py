"""LangChain: BM25Retriever and FAISS under EnsembleRetriever, as documented."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.embeddings import Embeddings
from langchain_huggingface import HuggingFaceEmbeddings

from tests.benchmarks.speed.material import Material
from tests.benchmarks.speed.model import model_path

K = 10


class Given(Embeddings):
    """Returns the vectors of the material."""

    def __init__(self, material: Material) -> None:
        """Take the vectors of the queries."""
        pairs = zip(material.queries, material.query_vectors.tolist(), strict=True)
        self._known = dict(pairs)

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a query."""
        vector: list[float] = self._known[text]
        return vector

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vectors of queries."""
        return [self.embed_query(each) for each in texts]


def lexical(material: Material) -> Callable[[int], object]:
    """BM25Retriever alone."""
    retriever = BM25Retriever.from_texts(material.texts, k=K)
    return lambda number: retriever.invoke(material.queries[number])


def hybrid(material: Material) -> Callable[[int], object]:
    """Both halves, with vectors that are given."""
    pairs = zip(material.texts, material.vectors.tolist(), strict=True)
    return _ensemble(material, FAISS.from_embeddings(pairs, Given(material)))


def save(material: Material) -> None:
    """Save the vector store; BM25Retriever has no form on disk."""
    folder = material.file("langchain")
    if not folder.exists():
        pairs = zip(material.texts, material.vectors.tolist(), strict=True)
        FAISS.from_embeddings(pairs, Given(material)).save_local(str(folder))


def encoded(material: Material) -> Callable[[int], object]:
    """Both halves, the query encoded by HuggingFaceEmbeddings."""
    embeddings = HuggingFaceEmbeddings(model_name=model_path())
    store = FAISS.load_local(
        str(material.file("langchain")),
        embeddings,
        allow_dangerous_deserialization=True,  # this benchmark wrote it
    )
    return _ensemble(material, store)


def _ensemble(material: Material, store: FAISS) -> Callable[[int], object]:
    words = BM25Retriever.from_texts(material.texts, k=K)
    meaning = store.as_retriever(search_kwargs={"k": K})
    both = EnsembleRetriever(retrievers=[words, meaning], weights=[0.5, 0.5])
    return lambda number: both.invoke(material.queries[number])[:K]
