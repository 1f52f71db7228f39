"""tantivy, from its Python package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from tests.benchmarks.speed.material import MILLION, Material
from tests.benchmarks.speed.million import passages

K = 10


def lexical(material: Material) -> Callable[[int], object]:
    """Search an index on disk for any of the terms."""
    save(material)
    index = tantivy.Index.open(str(_folder(material)))
    searcher = index.searcher()
    schema = index.schema
    terms = material.query_terms

    def ask(number: int) -> list[object]:
        wanted = [
            (Occur.Should, Query.term_query(schema, "text", each))
            for each in terms[number]
        ]
        hits = searcher.search(Query.boolean_query(wanted), K).hits
        return [address.doc for _, address in hits]

    return ask


def save(material: Material) -> None:
    """Write the index: its own analysis is none, the terms are given."""
    folder = _folder(material)
    if folder.exists():
        return
    if material.size == MILLION:
        terms = Material(material.folder, 100_000).terms
        _write(passages(terms, MILLION), folder)
    else:
        _write(material.terms, folder)


def _write(terms: Iterable[Sequence[str]], folder: Path) -> None:
    draft = folder.with_suffix(".draft")
    draft.mkdir(parents=True)
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("text", stored=False, tokenizer_name="whitespace")
    index = tantivy.Index(schema.build(), path=str(draft))
    writer = index.writer(heap_size=256 << 20)
    for each in terms:
        writer.add_document(tantivy.Document(text=" ".join(each)))
    writer.commit()
    writer.wait_merging_threads()
    draft.rename(folder)


def _folder(material: Material) -> Path:
    if material.size == MILLION:
        return material.folder / "million" / "tantivy"
    return material.file("tantivy")
