"""Runs: measured, kept, read again, and not asked twice."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from bot.config import AnswersConfig, Config
from bot.errors import InputError
from bot.evaluation.cache import Cache
from bot.evaluation.outcomes import read_run, select, write_run
from bot.evaluation.replay import Recorder, Replayer
from bot.evaluation.runner import evaluate
from bot.evaluation.summary import summarise
from tests.eval_samples import QUESTIONS, RIGHT, TEXTS, bot, run, subject
from tests.word_scorer import WordScorer


def cache(folder: Path, index: str = "i", **settings: object) -> Cache:
    return Cache(folder / "cache", index, settings)


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "run.json"
    measured = run()

    write_run(measured, path)

    again = read_run(path)
    assert [each.payload() for each in again.outcomes] == [
        each.payload() for each in measured.outcomes
    ]
    assert (again.index, again.settings) == (measured.index, measured.settings)
    assert again.questions_hash == measured.questions_hash


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    write_run(run(), tmp_path / "one.json")
    write_run(run(), tmp_path / "two.json")

    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_no_path_is_in_a_run(tmp_path: Path) -> None:
    config = dataclasses.replace(bot().config, folder=tmp_path)
    measured = run(asked=dataclasses.replace(bot(), config=config))

    assert str(tmp_path) not in json.dumps(measured.payload())


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 1, "outcomes": [{}]}', '{"format": 1}', "\xff"]
)
def test_what_is_no_run_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="latin-1")

    with pytest.raises(InputError, match="is not a run file"):
        read_run(path)


def test_a_run_of_another_format_is_to_be_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"format": 0}', encoding="utf-8")

    with pytest.raises(InputError, match="measure the baseline again"):
        read_run(path)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_run(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot be written"):
        write_run(run(), tmp_path)


def test_a_known_question_is_not_asked_again(tmp_path: Path) -> None:
    first = evaluate(QUESTIONS, subject(), cache=cache(tmp_path))
    again = bot()

    second = evaluate(QUESTIONS, subject(again), cache=cache(tmp_path))

    assert again.calls == []
    assert second == first


@pytest.mark.parametrize(
    "other", [{"index": "j"}, {"threshold": 0.1}], ids=["index", "settings"]
)
def test_another_index_or_setting_asks_again(
    tmp_path: Path, other: dict[str, object]
) -> None:
    evaluate([RIGHT], subject(), cache=cache(tmp_path))
    again = bot()

    evaluate([RIGHT], subject(again), cache=cache(tmp_path, **other))  # type: ignore[arg-type] # index or settings

    assert again.calls == [RIGHT.question]


def test_the_same_words_after_other_turns_are_another_question(tmp_path: Path) -> None:
    evaluate([RIGHT], subject(), cache=cache(tmp_path))
    again = bot()
    turned = dataclasses.replace(RIGHT, turns=("and the ferry",))

    evaluate([turned], subject(again), cache=cache(tmp_path))

    assert again.calls == ["and the ferry", RIGHT.question]


def test_a_line_cut_short_is_asked_again(tmp_path: Path) -> None:
    evaluate(QUESTIONS[:2], subject(), cache=cache(tmp_path))
    (file,) = (tmp_path / "cache").glob("*.jsonl")
    file.write_bytes(file.read_bytes()[:-20])
    again = bot()

    evaluate(QUESTIONS[:2], subject(again), cache=cache(tmp_path))

    assert again.calls == [QUESTIONS[1].question]


def test_few_cache_files_are_kept_the_latest_used(tmp_path: Path) -> None:
    for number in range(45):
        evaluate([RIGHT], subject(), cache=cache(tmp_path, index=str(number)))

    assert len(list((tmp_path / "cache").glob("*.jsonl"))) <= 41
    again = bot()
    evaluate([RIGHT], subject(again), cache=cache(tmp_path, index="44"))
    assert again.calls == []


def test_a_cache_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")

    with pytest.raises(InputError, match="--no-cache"):
        cache(tmp_path)
    (tmp_path / "cache").unlink()
    known = cache(tmp_path)
    observed = subject().observe(RIGHT)
    (tmp_path / "cache" / ".gitignore").unlink()
    (tmp_path / "cache").rmdir()
    with pytest.raises(InputError, match="--no-cache"):
        known.put(RIGHT, observed)


def test_progress_is_told_of_every_question() -> None:
    told: list[int] = []

    evaluate(QUESTIONS, subject(), progress=told.append)

    assert told == list(range(1, len(QUESTIONS) + 1))


def test_groups_are_by_type_tag_document_and_split() -> None:
    groups = {(each.kind, each.name): each for each in summarise(run().outcomes).groups}

    assert groups["type", "who"].count == 3
    assert groups["tag", "world"].count == 2
    assert groups["document", "tug.md"].count == 4
    assert sum(e.count for (kind, _), e in groups.items() if kind == "split") == 7


def test_a_summary_of_nothing_has_no_figures() -> None:
    summary = summarise([])

    assert {each["value"] for each in summary.payload()["measures"]} == {None}


def test_outcomes_are_selected_by_split() -> None:
    outcomes = run().outcomes

    parts = select(outcomes, "dev"), select(outcomes, "test")
    assert len(parts[0]) + len(parts[1]) == len(select(outcomes, "all")) == 7


def test_settings_that_decide_answers_are_in_the_run() -> None:
    config = Config(answers=AnswersConfig(threshold=0.25))
    measured = run(asked=dataclasses.replace(bot(TEXTS), config=config))

    assert measured.settings["answers"]["threshold"] == 0.25
    assert "corpus" not in measured.settings


def test_a_question_asked_leniently_scores_no_pair_again() -> None:
    scorer = WordScorer()
    recorder = Recorder(scorer)
    again = Replayer(recorder)
    first = recorder.score_pairs([("a tug", "The tug."), ("a tug", "The sea.")])
    recorder.score_pairs([("a tug", "The tug.")])
    assert len(scorer.seen) == 3  # asking anew is timed as users have it

    second = again.score_pairs(
        [("a tug", "The sea."), ("a tug", "New."), ("a tug", "The tug.")]
    )

    assert second[::2] == first[::-1]
    assert scorer.seen[3:] == [("a tug", "New.")]
