"""Certificates: written, read with care, applied, and doubted when things change."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from bot.calibration.bounds import Demand, Labelled
from bot.calibration.certificates import (
    Certificate,
    QuestionSet,
    read_certificate,
    warning,
    write_certificate,
)
from bot.calibration.probability import IDENTITY, Calibration
from bot.config import AnswersConfig, Config, RetrievalConfig
from bot.errors import ConfigError, InputError
from bot.evaluation.calibrating import (
    Answers,
    Calibrated,
    certify,
    describe_set,
    fit,
    judge_answers,
    read_split,
)
from bot.evaluation.question_sets import Question, Quote, write_question_set
from bot.evaluation.split import split_of
from bot.identity import deciding_settings
from bot.reports.calibration import calibrated_text, fitted_text
from tests.receipt_samples import TEXTS, asker

DEMAND = Demand(0.05, 0.9)
SET = QuestionSet("questions.jsonl", "ab", "2026-11-22", "test", 100)


def judged(right: int = 60, wrong: int = 0, questions: int = 100) -> Answers:
    answers = [Labelled(0.9, right=True)] * right + [Labelled(0.3, right=False)] * wrong
    described = dataclasses.replace(SET, questions=questions)
    return Answers(described, tuple(answers), (0.9,) * right, 80)


SETTINGS = deciding_settings(Config())


def certified() -> Certificate:
    found = certify(judged(), DEMAND, "index-1", SETTINGS, IDENTITY)
    assert found.certificate is not None
    return found.certificate


def test_a_certificate_states_numbers_bound_index_and_set() -> None:
    made = certified()

    assert (made.threshold, made.answered, made.wrong) == (0.0, 60, 0)
    assert made.bound == pytest.approx(1 - 0.1 ** (1 / 60))
    assert (made.coverage, made.answerable_coverage) == (0.6, 0.75)
    assert (made.index, made.set.date) == ("index-1", "2026-11-22")
    assert made.calibration_error == pytest.approx(0.1)


def test_a_written_certificate_is_read_back(tmp_path: Path) -> None:
    path = Config(folder=tmp_path).certificate_path
    made = certified()
    write_certificate(made, path)

    assert path == tmp_path / ".calibration" / "index.certificate.json"
    assert read_certificate(path) == made
    assert "2110.01052" in json.loads(path.read_text(encoding="utf-8"))["method"]


def test_without_a_file_there_is_no_certificate(tmp_path: Path) -> None:
    assert read_certificate(tmp_path / "none.json") is None


@pytest.mark.parametrize(
    "change",
    [
        {"format": 9},
        {"threshold": 1.5},
        {"threshold": "high"},
        {"set": None},
        {"more": 1},
        {"probability": None},
    ],
)
def test_a_file_that_is_no_certificate_is_refused_by_name(
    tmp_path: Path, change: dict[str, object]
) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps({**certified().payload(), **change}), encoding="utf-8")

    with pytest.raises(ConfigError, match=r"c\.json is no certificate"):
        read_certificate(path)


def test_a_certificate_that_cannot_be_read_is_an_expected_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_certificate(tmp_path)


def test_its_threshold_replaces_the_default_one() -> None:
    made = dataclasses.replace(certified(), threshold=0.72)

    assert made.apply(Config()).answers.threshold == 0.72


@pytest.mark.parametrize(
    "answers", [AnswersConfig(threshold=0.9), AnswersConfig(certificate=False)]
)
def test_what_the_settings_say_goes_before_the_certificate(
    answers: AnswersConfig,
) -> None:
    made = dataclasses.replace(certified(), threshold=0.72)
    config = Config(answers=answers)

    assert made.apply(config) is config


def test_nothing_has_changed_at_first() -> None:
    made = certified()

    applied = deciding_settings(made.apply(Config()))

    assert not list(made.changes("index-1", SETTINGS, IDENTITY))
    assert not list(made.changes("index-1", applied, IDENTITY))


@pytest.mark.parametrize(
    ("index", "settings", "calibration", "named"),
    [
        ("index-2", SETTINGS, IDENTITY, "the index"),
        (
            "index-1",
            deciding_settings(Config(retrieval=RetrievalConfig(k=5))),
            IDENTITY,
            "the settings",
        ),
        ("index-1", deciding_settings(Config(), "model"), IDENTITY, "the settings"),
        ("index-1", SETTINGS, Calibration(2.0), "the map to probabilities"),
    ],
)
def test_what_has_changed_since_is_named(
    index: str, settings: dict[str, Any], calibration: Calibration, named: str
) -> None:
    made = certified()
    changes = list(made.changes(index, settings, calibration))

    assert changes == [named]
    assert named in warning(made, changes)
    assert "no longer proven" in warning(made, changes)


def test_another_version_of_the_bot_is_named() -> None:
    made = dataclasses.replace(certified(), program="0.0.0+abc")

    assert list(made.changes("index-1", SETTINGS, IDENTITY)) == ["the bot's version"]


@pytest.mark.parametrize(
    ("split", "other", "shared"),
    [
        ("test", {"sha256": "ab", "split": "dev"}, False),
        ("test", {"sha256": "ab", "split": "all"}, True),
        ("all", {"sha256": "ab", "split": "dev"}, True),
        ("test", {"sha256": "ab", "split": "test"}, True),
        ("test", {"sha256": "cd", "split": "test"}, False),
        ("test", {}, False),
    ],
)
def test_questions_that_the_map_was_fitted_on_are_noticed(
    split: str,
    other: dict[str, str],
    shared: bool,  # noqa: FBT001 - data
) -> None:
    answers = judged()
    answers = dataclasses.replace(
        answers, set=dataclasses.replace(answers.set, split=split)
    )
    found = certify(answers, DEMAND, "i", SETTINGS, Calibration(1.0, 0.0, dict(other)))

    assert found.biased is shared
    assert ("Careful" in calibrated_text(found, Path("c.json"))) is shared


def test_a_certificate_is_told_in_two_sentences() -> None:
    found = certify(judged(), DEMAND, "i", SETTINGS, IDENTITY)
    text = calibrated_text(found, Path("c.json"))

    assert "of 100 questions 60 are answered (75% of the answerable ones)" in text
    assert "With 90.0% confidence at most 5.0% of such answers are wrong (bound" in text
    assert found.payload()["certificate"]["answered"] == 60


def test_what_is_missing_is_told_when_nothing_can_be_proven(tmp_path: Path) -> None:
    found = certify(judged(right=20, questions=40), DEMAND, "i", SETTINGS, IDENTITY)
    path = tmp_path / "c.json"

    assert found.certificate is None
    assert "About 50 more labelled questions would do" in calibrated_text(found, path)
    assert found.payload()["more_needed"] == 50
    path.touch()
    assert "stays as it was" in calibrated_text(found, path)


def test_no_number_of_questions_is_promised_where_errors_are_too_many() -> None:
    answers = Answers(SET, (Labelled(0.9, right=False),) * 30, (), 0)
    found = certify(answers, DEMAND, "i", SETTINGS, IDENTITY)

    assert found.payload()["more_needed"] is None
    assert "More questions would not help" in calibrated_text(found, Path("c.json"))


def test_a_set_without_answers_or_answerable_questions_is_no_error() -> None:
    nothing = Answers(SET, (), (), 0)
    found = certify(nothing, DEMAND, "i", SETTINGS, IDENTITY)

    assert found.payload()["calibration_error"] is None
    only = Answers(SET, (Labelled(0.9, right=True),) * 60, (), 0)
    made = certify(only, DEMAND, "i", SETTINGS, IDENTITY)
    assert made.certificate is not None
    assert made.certificate.answerable_coverage is None
    assert "answered, 0 of them" in calibrated_text(made, Path("c.json"))


QUESTIONS = [
    Question(
        f"q{number}",
        question,
        answerable=bool(answers),
        answers=answers,
        evidence=evidence,
    )
    for number, (question, answers, evidence) in enumerate(
        [
            (
                "the engine of the tug has what",
                ("kW",),
                (Quote("tug.md", "The engine of the tug has 3000 kW."),),
            ),
            (
                "who carries people over the sea",
                ("ferry",),
                (Quote("tug.md", "A tug pulls large ships."),),
            ),
            ("a tug pulls what colour", (), ()),
        ]
    )
]


def test_answers_are_judged_as_evaluation_judges_them() -> None:
    found = judge_answers(QUESTIONS, asker(TEXTS, threshold=0.0), SET)

    assert [each.right for each in found.answers] == [True, False, False]
    assert found.set.questions == 3
    assert found.all_answerable == 2
    assert len(found.answerable) == 2


def test_a_fitted_map_notes_what_it_was_fitted_on() -> None:
    answers = [Labelled(0.8, right=True)] * 30 + [Labelled(0.6, right=False)] * 20
    mixed = Answers(SET, (*answers, Labelled(0.8, right=False)), (), 0)
    fitted = fit(mixed, "index-1")

    assert (fitted.fitted["answers"], fitted.fitted["right"]) == (51, 30)
    assert fitted.fitted["split"] == "test"
    assert fitted.fitted["calibration_error_after"] < 0.1
    assert "Fitted on 51 answers, 30 of them right" in fitted_text(fitted, Path("m"))


def test_a_set_is_described_by_file_hash_and_date(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    write_question_set(QUESTIONS, path)
    described = describe_set(path, "dev", "2026-01-02")

    assert (described.name, described.date, described.split) == (
        "questions.jsonl",
        "2026-01-02",
        "dev",
    )
    assert len(described.sha256) == 64
    assert len(describe_set(path, "dev").date) == 10
    with pytest.raises(InputError, match="cannot be read"):
        describe_set(tmp_path / "none.jsonl", "dev")


def test_a_split_is_read_and_an_empty_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    write_question_set(QUESTIONS[:1], path)
    there = split_of(QUESTIONS[0])
    other = {"dev": "test", "test": "dev"}[there]

    assert [each.id for each in read_split(path, there)] == ["q0"]
    assert len(read_split(path, "all")) == 1
    with pytest.raises(InputError, match=f"no question of the split {other}"):
        read_split(path, other)


def test_calibrated_says_what_was_demanded() -> None:
    payload = Calibrated(judged(), DEMAND, None).payload()

    assert (payload["max_error"], payload["confidence"]) == (0.05, 0.9)
