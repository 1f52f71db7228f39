"""What a reader says of an index, compared with the plain definition of each answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.chunking import split
from bot.config import Config
from bot.errors import IndexIncompatibleError, IndexMissingError
from bot.ingest.registry import read_documents
from bot.lexical.bm25 import LuceneBM25
from bot.records import Chunk, Document, Sentence
from bot.stores.building import building
from bot.stores.generations import IndexFolder
from bot.stores.local import LocalReader, open_reader
from bot.stores.protocol import Reader, Visible
from bot.text.terms import index_text, tokenize
from tests.small_encoder import HashedWords, small_encoders
from tests.small_index import TEXTS, build, everything, read, settings, write_corpus

WORDS = ("ship", "sea", "tug", "crane", "quay")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("reader")
    write_corpus(folder / "corpus", TEXTS)
    config = settings(folder)
    build(config)
    return config


@pytest.fixture
def reader(config: Config) -> Iterator[LocalReader]:
    with closing(read(config)) as reader:
        yield reader


def documents_of(config: Config, texts: dict[str, str]) -> list[Document]:
    """Read the documents of a corpus, by id; of equal files the first by path."""
    found = {
        (
            document.info.collection,
            text if name.endswith(".md") else document.info.id,
        ): document
        for name, text in sorted(texts.items(), reverse=True)
        for document in read_documents(name, text.encode(), config.corpus)
        if isinstance(document, Document)
    }
    return sorted(found.values(), key=lambda each: each.info.id)


def passages_of(
    config: Config, documents: list[Document]
) -> list[tuple[Chunk, list[Sentence]]]:
    """Cut documents into passages, by id and position."""
    return [each for document in documents for each in split(document, config.chunking)]


def test_a_local_reader_is_a_reader(reader: LocalReader) -> None:
    as_protocol: Reader = reader

    assert as_protocol.size() > 0


def test_documents_come_back_as_they_were_read(
    reader: LocalReader, config: Config
) -> None:
    documents = documents_of(config, TEXTS)

    assert list(reader.documents()) == [each.info for each in documents]
    for document in documents:
        assert reader.text(document.info.id) == document.text
        assert reader.document(document.info.id) == document.info
        assert reader.sections(document.info.id) == document.sections


def test_passages_and_sentences_come_back_as_they_were_cut(
    reader: LocalReader, config: Config
) -> None:
    passages = passages_of(config, documents_of(config, TEXTS))

    chunks = [chunk for chunk, _ in passages]
    assert reader.chunks([chunk.id for chunk in chunks]) == chunks
    for chunk, sentences in passages:
        assert reader.sentences(chunk.id) == sentences
    assert reader.size() == len(passages)


def test_every_span_is_a_slice_of_the_stored_text(reader: LocalReader) -> None:
    vector = reader.encoder.encode_query("sea")
    for chunk in reader.chunks([name for name, _ in reader.search_dense(vector, 99)]):
        text = reader.text(chunk.document)
        assert text[chunk.start : chunk.end] == chunk.text
        for sentence in reader.sentences(chunk.id):
            assert text[sentence.start : sentence.end] == sentence.text


texts_of_corpora = st.dictionaries(
    st.sampled_from(["a.md", "z.md", "m/a.md", "m/b.md", "b/c.md", "y/d.md"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    min_size=1,
)
visible_sets = st.none() | st.frozensets(st.sampled_from(["", "b", "m", "y", "x"]))


def by_definition(
    passages: list[tuple[Chunk, list[Sentence]]],
    terms: list[str],
    *,
    k1: float = 1.2,
    b: float = 0.75,
) -> list[tuple[str, float]]:
    """Score every passage with the rank_bm25 model; the positive ones, best first."""
    tokenized = [tokenize(index_text(chunk)) for chunk, _ in passages]
    model = LuceneBM25(tokenized, k1=k1, b=b)
    scores: list[float] = model.get_scores(terms).tolist() if passages else []
    ranked = zip((chunk.id for chunk, _ in passages), scores, strict=True)
    return sorted(
        ((name, float(score)) for name, score in ranked if score > 0),
        key=lambda each: -each[1],  # stable: passages are in order of id
    )


def seen(visible: Visible, document: Document) -> bool:
    return visible is None or document.info.collection in visible


@given(texts=texts_of_corpora, visible=visible_sets, k=st.integers(0, 5))
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
def test_rankings_are_those_of_one_model_over_what_is_visible(
    texts: dict[str, str],
    visible: Visible,
    k: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("visible")
    config = settings(folder)
    write_corpus(config.corpus_path, texts)
    build(config)
    documents = [each for each in documents_of(config, texts) if seen(visible, each)]
    passages = passages_of(config, documents)
    names = [chunk.id for chunk, _ in passages]
    encoder = HashedWords()
    vectors = encoder.encode([index_text(chunk) for chunk, _ in passages])
    with closing(read(config)) as reader:
        for word in WORDS:
            terms = tokenize(f"{word} sea sea")
            expected = by_definition(passages, terms)

            assert reader.search_lexical(terms, k, visible) == expected[:k]
            scores = reader.lexical_scores(terms, names, visible)
            wanted = dict(expected)
            assert scores == [wanted.get(name, 0.0) for name in names]
            counts = reader.document_frequencies(terms, visible)
            assert counts == {
                term: sum(term in tokenize(index_text(chunk)) for chunk, _ in passages)
                for term in terms
            }

            query = encoder.encode_query(word)
            cosines = reader.cosines(query, names)
            assert np.allclose(cosines, vectors @ query, atol=1e-6)
            order = sorted(range(len(names)), key=lambda row: -cosines[row])
            found = reader.search_dense(query, k, visible)
            assert found == [(names[row], cosines[row]) for row in order[:k]]
        assert reader.size(visible) == len(passages)
        infos = [each.info for each in documents]
        found_infos = [replace(each, copies=()) for each in reader.documents(visible)]
        assert found_infos == infos


def test_hidden_documents_change_nothing_that_is_seen(tmp_path: Path) -> None:
    shown = {name: text for name, text in TEXTS.items() if name.startswith("ships/")}
    says = []
    for texts in (shown, TEXTS):
        config = settings(tmp_path)
        write_corpus(config.corpus_path, texts)
        build(config)
        visible = frozenset({"ships"})
        with closing(read(config)) as reader:
            says.append(
                [
                    (
                        reader.size(visible),
                        reader.documents(visible),
                        reader.document_frequencies([word], visible),
                        reader.search_lexical([word], 9, visible),
                        reader.search_dense(
                            reader.encoder.encode_query(word), 9, visible
                        ),
                    )
                    for word in WORDS
                ]
            )

    assert says[0] == says[1]


def test_the_encoder_is_read_when_it_is_asked_for_and_once(config: Config) -> None:
    loaded = []
    factory = small_encoders()

    def load(files: object) -> HashedWords:
        loaded.append(files)
        return HashedWords()

    counting = type(factory)(factory.identify, factory.export, load)
    with closing(open_reader(config.index_path, config, counting)) as reader:
        assert loaded == []
        assert reader.encoder is reader.encoder
    assert len(loaded) == 1


def test_a_closed_reader_opens_no_encoder_and_may_be_closed_again(
    config: Config,
) -> None:
    reader = read(config)
    reader.close()
    reader.close()

    with pytest.raises(ValueError, match="closed"):
        _ = reader.encoder


def test_several_threads_get_the_same_answers(config: Config) -> None:
    found = []
    with closing(read(config)) as reader:
        threads = [
            threading.Thread(target=lambda: found.append(everything(reader)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert all(each == found[0] for each in found)
    assert len(found) == 8


def test_statistics_of_many_audiences_are_not_kept_for_ever(
    reader: LocalReader,
) -> None:
    names = ["", "ships", "harbours", "x"]
    audiences = [frozenset(names[:count]) for count in range(5)] * 3
    first = [reader.search_lexical(["sea"], 9, each) for each in audiences]

    assert first == [reader.search_lexical(["sea"], 9, each) for each in audiences]


def test_a_missing_index_says_how_to_build_it(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(IndexMissingError, match="bot index"):
            open_reader(folder, settings(tmp_path))


def test_a_file_where_the_folder_should_be_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("text")

    with pytest.raises(IndexMissingError):
        open_reader(tmp_path / "index", settings(tmp_path))


def test_an_index_of_other_text_analysis_is_refused(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.stores.compatibility.ANALYSIS", "terms of tomorrow")

    with pytest.raises(IndexIncompatibleError, match=r"terms of tomorrow.*bot index"):
        read(config)


def test_the_sources_tell_of_every_file(reader: LocalReader) -> None:
    assert [each.path for each in reader.sources()] == sorted(TEXTS)
    assert reader.is_current()
    assert reader.generation == reader.manifest.generation == 1


def test_a_failed_opening_holds_nothing(config: Config) -> None:
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    manifest = IndexFolder(config.index_path).manifest_path(1)
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:-1])
    try:
        with pytest.raises(Exception, match="checksum"):
            read(config)
    finally:
        manifest.write_bytes(whole)

    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


def test_reading_waits_for_no_builder_and_changes_no_file(config: Config) -> None:
    before = sorted(each.name for each in config.index_path.rglob("*"))
    with (
        building(IndexFolder(config.index_path), 0, print),
        closing(read(config)) as it,
    ):
        assert it.size() > 0

    assert sorted(each.name for each in config.index_path.rglob("*")) == before
