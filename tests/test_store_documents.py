"""Documents come back from an index as they were put in."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records import (
    Block,
    Chunk,
    Document,
    DocumentInfo,
    Section,
    Sentence,
    Source,
    text_hash,
)
from bot.stores.archive import Archive, ArchiveError, pack
from bot.stores.documents import (
    Documents,
    chunk_id,
    chunk_place,
    pack_documents,
)
from bot.stores.storing import digest_document, store_document

Passages = list[tuple[Chunk, list[Sentence]]]


def document(id_: str, words: list[str]) -> tuple[Document, Passages]:
    """Make a document of one section and one passage a word."""
    text = "".join(f"{word}\n" for word in words)
    source = Source("A source", url="https://example.org/")
    info = DocumentInfo(
        id_, "file", "", "Title", text_hash(text), tags=("t",), sources=(source,)
    )
    sections, blocks, passages = [], [], []
    start = 0
    for number, word in enumerate(words):
        end = start + len(word)
        path = ("Top", f"Section {number}")
        sections.append(Section(path, start, end + 1, "anchor"))
        blocks.append(Block(start, end, "item", number, (0, len(words[0]))))
        name = chunk_id(id_, number)
        chunk = Chunk(name, id_, "Title", path, word, start, end)
        lead = (0, len(words[0])) if number else None
        sentence = Sentence(
            name, word, start, end, "item", lead, words[0] if lead else ""
        )
        passages.append((chunk, [sentence]))
        start = end + 1
    return Document(info, text, tuple(sections), tuple(blocks)), passages


words = st.text(
    st.characters(exclude_characters="\n", min_codepoint=33), min_size=1, max_size=9
)
corpora = st.dictionaries(
    st.text(min_size=1, max_size=6), st.lists(words, max_size=4), max_size=5
)


@given(corpora)
def test_documents_come_back_as_they_were(content: dict[str, list[str]]) -> None:
    made = {id_: document(id_, each) for id_, each in content.items()}
    stored = [
        store_document(one, digest_document(one), passages)
        for one, passages in made.values()
    ]

    documents = Documents(b"".join(pack_documents(stored)))

    assert documents.ids == sorted(content)
    for number, id_ in enumerate(documents.ids):
        one, passages = made[id_]
        assert documents.info(number) == one.info
        assert documents.text(number) == one.text
        assert documents.sections(number) == one.sections
        assert documents.digest(number) == digest_document(one)
        assert documents.chunks_of(number) == [chunk for chunk, _ in passages]
        for position, (_, sentences) in enumerate(passages):
            assert documents.sentences(number, position) == sentences


@given(corpora)
def test_a_copied_document_is_stored_alike(content: dict[str, list[str]]) -> None:
    stored = [
        store_document(one, digest_document(one), passages)
        for one, passages in (document(*each) for each in content.items())
    ]
    whole = b"".join(pack_documents(stored))
    documents = Documents(whole)

    copies = [documents.stored(number) for number in range(len(documents.ids))]

    assert b"".join(pack_documents(copies[::-1])) == whole


@given(st.text(), st.integers(0, 10**6))
def test_a_chunk_is_found_by_its_id(document_id: str, position: int) -> None:
    assert chunk_place(chunk_id(document_id, position)) == (document_id, position)


@pytest.mark.parametrize(
    "change",
    [
        {"info": {"title": "Other"}},
        {"info": {"owner": "Somebody"}},
        {"sections": ()},
        {"blocks": ()},
    ],
)
def test_whatever_was_read_of_a_document_is_in_its_digest(
    change: dict[str, object],
) -> None:
    one, _ = document("a", ["word"])
    if isinstance(info := change.get("info"), dict):
        change = {"info": dataclasses.replace(one.info, **info)}
    other = dataclasses.replace(one, **change)  # type: ignore[arg-type] # fields

    assert digest_document(other) != digest_document(one)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "a#7"},
        {"title": "Other"},
        {"section": ("Other",)},
        {"text": "ward"},
    ],
)
def test_a_passage_that_is_no_slice_of_its_document_is_refused(
    change: dict[str, object],
) -> None:
    one, [(chunk, sentences)] = document("a", ["word"])
    wrong = dataclasses.replace(chunk, **change)  # type: ignore[arg-type] # fields

    with pytest.raises(ValueError, match="not a slice"):
        store_document(one, "digest", [(wrong, sentences)])


@pytest.mark.parametrize(
    "change", [{"chunk": "a#7"}, {"text": "ward"}, {"lead_text": "x"}]
)
def test_a_sentence_that_is_no_slice_of_its_document_is_refused(
    change: dict[str, object],
) -> None:
    one, [(chunk, [sentence])] = document("a", ["word"])
    wrong = dataclasses.replace(sentence, **change)  # type: ignore[arg-type] # fields

    with pytest.raises(ValueError, match="not a slice"):
        store_document(one, "digest", [(chunk, [wrong])])


def parts() -> dict[str, object]:
    one, passages = document("a", ["word", "other"])
    data = b"".join(pack_documents([store_document(one, "digest", passages)]))
    return dict(Archive(data).all())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ids", b'["b", "a"]'),
        ("ids", b'["a", "b"]'),
        ("ids", b"[1]"),
        ("ids", b"{}"),
        ("bounds", np.array([[1, 0, 0, 0], [9, 9, 2, 2]], "<i8")),
        ("bounds", np.zeros((2, 4), "<i8")),
        ("texts", b"cut"),
        ("chunks", np.zeros((2, 4), "<i4")),
        ("chunks", np.array([[0, 4, 0, -1], [5, 10, 1, 3]], "<i4")),
        ("sentences", np.zeros((1, 5), "<i4")),
        ("sentences", np.zeros((2, 4), "<i4")),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(name: str, value: object) -> None:
    changed = {**parts(), name: value}

    with pytest.raises(ArchiveError):
        Documents(b"".join(pack(changed)))  # type: ignore[arg-type] # parts of any kind
