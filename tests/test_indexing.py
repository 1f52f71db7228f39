"""The corpus becomes an index, and only what changed is read and encoded again."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.config import ChunkingConfig, Config, EncoderConfig, RetrievalConfig
from bot.dense import Floats
from bot.errors import (
    ConfigError,
    EncoderError,
    IndexBusyError,
    IndexDamagedError,
    IndexIncompatibleError,
    InputError,
)
from bot.indexing import Progress, build_index
from bot.stores.buckets import LARGEST
from bot.stores.building import building
from bot.stores.generations import IndexFolder
from bot.stores.manifest import FORMAT
from tests.small_encoder import HashedWords, small_encoders
from tests.small_index import TEXTS, answers, build, read, settings, write_corpus


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_corpus(tmp_path / "corpus", TEXTS)
    return settings(tmp_path)


def fresh(config: Config, folder: Path) -> str:
    """Build the corpus of a configuration elsewhere, from nothing."""
    other = dataclasses.replace(
        config, index=dataclasses.replace(config.index, path=str(folder))
    )
    return build(other).fingerprint


def test_the_first_build_reports_every_document(config: Config) -> None:
    report = build(config)

    assert report.added == (
        "harbours/bremen.md",
        "r1",
        "r2",
        "readme.md",
        "ships/ferry.md",
        "ships/tug.md",
    )
    assert (report.changed, report.removed, report.unchanged) == ((), (), 0)
    assert (report.documents, report.files, report.parsed) == (6, 5, 5)
    assert report.encoded == report.chunks > 6
    assert report.new
    assert report.generation == 1


def test_a_second_build_encodes_parses_and_writes_nothing(config: Config) -> None:
    first = build(config)
    encoder = HashedWords()

    second = build(config, encoder)

    assert encoder.asked == []
    assert (second.parsed, second.encoded, second.written) == (0, 0, 0)
    assert (second.files, second.unchanged) == (5, 6)
    assert not second.new
    assert (second.generation, second.fingerprint) == (1, first.fingerprint)


def test_a_touched_file_is_unchanged_whatever_its_time(config: Config) -> None:
    build(config)
    os.utime(config.corpus_path / "readme.md", (0, 0))  # as if the clock were set back

    report = build(config)

    assert (report.parsed, report.new) == (0, False)


def test_a_change_that_keeps_size_and_time_is_noticed(config: Config) -> None:
    build(config)
    file = config.corpus_path / "readme.md"
    before = file.stat()
    file.write_text(TEXTS["readme.md"].replace("ships", "boats"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    report = build(config)

    assert file.stat().st_size == before.st_size
    assert report.changed == ("readme.md",)


def test_an_edit_encodes_only_the_new_passages_of_one_document(config: Config) -> None:
    build(config)
    file = config.corpus_path / "ships/tug.md"
    file.write_text(TEXTS["ships/tug.md"].replace("3,000", "4,000"), encoding="utf-8")
    encoder = HashedWords()

    report = build(config, encoder)

    assert report.changed == ("ships/tug.md",)
    assert (report.parsed, report.encoded, report.unchanged) == (1, 1, 5)
    (asked,) = encoder.asked
    assert "4,000" in asked


def test_an_edited_row_of_a_collection_changes_that_document_alone(
    config: Config,
) -> None:
    build(config)
    file = config.corpus_path / "harbours/rows.jsonl"
    file.write_text(file.read_text().replace("lifts", "hoists"), encoding="utf-8")

    report = build(config)

    assert (report.changed, report.encoded) == (("r1",), 1)


def test_a_removed_document_vanishes(config: Config) -> None:
    build(config)
    (config.corpus_path / "ships/tug.md").unlink()

    report = build(config)

    assert report.removed == ("ships/tug.md",)
    reader = read(config)
    assert "ships/tug.md" not in {each.id for each in reader.documents()}
    assert reader.search_lexical(["tug"], 10) == []
    with pytest.raises(KeyError):
        reader.text("ships/tug.md")
    reader.close()


def test_a_renamed_document_is_not_encoded_again(config: Config) -> None:
    build(config)
    file = config.corpus_path / "ships/tug.md"
    file.rename(config.corpus_path / "harbours/tug.md")

    report = build(config)

    assert (report.added, report.removed) == (("harbours/tug.md",), ("ships/tug.md",))
    assert report.encoded == 0


def test_an_empty_corpus_has_an_index_that_finds_nothing(config: Config) -> None:
    write_corpus(config.corpus_path, {})

    report = build(config)

    assert (report.documents, report.chunks, report.collections) == (0, 0, 0)
    reader = read(config)
    assert reader.search_lexical(["sea"], 5) == []
    assert reader.search_dense(reader.encoder.encode_query("sea"), 5) == []
    reader.close()


def test_what_is_refused_or_left_out_is_listed_with_its_reason(config: Config) -> None:
    (config.corpus_path / "broken.md").write_bytes(b"\xff\xfe\x00\xd8")
    (config.corpus_path / "empty.txt").write_bytes(b"")
    (config.corpus_path / "huge.md").write_bytes(b"x" * (2 << 20))
    (config.corpus_path / "link.md").symlink_to("/etc/hostname")
    (config.corpus_path / "private.md").write_text(
        "---\nindex: false\n---\n\n# P\n\nx.\n"
    )

    small = dataclasses.replace(config.corpus, max_file_mib=1)
    report = build(dataclasses.replace(config, corpus=small))

    names = ["broken.md", "empty.txt", "huge.md", "link.md"]
    assert [each.path for each in report.refused] == names
    assert [each.path for each in report.skipped] == ["private.md"]
    assert all(each.reason for each in (*report.refused, *report.skipped))
    assert report.documents == 6


def test_a_refused_file_is_not_parsed_again_until_it_changes(config: Config) -> None:
    file = config.corpus_path / "empty.txt"
    file.write_bytes(b"")
    first = build(config)

    second = build(config)
    file.write_text("A cat sleeps on the quay.\n", encoding="utf-8")
    third = build(config)

    assert second.refused == first.refused
    assert second.parsed == 0
    assert (third.added, third.refused) == (("empty.txt",), ())


def test_of_two_documents_with_one_id_the_first_by_path_is_kept(config: Config) -> None:
    row = '{"_id": "r1", "title": "Other", "text": "Another crane."}\n'
    (config.corpus_path / "harbours/later.jsonl").write_text(row, encoding="utf-8")
    report = build(config)

    (refusal,) = report.refused
    reader = read(config)

    assert refusal.path == "harbours/rows.jsonl"
    assert "harbours/later.jsonl" in refusal.reason
    assert reader.document("r1").title == "Other"
    reader.close()


def test_an_id_goes_back_to_an_unchanged_file_when_its_taker_goes(
    config: Config,
) -> None:
    row = '{"_id": "r1", "title": "Other", "text": "Another crane."}\n'
    taker = config.corpus_path / "harbours/later.jsonl"
    taker.write_text(row, encoding="utf-8")
    build(config)
    taker.unlink()

    report = build(config)

    assert report.changed == ("r1",)
    reader = read(config)
    assert reader.document("r1").title == "Crane"
    reader.close()
    assert report.fingerprint == fresh(config, config.corpus_path.parent / "elsewhere")


edits = st.lists(
    st.tuples(
        st.sampled_from(["a.md", "b.txt", "x/c.md", "x/d.jsonl", "y/z/e.md", "y/f.md"]),
        st.sampled_from(["", "one", "two", "three", "four", "index: false"]),
    ),
    max_size=5,
)


def content(name: str, word: str) -> str:
    if name.endswith(".jsonl"):
        rows = [
            f'{{"_id": "{each}", "text": "Row {each} of {word}."}}' for each in word
        ]
        return "\n".join(rows) + "\n"
    if word.startswith("index"):
        return f"---\n{word}\n---\n\nText.\n"
    return f"# About {word}\n\nThis is {word}. It says so.\n\n## More\n\nAnd {name}.\n"


@given(scripts=st.lists(edits, min_size=1, max_size=4))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
def test_an_updated_index_equals_one_built_from_nothing(
    scripts: list[list[tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    config = settings(folder)
    texts: dict[str, str] = {}
    for script in scripts:
        for name, word in script:
            texts.pop(name, None)
            if word:
                texts[name] = content(name, word)
        write_corpus(config.corpus_path, texts)
        build(config)
    updated = answers(config)

    build(config, rebuild=True)

    assert answers(config) == updated
    assert updated["fingerprint"] == fresh(config, folder / "elsewhere")


def test_a_collection_that_grows_and_shrinks_across_buckets_equals_a_fresh_one(
    config: Config,
) -> None:
    def rows(count: int) -> str:
        return "".join(
            f'{{"_id": "d{each}", "text": "Ship {each} is at sea."}}\n'
            for each in range(count)
        )

    for count in (LARGEST // 2, 3 * LARGEST, LARGEST + 1, 5):
        write_corpus(config.corpus_path, {"many.jsonl": rows(count)})
        report = build(config)

        assert report.documents == count
        folder = config.corpus_path.parent / f"fresh-{count}"
        assert report.fingerprint == fresh(config, folder)


def test_one_more_document_among_many_writes_one_bucket(config: Config) -> None:
    texts = {f"{each}.md": f"# {each}\n\nShip {each}.\n" for each in range(5 * LARGEST)}
    write_corpus(config.corpus_path, texts)
    everything = build(config)

    (config.corpus_path / "new.md").write_text("# New\n\nA new ship.\n")
    report = build(config)

    assert (report.encoded, report.parsed) == (1, 1)
    assert report.written < everything.written / 2  # its bucket, postings, file list


def test_other_chunking_reads_all_again_but_encodes_only_new_texts(
    config: Config,
) -> None:
    build(config)
    other = dataclasses.replace(config, chunking=ChunkingConfig(max_words=100))

    report = build(other)

    assert (report.parsed, report.encoded, report.new) == (5, 0, True)
    assert (report.changed, report.unchanged) == ((), 6)


def test_bm25_parameters_name_the_index_but_need_no_build(config: Config) -> None:
    first = build(config)
    other = dataclasses.replace(config, retrieval=RetrievalConfig(k1=0.9))

    second = build(other)

    assert not second.new
    assert second.fingerprint != first.fingerprint
    reader = read(other)
    assert reader.fingerprint == second.fingerprint
    reader.close()


def test_another_encoder_is_refused_until_the_index_is_built_with_it(
    config: Config,
) -> None:
    build(config)
    other = dataclasses.replace(config, encoder=EncoderConfig("other-words"))

    with pytest.raises(IndexIncompatibleError, match=r"hashed-words-1.*other-words"):
        read(other)
    report = build(other)

    assert report.encoded == report.chunks
    assert read(other).encoder.name == "other-words"


def test_the_same_encoder_by_another_name_is_no_other_encoder(config: Config) -> None:
    build(config)
    other = dataclasses.replace(config, encoder=EncoderConfig("hashed-words-1"))

    read(other).close()
    report = build(other)

    assert (report.encoded, report.written > 0) == (0, False)


def test_a_model_that_changes_while_it_is_exported_is_refused(config: Config) -> None:
    factory = dataclasses.replace(small_encoders(), identify=lambda _: "before")

    with pytest.raises(EncoderError, match="changed"):
        build_index(config, encoders=factory)


@dataclass(frozen=True)
class Interrupted(HashedWords):
    """Is interrupted when it is asked again after so many texts."""

    after: int = 0

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Floats:
        """Encode passages, or be interrupted."""
        if len(self.asked) >= self.after:
            raise KeyboardInterrupt
        return super().encode(texts, progress)


def test_an_interrupted_build_continues_from_what_was_encoded(config: Config) -> None:
    first, second = Interrupted(after=1), HashedWords()
    with pytest.raises(KeyboardInterrupt):
        build(config, first)

    report = build(config, second)

    assert first.asked
    assert not set(first.asked) & set(second.asked)
    assert len(first.asked) + len(second.asked) == report.chunks
    assert report.fingerprint == fresh(config, config.corpus_path.parent / "elsewhere")
    assert not IndexFolder(config.index_path).cache.exists()


def test_a_damaged_cache_of_an_interrupted_build_is_used_up_to_the_damage(
    config: Config,
) -> None:
    with pytest.raises(KeyboardInterrupt):
        build(config, Interrupted(after=3))
    cache = IndexFolder(config.index_path).cache
    data = bytearray(cache.read_bytes())
    data[-20] ^= 1
    cache.write_bytes(data)
    encoder = HashedWords()

    report = build(config, encoder)

    assert 0 < len(encoder.asked) < report.chunks
    assert report.fingerprint == fresh(config, config.corpus_path.parent / "elsewhere")


def test_a_second_builder_says_who_is_building(config: Config) -> None:
    folder = IndexFolder(config.index_path)

    with (
        building(folder, 0, print),
        pytest.raises(IndexBusyError, match=f"process {os.getpid()}"),
    ):
        build(config)

    assert build(config).new


def test_a_second_builder_waits_for_the_first(config: Config) -> None:
    folder = IndexFolder(config.index_path)
    waiting = threading.Event()
    reports = []

    def listener(progress: Progress) -> None:
        if progress.stage == "waiting":
            waiting.set()

    def second() -> None:
        reports.append(
            build_index(config, encoders=small_encoders(), progress=listener)
        )

    with building(folder, 0, print):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(30)
        assert not reports
    thread.join(30)

    assert [each.new for each in reports] == [True]


def test_progress_counts_files_and_passages_up_to_their_totals(config: Config) -> None:
    seen: list[Progress] = []

    report = build(config, progress=seen.append)

    reading = [each for each in seen if each.stage == "reading"]
    encoding = [each for each in seen if each.stage == "encoding"]
    assert (reading[-1].done, reading[-1].total) == (5, 5)
    assert (encoding[-1].done, encoding[-1].total) == (report.chunks, report.chunks)
    assert [each.done for each in encoding] == sorted(each.done for each in encoding)


def test_a_missing_corpus_is_an_error_that_leaves_no_index(tmp_path: Path) -> None:
    config = settings(tmp_path)

    with pytest.raises(InputError, match="corpus"):
        build(config)

    assert not config.index_path.exists()


def test_an_index_inside_the_corpus_is_refused(config: Config) -> None:
    inside = dataclasses.replace(
        config,
        index=dataclasses.replace(config.index, path=str(config.corpus_path / "index")),
    )

    with pytest.raises(ConfigError, match="inside the corpus"):
        build(inside)


def test_a_damaged_index_is_updated_by_a_rebuild_only(config: Config) -> None:
    first = build(config)
    manifest = IndexFolder(config.index_path).manifest_path(1)
    manifest.write_bytes(manifest.read_bytes()[:-10])

    with pytest.raises(IndexDamagedError, match="--rebuild"):
        build(config)
    report = build(config, rebuild=True)

    assert report.fingerprint == first.fingerprint
    assert report.generation == 2
    assert answers(config)["size"] == first.chunks


def test_a_rebuild_replaces_damaged_objects(config: Config) -> None:
    build(config)
    before = answers(config)
    for file in IndexFolder(config.index_path).objects.folder.iterdir():
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    with pytest.raises(IndexDamagedError, match="has changed"):
        read(config)

    build(config, rebuild=True)

    assert answers(config) == before


def test_an_index_of_another_format_is_updated_by_a_rebuild_only(
    config: Config,
) -> None:
    build(config)
    current = config.index_path / "CURRENT"
    data = current.read_bytes()
    current.write_bytes(data.replace(b"bot-index %d " % FORMAT, b"bot-index 1 "))

    for attempt in (build, read):
        with pytest.raises(IndexIncompatibleError, match=r"format 1.*--rebuild"):
            attempt(config)
    build(config, rebuild=True)

    assert answers(config)["size"] > 0


SCRIPT = """
import sys
from pathlib import Path
from tests.small_index import build, settings
print(build(settings(Path(sys.argv[1]))).fingerprint)
"""


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_hash_seed_of_the_process_does_not_matter(
    config: Config, seed: str
) -> None:
    expected = fresh(config, config.corpus_path.parent / f"elsewhere-{seed}")
    folder = config.corpus_path.parent

    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.strip() == expected


def test_a_file_that_goes_while_the_corpus_is_read_is_refused_alone(
    config: Config,
) -> None:
    file = config.corpus_path / "ships/tug.md"

    def remove(progress: Progress) -> None:
        if progress.note == "ships/tug.md":
            file.unlink()

    report = build(config, progress=remove)

    assert [each.path for each in report.refused] == ["ships/tug.md"]
    assert report.documents == 5
    assert build(config).refused == ()


def test_a_file_that_changes_while_the_corpus_is_read_is_of_one_moment(
    config: Config,
) -> None:
    build(config)
    file = config.corpus_path / "ships/tug.md"

    def change(progress: Progress) -> None:
        if progress.note == "ships/tug.md":
            file.write_text("# Tug\n\nChanged at the last moment.\n", encoding="utf-8")

    report = build(config, progress=change)

    assert report.changed == ("ships/tug.md",)
    with closing(read(config)) as reader:
        assert reader.text("ships/tug.md") == file.read_text(encoding="utf-8")
