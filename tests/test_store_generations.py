"""Generations come and go; what a reader holds stays."""

from __future__ import annotations

import dataclasses
import os
from contextlib import closing
from pathlib import Path

import pytest

from bot.config import Config, EncoderConfig
from bot.errors import BotError, IndexDamagedError
from bot.indexing.rollback import roll_back
from bot.stores import building, locks
from bot.stores.generations import IndexFolder
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
