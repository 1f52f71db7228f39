"""The shipped certificate: for the corpus that comes with the program, and no other."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import open_bot
from bot.calibration import shipped
from bot.calibration.bounds import Demand, Labelled
from bot.calibration.certificates import (
    Certificate,
    QuestionSet,
)
from bot.calibration.probability import IDENTITY, Calibration
from bot.calibration.shipped import (
    documents_hash,
    ship,
    shipped_certificate,
)
from bot.config import AnswersConfig, Config, RetrievalConfig
from bot.evaluation.calibrating import Answers, certify
from bot.identity import deciding_settings
from bot.stores.local import LocalReader
from tests import small_index

TEXTS = {"tug.md": "# Tug\n\nA tug pulls ships.\n", "sea.md": "# Sea\n\nIt is wet.\n"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("shipped")
    small_index.write_corpus(folder / "corpus", TEXTS)
    made = small_index.settings(folder)
    small_index.build(made)
    return made


@pytest.fixture(scope="module")
def reader(config: Config) -> Iterator[LocalReader]:
    opened = small_index.read(config)
    yield opened
    opened.close()


def certificate(config: Config) -> Certificate:
    """Certify sixty right answers."""
    some = QuestionSet("questions.jsonl", "ab", "2026-11-22", "test", 60)
    right = (Labelled(0.9, right=True),) * 60
    found = certify(
        Answers(some, right, (0.9,) * 60, 60),
        Demand(0.1, 0.9),
        "i",
        deciding_settings(config),
        IDENTITY,
    )
    assert found.certificate is not None
    return dataclasses.replace(found.certificate, threshold=0.71)


def test_it_holds_for_the_documents_that_it_was_measured_on(
    reader: LocalReader, config: Config, tmp_path: Path
) -> None:
    made, file = certificate(config), tmp_path / "shipped.json"
    ship(made, reader, config, file)

    assert shipped_certificate(reader, config, IDENTITY, file) == made


def test_it_does_not_hold_for_other_settings_or_another_map(
    reader: LocalReader, config: Config, tmp_path: Path
) -> None:
    file = tmp_path / "shipped.json"
    ship(certificate(config), reader, config, file)
    other = dataclasses.replace(config, retrieval=RetrievalConfig(k=3))

    assert shipped_certificate(reader, other, IDENTITY, file) is None
    assert shipped_certificate(reader, config, Calibration(2.0), file) is None


@pytest.mark.parametrize("key", ["documents", "passages"])
def test_it_does_not_hold_for_other_documents(
    reader: LocalReader, config: Config, tmp_path: Path, key: str
) -> None:
    file = tmp_path / "shipped.json"
    ship(certificate(config), reader, config, file)
    values = json.loads(file.read_text())
    file.write_text(json.dumps({**values, key: 0}))

    assert shipped_certificate(reader, config, IDENTITY, file) is None


def test_a_program_may_come_without_one(
    reader: LocalReader, config: Config, tmp_path: Path
) -> None:
    none = tmp_path / "none.json"

    assert shipped_certificate(reader, config, IDENTITY, none) is None


def test_the_bot_answers_above_the_shipped_threshold_without_a_word_about_it(
    config: Config, reader: LocalReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shipped.json"
    ship(certificate(config), reader, config, file)
    monkeypatch.setattr(shipped, "FILE", file)
    told: list[str] = []

    with open_bot(config=config, receipts=False, notice=told.append) as bot:
        assert bot.config.answers.threshold == 0.71
    own = dataclasses.replace(config, answers=AnswersConfig(threshold=0.9))
    with open_bot(config=own, receipts=False, notice=told.append) as bot:
        assert bot.config.answers.threshold == 0.9
    assert not told


def test_the_hash_tells_documents_apart(reader: LocalReader) -> None:
    assert documents_hash(reader) == documents_hash(reader)
    assert len(documents_hash(reader)) == 64
