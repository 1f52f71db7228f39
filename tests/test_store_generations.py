"""Generations come and go; what a reader holds stays."""

from __future__ import annotations

import dataclasses
import fcntl
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.config import Config, EncoderConfig
from bot.errors import BotError, IndexDamagedError
from bot.indexing.rollback import roll_back
from bot.stores import building, locks
from bot.stores.generations import Generation, IndexFolder, line_of
from tests.faults import watched
from tests.scenarios import EDITED, debris
from tests.small_index import (
    TEXTS,
    answers,
    build,
    everything,
    read,
    settings,
    write_corpus,
)
from tests.test_store_manifest import MANIFEST


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Two generations, the second of them current."""
    config = settings(tmp_path)
    for texts in (TEXTS, EDITED):
        write_corpus(config.corpus_path, texts)
        build(config)
    return config


def test_a_reader_keeps_its_generation_through_a_hundred_builds(tmp_path: Path) -> None:
    config = settings(tmp_path, keep=1)
    write_corpus(config.corpus_path, TEXTS)
    build(config)
    expected = answers(config)
    with closing(read(config)) as first:
        for number in range(100):
            text = f"# Tug\n\nTug {number} is strong.\n"
            write_corpus(config.corpus_path, {**TEXTS, "ships/tug.md": text})
            build(config)
            with closing(read(config)) as reader:
                assert reader.text("ships/tug.md") == text

        assert not first.is_current()
        # The encoder is read from the disk only now.
        assert {"fingerprint": first.fingerprint, **everything(first)} == expected
        assert len(IndexFolder(config.index_path).generations()) == 2
    build(config)
    assert len(IndexFolder(config.index_path).generations()) == 1
    assert debris(config) == []


def test_without_the_readers_lock_a_held_generation_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        building, "lock_to_remove", lambda path: locks.Lock(os.open(path, os.O_RDONLY))
    )
    config = settings(tmp_path, keep=1)
    write_corpus(config.corpus_path, TEXTS)
    build(config)
    with closing(read(config)) as reader:
        build(dataclasses.replace(config, encoder=EncoderConfig("other-words")))

        with pytest.raises(IndexDamagedError):
            _ = reader.encoder


def test_going_back_makes_the_former_generation_the_index(config: Config) -> None:
    second = answers(config)

    assert roll_back(config) == 1

    assert answers(config) != second
    with closing(read(config)) as reader:
        assert reader.text("ships/tug.md") == TEXTS["ships/tug.md"]
    build(config)
    assert answers(config) == second
    assert debris(config) == []


def test_going_back_to_a_damaged_generation_is_refused(config: Config) -> None:
    folder = IndexFolder(config.index_path)
    before = answers(config)
    with closing(read(config)) as reader:
        current = {each.sha256 for each in reader.manifest.objects()}
    for file in folder.objects.folder.iterdir():
        if file.name not in current:
            file.write_bytes(file.read_bytes()[:-1])

    with pytest.raises(IndexDamagedError):
        roll_back(config)

    assert answers(config) == before


def test_going_back_needs_an_older_generation(tmp_path: Path) -> None:
    config = settings(tmp_path, keep=1)
    write_corpus(config.corpus_path, TEXTS)
    build(config)

    with pytest.raises(BotError, match="no generation before 1"):
        roll_back(config)


def test_going_back_skips_a_generation_whose_build_was_killed(config: Config) -> None:
    folder = IndexFolder(config.index_path)
    first = answers(config)

    def kill_before_the_switch(operation: str, paths: tuple[Path, ...]) -> None:
        if (operation, paths[0].name) == ("rename", "CURRENT"):
            raise KeyboardInterrupt

    write_corpus(config.corpus_path, TEXTS)
    with watched(kill_before_the_switch), pytest.raises(KeyboardInterrupt):
        build(config)
    assert folder.generations() == [3, 2, 1]
    build(config)

    assert folder.generations() == [4, 2]
    assert roll_back(config) == 2
    assert answers(config) == first


def test_what_was_gone_back_from_is_not_kept_in_place_of_what_is_used(
    config: Config,
) -> None:
    roll_back(config)
    write_corpus(config.corpus_path, {"a.md": "# A\n\nAnother.\n"})

    build(config)

    assert IndexFolder(config.index_path).generations() == [3, 1]


def test_a_rebuild_can_be_gone_back_from(config: Config) -> None:
    before = answers(config)
    write_corpus(config.corpus_path, TEXTS)
    build(config, rebuild=True)

    assert roll_back(config) == 2
    assert answers(config) == before


def test_a_damaged_generation_that_a_reader_holds_keeps_its_objects(
    config: Config,
) -> None:
    folder = IndexFolder(config.index_path)
    with closing(read(config)) as reader:
        manifest = folder.manifest_path(2)
        manifest.write_bytes(manifest.read_bytes()[:-1])
        report = build(config, rebuild=True)

        assert "damaged, and a reader holds it" in report.warnings[0]
        assert reader.encoder.name == "hashed-words-1"
    assert build(config).warnings == ()
    assert debris(config) == []


def once(act: Callable[[], object]) -> Callable[[], None]:
    """Return a function that acts when it is first called, and not again."""
    done: list[bool] = []

    def acting() -> None:
        if not done:
            done.append(True)
            act()

    return acting


def test_a_reader_that_is_overtaken_by_builds_opens_the_newest(tmp_path: Path) -> None:
    config = settings(tmp_path, keep=1)
    write_corpus(config.corpus_path, TEXTS)
    build(config)

    def overtake() -> None:
        write_corpus(config.corpus_path, EDITED)
        build(config)

    acting = once(overtake)
    with watched(lambda operation, _: acting() if operation == "lock" else None):
        reader = read(config)

    assert reader.generation == 2
    assert reader.text("ships/tug.md") == EDITED["ships/tug.md"]
    reader.close()


def test_a_manifest_that_is_removed_while_it_is_locked_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = settings(tmp_path, keep=1)
    write_corpus(config.corpus_path, TEXTS)
    build(config)
    flock = fcntl.flock

    def overtake() -> None:
        write_corpus(config.corpus_path, EDITED)
        build(config)

    acting = once(overtake)

    def slow_flock(descriptor: int, operation: int) -> None:
        if operation == fcntl.LOCK_SH:
            acting()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", slow_flock)
    with closing(read(config)) as reader:
        assert reader.generation == 2


def test_a_manifest_that_is_not_the_expected_one_is_looked_for_again(
    config: Config,
) -> None:
    manifest = IndexFolder(config.index_path).manifest_path(2)

    def replace() -> None:
        manifest.write_bytes(b"that of somebody else")
        build(config, rebuild=True)

    acting = once(replace)
    with watched(lambda operation, _: acting() if operation == "lock" else None):
        reader = read(config)

    assert reader.generation == 3
    reader.close()


def test_a_line_of_generations_ends_where_one_is_missing_or_comes_twice() -> None:
    one = dataclasses.replace(MANIFEST, generation=1, parent="two")
    two = dataclasses.replace(MANIFEST, generation=2, parent="one")
    generations = {2: Generation(two, "two"), 1: Generation(one, "one"), 3: None}

    assert line_of(generations, 2) == [2, 1]
    assert line_of(generations, 3) == []
    assert line_of({2: generations[2]}, 2) == [2]
