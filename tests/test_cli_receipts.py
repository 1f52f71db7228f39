"""The commands about given answers, and `bot calibrate`, from question to output."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.app import Bot, open_bot
from bot.calibration.certificates import read_certificate
from bot.cli.program import app
from bot.config import Config, read_config
from bot.errors import BotError
from bot.evaluation.question_sets import (
    Question,
    Quote,
    read_question_set,
    write_question_set,
)
from bot.receipts.writing import hash_answer
from bot.stores import local
from tests.small_encoder import small_encoders
from tests.small_index import build, write_corpus

SENTENCE = "The engine of a tug has 3,000 kW."
TEXTS = {
    "tug.md": f"# Tug\n\nA tug pulls ships.\n\n## Engine\n\n{SENTENCE}\n",
    "ferry.md": "# Ferry\n\nA ferry carries people and cars over the sea.\n",
}
ASKED = "How many kW has the engine of a tug?"
REFUSED = "Who founded the zeppelin museum?"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a corpus, an index with the small encoder, and a bot.toml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(local, "EncoderFactory", small_encoders)
    write_corpus(tmp_path / "corpus", TEXTS)
    (tmp_path / "bot.toml").write_text("[evidence]\ncross_encoder = false\n")
    build(config())
    return tmp_path


def config() -> Config:
    return read_config(Path("bot.toml"))


def change(texts: dict[str, str]) -> None:
    write_corpus(Path("corpus"), texts)
    build(config())


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def failure(result: Result) -> str:
    """Return the expected error that a command ended with."""
    assert isinstance(result.exception, BotError)
    return str(result.exception)


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def ask(question: str) -> dict[str, Any]:
    (answer,) = rows(run("ask", question, "--json"))
    return answer


def test_what_was_asked_can_be_verified_and_replayed(folder: Path) -> None:
    answer = ask(ASKED)
    assert answer["status"] == "answered"

    verified = run("verify", answer["id"])
    replayed = run("replay", answer["id"])

    assert (verified.exit_code, replayed.exit_code) == (0, 0)
    assert f'intact: tug.md, 38 to 71\n    "{SENTENCE}"' in verified.stdout
    assert "The same answer, byte for byte." in replayed.stdout
    assert (folder / ".state" / "state.db").exists()


def test_the_last_answer_has_a_short_name(folder: Path) -> None:
    ask(REFUSED)
    answer = ask(ASKED)

    (verified,) = rows(run("verify", "last", "--json"))
    (replayed,) = rows(run("replay", "last", "--json"))

    assert verified["receipt"] == replayed["receipt"] == answer["id"]
    assert replayed["same_bytes"] is True
    assert folder.exists()


@pytest.mark.usefixtures("folder")
def test_a_reworded_source_fails_verification_and_replay() -> None:
    ask(ASKED)
    write_corpus(
        Path("corpus"), {**TEXTS, "tug.md": TEXTS["tug.md"].replace("3,0", "4,0")}
    )
    verified = run("verify")
    build(config())
    replayed = run("replay", "last")

    assert (verified.exit_code, replayed.exit_code) == (1, 1)
    assert "changed: tug.md, 38 to 71 (the document no longer says it)" in (
        verified.stdout
    )
    assert "Changed since: index:" in replayed.stdout
    assert "4,000 kW" in replayed.stdout


@pytest.mark.usefixtures("folder")
def test_a_diff_follows_a_corpus_change() -> None:
    ask(ASKED)
    ask(REFUSED)
    change(
        {
            "ferry.md": TEXTS["ferry.md"],
            "museum.md": "# Zeppelin museum\n\nPeter founded the zeppelin museum.\n",
        }
    )
    found = run("diff")
    kinds = {each["question"]: each["kind"] for each in rows(run("diff", "--json"))}

    assert found.exit_code == 0
    assert "1 possible now, 1 impossible now" in found.stdout
    assert kinds == {ASKED: "impossible", REFUSED: "possible"}


@pytest.mark.usefixtures("folder")
def test_gaps_become_stubs_of_a_question_set_once() -> None:
    for _ in range(2):
        ask(REFUSED)
    ask(ASKED)

    shown = run("gaps", "--stubs", "gaps.jsonl")
    again = run("gaps", "--stubs", "gaps.jsonl", "--json")

    assert "1 refused questions in 1 gaps." in shown.stdout
    assert f"2 x {REFUSED}" in shown.stdout
    assert "1 questions added to gaps.jsonl." in shown.stderr
    assert "0 questions added" in again.stderr
    (gap,) = rows(again)
    assert gap["times"] == 2
    (stub,) = read_question_set(Path("gaps.jsonl"))
    assert (stub.question, stub.answerable) == (REFUSED, False)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["verify", "diff", "gaps", "replay last"])
def test_without_receipts_the_commands_say_so(command: str) -> None:
    result = run(*command.split())

    assert "There are no receipts yet" in failure(result)


@pytest.mark.usefixtures("folder")
def test_an_unknown_receipt_is_an_expected_error() -> None:
    ask(ASKED)
    result = run("replay", "0123")

    assert "There is no receipt '0123'" in failure(result)


@pytest.mark.usefixtures("folder")
def test_an_index_without_answers_has_no_last_one() -> None:
    ask(ASKED)
    result = run("verify", "last", "--index", "other")

    assert "No answer of the index other has a receipt yet" in failure(result)


@pytest.mark.usefixtures("folder")
def test_receipts_can_be_switched_off() -> None:
    with Path("bot.toml").open("a") as file:
        file.write("[receipts]\nenabled = false\n")
    ask(ASKED)

    assert not Path(".state").exists()


@pytest.mark.usefixtures("folder")
def test_a_question_that_is_not_kept_is_given_to_replay() -> None:
    with Path("bot.toml").open("a") as file:
        file.write("[receipts]\nquestions = false\n")
    id_ = ask(ASKED)["id"]

    assert "--question" in failure(run("replay", id_))
    assert run("replay", id_, "--question", ASKED).exit_code == 0


@pytest.mark.usefixtures("folder")
def test_an_answer_comes_even_if_no_receipt_can_be_kept() -> None:
    Path(".state").write_text("a file where the folder should be")
    result = run("ask", ASKED)

    assert result.exit_code == 0
    assert SENTENCE in result.stdout


@pytest.mark.usefixtures("folder")
def test_a_thread_keeps_a_receipt_of_each_answer_that_it_gives() -> None:
    with open_bot(config=config()) as bot:
        thread = bot.conversation()
        given = [thread.ask(ASKED), thread.ask("and who founded it?")]
    kept = {each["receipt"]: each for each in rows(run("verify", "--json"))}

    assert set(kept) == {each.id for each in given}
    assert kept[given[0].id]["question"] == ASKED


@pytest.mark.usefixtures("folder")
def test_measuring_leaves_no_receipts() -> None:
    write_question_set([question(0)], Path("q.jsonl"))
    run("eval", "q.jsonl", "--no-cache")
    run("calibrate", "q.jsonl")

    assert not Path(".state").exists()


def question(number: int, *, answerable: bool = True) -> Question:
    if not answerable:
        text = f"What does the zeppelin museum show in room {number}?"
        return Question(f"u{number}", text, answerable=False)
    return Question(
        f"q{number}",
        f"How many kW has the engine of a tug{'?' * (number + 1)}",
        answerable=True,
        answers=("3,000 kW", "3,000"),
        evidence=(Quote("tug.md", SENTENCE),),
    )


@pytest.fixture
def question_set(folder: Path) -> str:
    """Sixty questions that the bot answers, and ten that it should refuse."""
    asked = [question(number) for number in range(60)]
    asked += [question(number, answerable=False) for number in range(10)]
    write_question_set(asked, folder / "q.jsonl")
    return "q.jsonl"


def test_a_calibrated_threshold_is_the_bots_from_then_on(question_set: str) -> None:
    result = run("calibrate", question_set, "--dated", "2026-01-02")
    made = read_certificate(config().certificate_path)

    assert result.exit_code == 0
    assert made is not None
    assert f"Threshold {made.threshold}: of 70 questions" in result.stdout
    assert made.set.date == "2026-01-02"
    told: list[str] = []
    with open_bot(config=config(), notice=told.append) as bot:
        assert bot.config.answers.threshold == made.threshold
        assert bot.ask(ASKED).status == "answered"
    assert told == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("question", [ASKED, "What pulls ships?", "ferry people"])
def test_a_threshold_decides_whether_to_answer_and_never_what(question: str) -> None:
    """Answers judged at a threshold of 0 are then those that any other lets through."""
    settings = config()
    with open_bot(config=settings, receipts=False) as bot:
        willing = bot_with(bot, 0.0).ask(question)
        assert willing.status == "answered"
        strict = bot_with(bot, willing.confidence - 1e-6).ask(question)
        stricter = bot_with(bot, willing.confidence + 1e-6).ask(question)

    assert hash_answer(strict) == hash_answer(willing)
    assert stricter.status == "abstained"


def bot_with(bot: Bot, threshold: float) -> Bot:
    answers = dataclasses.replace(bot.config.answers, threshold=threshold)
    return dataclasses.replace(
        bot, config=dataclasses.replace(bot.config, answers=answers)
    )


def test_a_changed_index_is_warned_of(question_set: str) -> None:
    run("calibrate", question_set)
    change({**TEXTS, "quay.md": "# Quay\n\nShips lie at the quay.\n"})
    told: list[str] = []
    with open_bot(config=config(), notice=told.append):
        pass

    (warned,) = told
    assert "the index changed" in warned


def test_a_fitted_map_makes_probabilities(question_set: str) -> None:
    with open_bot(config=config()) as bot:
        before = bot.ask(ASKED).confidence
    result = run("calibrate", question_set, "--fit")
    with open_bot(config=config()) as bot:
        after = bot.ask(ASKED).confidence

    assert result.exit_code == 0
    assert "Fitted on" in result.stdout
    assert after != before
    assert after > 0.9
    assert "Careful" in run("calibrate", question_set).stdout


def test_too_few_questions_exit_with_4_and_say_how_many_more(folder: Path) -> None:
    write_question_set([question(number) for number in range(20)], folder / "q.jsonl")
    result = run("calibrate", "q.jsonl", "--json")
    (payload,) = rows(result)

    assert result.exit_code == 4
    assert (payload["certificate"], payload["more_needed"]) == (None, 25)
    assert not (folder / ".calibration").exists()


def test_calibrations_come_as_json_too(question_set: str) -> None:
    (fitted,) = rows(run("calibrate", question_set, "--fit", "--json"))
    (made,) = rows(run("calibrate", question_set, "--json"))

    assert fitted["fitted"]["questions"] == 70
    assert made["certificate"]["set"]["questions"] == 70
    assert made["biased"] is True


@pytest.mark.usefixtures("folder")
def test_a_date_that_is_none_is_refused(question_set: str) -> None:
    result = run("calibrate", question_set, "--dated", "yesterday")

    assert "must look like 2026-11-22" in failure(result)


@pytest.mark.usefixtures("folder")
def test_a_damaged_certificate_stops_the_bot_by_name() -> None:
    path = config().certificate_path
    path.parent.mkdir()
    path.write_text("{}")
    result = run("ask", ASKED)

    assert "index.certificate.json is no certificate" in failure(result)


@pytest.mark.parametrize("command", ["verify", "replay", "diff", "gaps", "calibrate"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    assert f"Example: bot {'index && bot ' if command == 'diff' else ''}{command}" in (
        " ".join(run(command, "--help").stdout.split())
    )
