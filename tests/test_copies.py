"""A file that lies in the corpus twice is indexed once, with all its places."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.config import Config
from bot.indexing import IndexReport
from bot.indexing.choice import FileOutcome
from bot.retrieval.scope import documents_of
from bot.stores.verifying import verify_index
from tests.small_encoder import HashedWords
from tests.small_index import TEXTS, answers, build, read, settings, write_corpus

TUG = TEXTS["ships/tug.md"]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_corpus(tmp_path / "corpus", {**TEXTS, "ships/old/tug.md": TUG})
    return settings(tmp_path)


def places(config: Config) -> dict[str, tuple[str, ...]]:
    with closing(read(config)) as reader:
        return {each.id: each.copies for each in reader.documents()}


def status(report: IndexReport, path: str) -> FileOutcome:
    (found,) = [each for each in report.outcomes if each.path == path]
    return found


def test_a_copy_is_no_document_of_its_own_and_its_place_is_known(
    config: Config,
) -> None:
    report = build(config)

    assert report.documents == len(TEXTS) + 1  # rows.jsonl holds two
    assert places(config)["ships/old/tug.md"] == ("ships/tug.md",)
    assert "ships/tug.md" not in places(config)
    assert status(report, "ships/tug.md") == FileOutcome(
        "ships/tug.md", "copy", "ships/old/tug.md"
    )


def test_each_passage_of_a_copy_is_found_once(config: Config) -> None:
    build(config)

    with closing(read(config)) as reader:
        found = reader.search_lexical(["tug"], 10)
    assert {chunk.rpartition("#")[0] for chunk, _ in found} == {"ships/old/tug.md"}


def test_the_copy_takes_over_when_the_first_file_goes(config: Config) -> None:
    build(config)
    (config.corpus_path / "ships/old/tug.md").unlink()
    encoder = HashedWords()

    report = build(config, encoder)

    assert places(config)["ships/tug.md"] == ()
    assert (report.added, report.removed) == (("ships/tug.md",), ("ships/old/tug.md",))
    assert encoder.asked == []  # its text has its vectors


def test_a_copy_that_is_edited_becomes_a_document(config: Config) -> None:
    build(config)
    (config.corpus_path / "ships/tug.md").write_text(f"{TUG}\nIt is red.\n", "utf-8")

    report = build(config)

    assert report.added == ("ships/tug.md",)
    assert places(config)["ships/old/tug.md"] == ()


def test_a_new_copy_is_a_new_generation_without_new_vectors(config: Config) -> None:
    first = build(config)
    (config.corpus_path / "ships/again.md").write_text(TUG, "utf-8")
    encoder = HashedWords()

    report = build(config, encoder)

    assert report.new
    assert report.fingerprint != first.fingerprint
    assert encoder.asked == []
    assert places(config)["ships/again.md"] == ("ships/old/tug.md", "ships/tug.md")


def test_copies_in_two_collections_stay_apart(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", {**TEXTS, "harbours/tug.md": TUG})
    config = settings(tmp_path)
    build(config)

    assert places(config)["ships/tug.md"] == ()
    assert places(config)["harbours/tug.md"] == ()


def test_a_copys_path_narrows_a_search_to_the_document(config: Config) -> None:
    build(config)

    with closing(read(config)) as reader:
        found = documents_of(reader.documents(), "ships/tug.md")
    assert found == {"ships/old/tug.md"}


def test_rows_with_their_own_ids_are_not_merged(tmp_path: Path) -> None:
    rows = TEXTS["harbours/rows.jsonl"]
    write_corpus(tmp_path / "corpus", {"a.jsonl": rows, "b.jsonl": rows})
    config = settings(tmp_path)

    report = build(config)

    assert set(places(config)) == {"r1", "r2"}
    assert [each.path for each in report.refused] == ["b.jsonl", "b.jsonl"]


def test_an_index_with_copies_verifies(config: Config) -> None:
    build(config)

    assert verify_index(config.index_path) == []


NAMES = st.sampled_from(["a.md", "b.md", "c/d.md", "c/e.md", "c/f/g.md"])
CONTENT = st.sampled_from([TUG, TEXTS["readme.md"], TEXTS["ships/ferry.md"]])


@hypothesis_settings(max_examples=25)
@given(
    states=st.lists(st.dictionaries(NAMES, CONTENT, min_size=1), min_size=2, max_size=4)
)
def test_an_updated_index_is_the_one_that_a_build_from_nothing_makes(
    states: list[Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("states")
    for state in states:
        write_corpus(folder / "corpus", state)
        build(settings(folder))
    write_corpus(folder / "fresh" / "corpus", states[-1])
    build(settings(folder / "fresh"))

    assert answers(settings(folder)) == answers(settings(folder / "fresh"))
