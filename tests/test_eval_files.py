"""Judgements, runs and drafts as files."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bot.errors import InputError
from bot.evaluation.drafting import (
    TO_COMPLETE,
    draft,
    draft_from_document,
    write_drafts,
)
from bot.evaluation.qrels import (
    measure_run,
    rank_queries,
    read_qrels,
    read_trec_run,
)
from bot.evaluation.question_sets import read_question_set
from bot.evaluation.subject import Subject
from bot.records import Sentence
from bot.runs import Query
from tests.eval_samples import bot


def write(folder: Path, text: str, name: str = "file.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_judgements_are_read_in_both_forms(tmp_path: Path) -> None:
    beir = write(tmp_path, "query-id\tcorpus-id\tscore\nq 1\td 1\t2\r\n\nq2\td2\t0\n")
    trec = write(tmp_path, "q1 0 d1 2\nq2 0 d2 -1\n", "trec.txt")

    assert read_qrels(beir) == {"q 1": {"d 1": 2}, "q2": {"d2": 0}}
    assert read_qrels(trec) == {"q1": {"d1": 2}, "q2": {"d2": -1}}


def test_a_first_line_that_is_no_header_is_a_judgement(tmp_path: Path) -> None:
    assert read_qrels(write(tmp_path, "1\td1\t1\n")) == {"1": {"d1": 1}}


@pytest.mark.parametrize("text", ["q d\n", "q 0 d 1 2\n", "q\td\tyes\n"])
def test_what_is_no_judgement_is_named_by_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"line 2 is not a judgement"):
        read_qrels(write(tmp_path, f"q 0 d 1\n{text}"))


def test_a_run_is_read(tmp_path: Path) -> None:
    run = write(tmp_path, "q1 Q0 d1 1 0.9 bot\nq1 Q0 d2 2 1e-3 bot\n")

    assert read_trec_run(run) == {"q1": {"d1": 0.9, "d2": 0.001}}


@pytest.mark.parametrize(
    "line", ["q1 Q0 d1 1 0.9", "q1 Q0 d1 1 high bot", "q1 Q0 d1 1 nan bot"]
)
def test_what_is_not_of_a_run_is_named_by_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match="line 1 is not of a TREC run"):
        read_trec_run(write(tmp_path, line))


def test_a_document_that_a_query_has_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="q1 has d1 twice"):
        read_trec_run(write(tmp_path, "q1 Q0 d1 1 2 b\nq1 Q0 d1 2 1 b\n"))


@pytest.mark.parametrize("read", [read_qrels, read_trec_run])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, read: type) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "none")
    (tmp_path / "latin").write_bytes(b"q \xff")
    with pytest.raises(InputError, match="not UTF-8"):
        read(tmp_path / "latin")


def test_queries_without_a_result_count_as_zero() -> None:
    measured = measure_run({"1": {"a": 1.0}}, {"1": {"a": 1}, "2": {"b": 1}})

    assert measured.mean("nDCG@10") == 0.5
    assert measured.text().startswith("2 judged queries\nnDCG@10   0.5000  0.0000 to 1")
    assert measured.payload()["by_query"]["2"]["AP"] == 0


def test_queries_without_a_relevant_document_are_left_out() -> None:
    measured = measure_run({"1": {"a": 1.0}}, {"1": {"a": 0}})

    assert measured.queries == {}
    assert math.isnan(measured.mean("AP"))
    assert measured.payload()["measures"]["AP"] is None


def test_documents_are_ranked_by_their_best_passage() -> None:
    told: list[int] = []

    ranked = rank_queries(
        bot().search_documents, [Query("1", "ferry"), Query("2", "zebra")], told.append
    )

    assert max(ranked["1"], key=lambda each: ranked["1"][each]) == "ferry.md"
    assert ranked["2"] == {}
    assert told == [1, 2]


def sentence(text: str, kind: str = "prose") -> Sentence:
    return Sentence("a.md#1", text, 0, len(text), kind)  # type: ignore[arg-type] # a BlockKind


def test_definitions_abbreviations_and_dates_are_drafted() -> None:
    drafts = list(
        draft_from_document(
            "a.md",
            [
                sentence("A tug is a small strong ship; it pulls."),
                sentence("The Port of Lima Authority (POLA) runs it."),
                sentence("A | tug is a row", kind="row"),
                sentence("It was opened on 3 May 1998 by the mayor."),
                sentence("A ferry is a ship that carries people."),
            ],
        )
    )

    assert [(each.type, each.answers) for each in drafts] == [
        ("definition", ("a small strong ship",)),
        ("abbreviation", ("Port of Lima Authority",)),
        ("when", ("3 May 1998",)),
    ]
    assert all(each.answers[0] in each.evidence[0].quote for each in drafts)


def test_votes_and_refusals_come_first_and_nothing_twice(tmp_path: Path) -> None:
    voted = [{"id": "v", "question": "Why?", "answerable": False, "tags": ["why"]}]

    drafts = draft(Subject(bot()), voted, ["why? ", "Who commands the tug?"], 2)
    write_drafts(drafts, tmp_path / "set.jsonl")

    first, second = read_question_set(tmp_path / "set.jsonl")
    assert first.id == "v"
    assert second.question == "Who commands the tug?"
    assert TO_COMPLETE in second.note
    assert "tug.md" in second.note


def test_drafts_that_cannot_be_written_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_drafts([], tmp_path)


def test_a_refused_question_that_nothing_is_near_to_says_so() -> None:
    (drafted,) = draft(Subject(bot({})), [], ["Why?"], 1)

    assert json.dumps(drafted).count("Nearest: nothing.") == 1
