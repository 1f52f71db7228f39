"""What a store promises, of an index in files and of one in Redis alike."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.chunking import split
from bot.config import ChunkingConfig, Config, EncoderConfig, RetrievalConfig
from bot.errors import IndexIncompatibleError, IndexMissingError, InputError
from bot.ingest.registry import read_documents
from bot.narrow import likeness, rounded
from bot.records import Chunk, Document, Sentence
from bot.retrieval.retriever import Retriever
from bot.retrieval.scope import documents_of, search_within
from bot.storage import LocalStore, RedisStore, Store
from bot.store_config import StoreConfig
from bot.stores.protocol import Reader, StoredIndex, Visible
from bot.text.terms import index_text, tokenize
from tests.small_encoder import HashedWords, small_encoders
from tests.small_index import TEXTS, everything, settings, write_corpus
from tests.test_store_reader import by_definition

WORDS = ("ship", "sea", "tug", "crane", "quay")
Place = Callable[[Config, HashedWords | None], Store]


@pytest.fixture(params=["files", "redis"])
def place(request: pytest.FixtureRequest) -> Place:
    """Make stores of one kind for configurations, with the small encoder."""
    url = request.getfixturevalue("quick_redis_url") if request.param == "redis" else ""

    def make(config: Config, encoder: HashedWords | None = None) -> Store:
        factory = small_encoders(encoder)
        if not url:
            return LocalStore(config, factory)
        return RedisStore(dataclasses.replace(config, store=StoreConfig(url)), factory)

    return make


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_corpus(tmp_path / "corpus", TEXTS)
    return settings(tmp_path)


@pytest.fixture
def store(place: Place, config: Config) -> Store:
    return place(config, None)


def rewrite(config: Config, name: str, old: str, new: str) -> None:
    file = config.corpus_path / name
    file.write_text(file.read_text("utf-8").replace(old, new), encoding="utf-8")


def says(store: Store) -> dict[str, object]:
    with closing(store.open()) as reader:
        return {"fingerprint": reader.fingerprint, **everything(reader)}


def documents_in(config: Config) -> list[Document]:
    found = [
        document
        for file in sorted(config.corpus_path.rglob("*"))
        if file.is_file()
        for document in read_documents(
            file.relative_to(config.corpus_path).as_posix(),
            file.read_bytes(),
            config.corpus,
        )
        if isinstance(document, Document)
    ]
    return sorted(found, key=lambda each: each.info.id)


def passages_in(config: Config) -> list[tuple[Chunk, list[Sentence]]]:
    return [
        each
        for document in documents_in(config)
        for each in split(document, config.chunking)
    ]


def test_a_store_without_an_index_says_how_to_build_one(store: Store) -> None:
    assert not store.exists()
    for ask in (store.open, store.generations, store.roll_back, store.verify):
        with pytest.raises(IndexMissingError, match="bot index"):
            ask()


def test_what_is_built_can_be_opened(store: Store) -> None:
    report = store.build(patience=0)

    assert store.exists()
    assert report.new
    assert (report.documents, report.files, report.parsed) == (6, 5, 5)
    assert report.encoded == report.chunks > 6
    with closing(store.open()) as reader:
        as_protocol: Reader = reader
        assert as_protocol.size() == report.chunks
        assert reader.fingerprint == report.fingerprint
        assert reader.generation == report.generation
        assert reader.dimensions == 16
        assert reader.is_current()
        assert [each.path for each in reader.sources()] == sorted(TEXTS)


def test_documents_passages_and_sentences_come_back_as_they_were_read(
    store: Store, config: Config
) -> None:
    store.build(patience=0)
    passages = passages_in(config)
    with closing(store.open()) as reader:
        documents = documents_in(config)
        assert list(reader.documents()) == [each.info for each in documents]
        assert reader.documents()[0] == documents[0].info
        assert list(reader.documents()[1:3]) == [each.info for each in documents[1:3]]
        for document in documents:
            assert reader.text(document.info.id) == document.text
            assert reader.document(document.info.id) == document.info
            assert reader.sections(document.info.id) == document.sections
            assert reader.places(document.info.id) == document.places
        chunks = [chunk for chunk, _ in passages]
        assert reader.chunks([chunk.id for chunk in chunks]) == chunks
        for chunk, sentences in passages:
            assert reader.sentences(chunk.id) == sentences


texts_of_corpora = st.dictionaries(
    st.sampled_from(["a.md", "z.md", "m/a.md", "m/b.md", "b/c.md", "y/d.md"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    min_size=1,
)
visible_sets = st.none() | st.frozensets(st.sampled_from(["", "b", "m", "y", "x"]))
parameters = st.sampled_from([(1.2, 0.75), (1.2, 0.5), (0.0, 0.0), (2.0, 1.0)])


@given(
    texts=texts_of_corpora,
    visible=visible_sets,
    k=st.integers(0, 5),
    bm25=parameters,
    later=texts_of_corpora,
)
@hypothesis_settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_rankings_are_those_of_one_model_over_what_is_visible_also_after_updates(
    place: Place,
    tmp_path_factory: pytest.TempPathFactory,
    *,
    texts: dict[str, str],
    visible: Visible,
    k: int,
    bm25: tuple[float, float],
    later: dict[str, str],
) -> None:
    folder = tmp_path_factory.mktemp("visible")
    config = dataclasses.replace(
        settings(folder), retrieval=RetrievalConfig(k1=bm25[0], b=bm25[1])
    )
    config = dataclasses.replace(
        config, index=dataclasses.replace(config.index, path=str(folder / folder.name))
    )
    store = place(config, None)
    for corpus in (texts, later):
        # No two files are the same, which would be indexed once.
        own = {name: f"{text} {name}" for name, text in corpus.items()}
        write_corpus(config.corpus_path, own)
        store.build(patience=0)
        with closing(store.open()) as reader:
            check_rankings(reader, config, visible, k)


def check_rankings(
    reader: StoredIndex, config: Config, visible: Visible, k: int
) -> None:
    passages = [
        each
        for document in documents_in(config)
        if visible is None or document.info.collection in visible
        for each in split(document, config.chunking)
    ]
    names = [chunk.id for chunk, _ in passages]
    encoder = HashedWords()
    vectors = encoder.encode([index_text(chunk) for chunk, _ in passages])
    k1, b = config.retrieval.k1, config.retrieval.b
    for word in WORDS:
        terms = tokenize(f"{word} sea sea")
        expected = by_definition(passages, terms, k1=k1, b=b)

        assert reader.search_lexical(terms, k, visible) == expected[:k]
        scores = reader.lexical_scores(terms, names, visible)
        assert scores == [dict(expected).get(name, 0.0) for name in names]
        matched = reader.matched_terms(terms, names, visible)
        assert matched == [
            tuple(
                term for term in dict.fromkeys(terms) if term in tokenize(index_text(c))
            )
            for c, _ in passages
        ]
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
    assert reader.likeness(names).tolist() == likeness(*rounded(vectors)).tolist()
    assert reader.size(visible) == len(passages)
    seen = {chunk.document for chunk, _ in passages}
    assert [each.id for each in reader.documents(visible)] == sorted(seen)


def test_hidden_documents_change_nothing_that_is_seen(
    place: Place, tmp_path: Path
) -> None:
    shown = {name: text for name, text in TEXTS.items() if name.startswith("ships/")}
    visible = frozenset({"ships"})
    found = []
    for number, texts in enumerate((shown, TEXTS)):
        config = settings(tmp_path / str(number))
        write_corpus(config.corpus_path, texts)
        store = place(config, None)
        store.build(patience=0)
        with closing(store.open()) as reader:
            found.append(
                [
                    (
                        reader.size(visible),
                        list(reader.documents(visible)),
                        reader.document_frequencies([word], visible),
                        reader.search_lexical([word], 9, visible),
                        reader.search_dense(
                            reader.encoder.encode_query(word), 9, visible
                        ),
                    )
                    for word in WORDS
                ]
            )

    assert found[0] == found[1]


def test_equal_scores_are_ordered_by_document_whatever_the_collection(
    place: Place, tmp_path: Path
) -> None:
    row = '{{"_id": "{}", "title": "Tug", "text": "A tug."}}\n'
    config = settings(tmp_path)
    write_corpus(
        config.corpus_path,
        {
            "b/rows.jsonl": row.format("a") + row.format("z"),
            "c/rows.jsonl": row.format("b") + row.format("0"),
        },
    )
    store = place(config, None)
    store.build(patience=0)
    with closing(store.open()) as reader:
        vector = reader.encoder.encode_query("tug")
        for k in range(6):
            wanted = ["0#1", "a#1", "b#1", "z#1"][:k]
            assert [name for name, _ in reader.search_lexical(["tug"], k)] == wanted
            assert [name for name, _ in reader.search_dense(vector, k)] == wanted


def test_terms_of_every_script_are_found_and_none_is_taken_for_a_command(
    place: Place, tmp_path: Path
) -> None:
    said = "C++ 2.5D 東京 naïve a|b @lex:{x} -not (or) * ~1 $v inf 2021 _under"
    config = settings(tmp_path)
    write_corpus(config.corpus_path, {"a.md": said, "notes.md": "Else."})
    store = place(config, None)
    store.build(patience=0)
    with closing(store.open()) as reader:
        for term in dict.fromkeys(tokenize(said)):
            assert [name for name, _ in reader.search_lexical([term], 5)] == ["a.md#1"]
        assert reader.search_lexical(["*", "a|b", "@lex", "", ")"], 5) == []


def test_filters_by_path_and_tag_find_what_they_name(
    place: Place, tmp_path: Path
) -> None:
    config = settings(tmp_path)
    texts = {f"notes/{each}.md": f"# Note\n\nA ship, note {each}.\n" for each in "abcd"}
    texts["tagged.md"] = "---\ntags: [sea]\n---\n# Tagged\n\nA ship too.\n"
    write_corpus(config.corpus_path, texts)
    store = place(config, None)
    store.build(patience=0)
    with closing(store.open()) as reader:
        retriever = Retriever(reader, config.retrieval)
        for wanted, names in (
            ("sea", {"tagged.md"}),
            ("notes", set(texts) - {"tagged.md"}),
        ):
            within = documents_of(reader.documents(), wanted)
            hits = search_within(
                lambda k: retriever.search("ship", k), within, 9, reader.size()
            )
            assert {each.chunk.document for each in hits} == names
        with pytest.raises(InputError):
            documents_of(reader.documents(), "nowhere")


def test_an_unknown_name_is_a_key_error(store: Store) -> None:
    store.build(patience=0)
    with closing(store.open()) as reader:
        for ask in (
            lambda: reader.document("none"),
            lambda: reader.text("none"),
            lambda: reader.chunks(["none#1"]),
            lambda: reader.chunks(["readme.md#99"]),
            lambda: reader.chunks(["readme.md#0"]),
            lambda: reader.chunks(["readme.md"]),
            lambda: reader.sentences("readme.md#x"),
            lambda: reader.lexical_scores(["sea"], ["readme.md#99"]),
            lambda: reader.cosines(np.zeros(16, np.float32), ["readme.md#99"]),
            lambda: reader.likeness(["readme.md#99"]),
        ):
            with pytest.raises(KeyError):
                ask()


def test_an_unchanged_corpus_costs_nothing(
    store: Store, place: Place, config: Config
) -> None:
    first = store.build(patience=0)
    encoder = HashedWords()

    second = place(config, encoder).build(patience=0)

    assert encoder.asked == []
    assert (second.parsed, second.encoded, second.written) == (0, 0, 0)
    assert not second.new
    assert (second.generation, second.fingerprint) == (
        first.generation,
        first.fingerprint,
    )


def test_an_edit_encodes_only_the_new_passages_and_equals_a_fresh_build(
    store: Store, place: Place, config: Config, tmp_path: Path
) -> None:
    store.build(patience=0)
    rewrite(config, "ships/tug.md", "3,000", "4,000")
    encoder = HashedWords()

    report = place(config, encoder).build(patience=0)

    assert report.changed == ("ships/tug.md",)
    assert (report.parsed, report.encoded, report.unchanged) == (1, 1, 5)
    assert ["4,000" in each for each in encoder.asked] == [True]
    elsewhere = dataclasses.replace(
        config, index=dataclasses.replace(config.index, path=str(tmp_path / "fresh"))
    )
    fresh = place(elsewhere, None)
    fresh.build(patience=0)
    assert says(store) == says(fresh)


def test_a_removed_document_vanishes_and_a_renamed_one_is_not_encoded_again(
    store: Store, place: Place, config: Config
) -> None:
    store.build(patience=0)
    (config.corpus_path / "readme.md").unlink()
    (config.corpus_path / "ships/tug.md").rename(config.corpus_path / "harbours/t.md")
    encoder = HashedWords()

    report = place(config, encoder).build(patience=0)

    assert report.removed == ("readme.md", "ships/tug.md")
    assert report.added == ("harbours/t.md",)
    assert encoder.asked == []
    with closing(store.open()) as reader:
        with pytest.raises(KeyError):
            reader.text("readme.md")
        found = [name for name, _ in reader.search_lexical(["tug"], 9)]
        assert {name.partition("#")[0] for name in found} == {"harbours/t.md"}
        assert reader.collections() == ("harbours", "ships")


def test_an_emptied_corpus_gives_an_index_that_finds_nothing(
    store: Store, config: Config
) -> None:
    store.build(patience=0)
    write_corpus(config.corpus_path, {})

    store.build(patience=0)

    with closing(store.open()) as reader:
        assert (reader.size(), list(reader.documents())) == (0, [])
        assert reader.collections() == ()
        assert reader.search_lexical(["sea"], 5) == []
        assert reader.search_dense(reader.encoder.encode_query("sea"), 5) == []
    assert store.verify() == []


def test_many_edits_one_by_one_equal_one_build_and_leave_nothing_wrong(
    store: Store, place: Place, config: Config, tmp_path: Path
) -> None:
    store.build(patience=0)
    for number in range(12):
        name = f"ships/s{number % 5}.md"
        text = f"# Ship {number}\n\nShip number {number} is at sea.\n"
        (config.corpus_path / name).write_text(text, encoding="utf-8")
        if number % 3 == 2:
            (config.corpus_path / name).unlink()
        store.build(patience=0)

    assert store.verify() == []
    elsewhere = dataclasses.replace(
        config, index=dataclasses.replace(config.index, path=str(tmp_path / "fresh"))
    )
    fresh = place(elsewhere, None)
    fresh.build(patience=0)
    assert says(store) == says(fresh)


def test_a_reader_keeps_its_generation_while_others_are_built(
    store: Store, config: Config
) -> None:
    store.build(patience=0)
    with closing(store.open()) as reader:
        before = everything(reader)
        for number in range(4):
            rewrite(config, "readme.md", "#", f"# {number}")
            store.build(patience=0)

        assert not reader.is_current()
        assert everything(reader) == before


def test_a_rebuild_reads_everything_again_and_says_the_same(store: Store) -> None:
    first = store.build(patience=0)
    before = says(store)

    report = store.build(rebuild=True, patience=0)

    assert report.generation > first.generation
    assert (report.parsed, report.unchanged) == (5, 0)
    assert says(store) == before
    assert store.generations() == [report.generation, first.generation]


def test_going_back_restores_what_was_said_before(store: Store, config: Config) -> None:
    first = store.build(patience=0)
    before = says(store)
    rewrite(config, "readme.md", "harbours", "lighthouses")
    store.build(patience=0)
    assert says(store) != before

    assert store.roll_back() == first.generation

    assert says(store) == before
    assert store.verify() == []
    with pytest.raises(IndexMissingError, match="keep"):
        store.roll_back()


def test_only_as_many_generations_are_kept_as_was_said(
    place: Place, config: Config
) -> None:
    config = dataclasses.replace(
        config, index=dataclasses.replace(config.index, keep=3)
    )
    store = place(config, None)
    for number in range(5):
        rewrite(config, "readme.md", "#", f"# {number}")
        store.build(patience=0)
    assert len(store.generations()) == 3

    fewer = dataclasses.replace(config, index=dataclasses.replace(config.index, keep=1))
    place(fewer, None).build(patience=0)

    assert len(store.generations()) == 1
    assert store.verify() == []


def test_another_encoder_encodes_everything_again_and_reads_nothing(
    store: Store, place: Place, config: Config
) -> None:
    store.build(patience=0)
    other = dataclasses.replace(config, encoder=EncoderConfig("hashed-words-2"))

    with pytest.raises(IndexIncompatibleError, match="hashed-words-2"):
        place(other, None).open()
    report = place(other, None).build(patience=0)

    assert (report.parsed, report.encoded) == (0, report.chunks)
    with closing(place(other, None).open()) as reader:
        assert reader.encoder.name.endswith("hashed-words-2")
    with pytest.raises(IndexIncompatibleError, match="bot index"):
        store.open()


def test_other_rules_of_cutting_encode_only_what_is_cut_differently(
    store: Store, place: Place, config: Config
) -> None:
    store.build(patience=0)
    other = dataclasses.replace(config, chunking=ChunkingConfig(60, 10))
    encoder = HashedWords()

    report = place(other, encoder).build(patience=0)

    assert report.parsed == 5
    assert encoder.asked == []
    assert report.new


def test_an_index_of_other_text_analysis_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.build(patience=0)
    monkeypatch.setattr("bot.stores.compatibility.ANALYSIS", "terms of tomorrow")

    with pytest.raises(IndexIncompatibleError, match=r"terms of tomorrow.*bot index"):
        store.open()


def test_copies_of_a_file_are_named_and_indexed_once(
    place: Place, tmp_path: Path
) -> None:
    config = settings(tmp_path)
    text = "# Tug\n\nA tug pulls ships.\n"
    write_corpus(config.corpus_path, {"ships/a.md": text, "ships/b.md": text})
    store = place(config, None)
    store.build(patience=0)
    with closing(store.open()) as reader:
        assert [each.id for each in reader.documents()] == ["ships/a.md"]
        assert reader.document("ships/a.md").copies == ("ships/b.md",)
        assert reader.documents()[0].copies == ("ships/b.md",)


def test_several_threads_get_the_same_answers(store: Store) -> None:
    store.build(patience=0)
    found: list[dict[str, object]] = []
    with closing(store.open()) as reader:
        threads = [
            threading.Thread(target=lambda: found.append(everything(reader)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert all(each == found[0] for each in found)
    assert len(found) == 4


def test_a_closed_reader_opens_no_encoder_and_may_be_closed_again(store: Store) -> None:
    store.build(patience=0)
    reader = store.open()
    reader.close()
    reader.close()

    with pytest.raises(ValueError, match="closed"):
        _ = reader.encoder


def test_a_damaged_or_missing_corpus_folder_leaves_the_index_as_it_was(
    store: Store, config: Config
) -> None:
    store.build(patience=0)
    before = says(store)
    config.corpus_path.rename(config.corpus_path.with_name("elsewhere"))

    with pytest.raises(InputError):
        store.build(patience=0)

    assert says(store) == before
