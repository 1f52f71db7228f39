"""Question sets: what is read, and how faults are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.evaluation.question_sets import (
    Question,
    Quote,
    check_evidence,
    examine_question_set,
    parse_question,
    read_question_set,
    write_question_set,
)

GOOD: dict[str, Any] = {
    "id": "q1",
    "question": "How strong is a tug?",
    "answerable": True,
    "answers": ["3,000 kW"],
    "evidence": [{"document": "tug.md", "quote": "A tug has 3,000 kW."}],
    "tags": ["how_much", "chat"],
}


def write(folder: Path, *rows: object, name: str = "questions.jsonl") -> Path:
    path = folder / name
    lines = (each if isinstance(each, str) else json.dumps(each) for each in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_question_is_read_with_all_its_fields(tmp_path: Path) -> None:
    row = {**GOOD, "turns": ["What is a tug?"], "note": "easy"}

    (question,) = read_question_set(write(tmp_path, "", row))

    assert question == Question(
        "q1",
        "How strong is a tug?",
        answerable=True,
        answers=("3,000 kW",),
        evidence=(Quote("tug.md", "A tug has 3,000 kW."),),
        turns=("What is a tug?",),
        tags=("how_much", "chat"),
        note="easy",
        line=2,
    )
    assert question.type == "how_much"
    assert question.documents == ("tug.md",)


def test_a_question_without_tags_is_of_another_type() -> None:
    assert Question("q", "?", answerable=False).type == "other"


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"id": ""}, "id", "letter or a digit"),
        ({"question": "???"}, "question", "letter or a digit"),
        ({"question": 7}, "question", "letter or a digit"),
        ({"answerable": "yes"}, "answerable", "true or false"),
        ({"answers": []}, "answers", "at least one"),
        ({"answers": "2021"}, "answers", "list of texts"),
        ({"answers": [" "]}, "answers", "list of texts"),
        ({"evidence": []}, "evidence", "at least one quote"),
        ({"evidence": "tug.md"}, "evidence", "list of"),
        ({"evidence": [{"document": "tug.md"}]}, "evidence[0]", "must look like"),
        ({"evidence": [7]}, "evidence[0]", "must look like"),
        ({"answerable": False}, "answerable", "there are answers"),
        ({"turns": [1]}, "turns", "list of texts"),
        ({"tags": "who"}, "tags", "list of texts"),
        ({"note": 1}, "note", "must be text"),
        ({"anwers": []}, "anwers", "unknown"),
    ],
)
def test_a_fault_is_named_by_line_and_field(
    tmp_path: Path, changed: dict[str, Any], field: str, message: str
) -> None:
    path = write(tmp_path, GOOD, {**GOOD, "id": "q2", **changed})

    questions, problems = examine_question_set(path)

    assert [each.id for each in questions] == ["q1"]
    found = [each for each in problems if each.field == field]
    assert found
    assert found[0].line == 2
    assert message in found[0].message
    with pytest.raises(InputError, match=r"line 2, field '"):
        read_question_set(path)


@pytest.mark.parametrize("line", ["{", "[]", "7", "[" * 100_000])
def test_what_is_no_object_is_named_by_line(tmp_path: Path, line: str) -> None:
    _, problems = examine_question_set(write(tmp_path, GOOD, line))

    assert [each.line for each in problems] == [2]


def test_an_id_that_is_used_twice_is_named(tmp_path: Path) -> None:
    _, problems = examine_question_set(write(tmp_path, GOOD, GOOD))

    assert [str(each) for each in problems] == [
        "line 2, field 'id': 'q1' is already used in line 1."
    ]


def test_further_faults_are_counted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\(1 more: `bot eval check"):
        read_question_set(write(tmp_path, {**GOOD, "id": "", "note": 1}))


@pytest.mark.parametrize("name", ["missing.jsonl", "folder"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(InputError, match="cannot be read"):
        read_question_set(tmp_path / name)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(InputError, match="not UTF-8"):
        read_question_set(path)


def test_an_empty_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no question"):
        read_question_set(write(tmp_path, ""))


def test_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_bytes(
        b"\xef\xbb\xbfid,question,answerable,answers,document,quote,document2,quote2,"
        b"tags,turns\r\n"
        b'q1,"Strong, is it?",Yes,3 kW | three,a.md,"A | row",b.md,B.,'
        b"who|chat,What?|Why?\r\n"
        b"q2,Where?,no,,,,,,where,\r\n"
    )

    first, second = read_question_set(path)

    assert first.question == "Strong, is it?"
    assert first.answers == ("3 kW", "three")
    assert first.evidence == (Quote("a.md", "A | row"), Quote("b.md", "B."))
    assert first.tags == ("who", "chat")
    assert first.turns == ("What?", "Why?")
    assert not second.answerable
    assert (first.line, second.line) == (2, 3)


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("id,question\nq1,Why?\n", 1, "answerable"),
        (
            "id,question,answerable,answers,document,quote\nq1,Why?,perhaps,,,\n",
            2,
            "answerable",
        ),
        (
            "id,question,answerable,answers,document,quote\nq1,Why?,yes,x,a.md,\n",
            2,
            "evidence[0]",
        ),
        ("", 1, "id"),
    ],
)
def test_a_fault_of_a_spreadsheet_is_named(
    tmp_path: Path, text: str, line: int, field: str
) -> None:
    path = tmp_path / "questions.csv"
    path.write_text(text, encoding="utf-8")

    _, problems = examine_question_set(path)

    assert (problems[0].line, problems[0].field) == (line, field)


words = st.text(min_size=1).filter(str.isalnum)
questions = st.builds(
    Question,
    id=words,
    question=words,
    answerable=st.just(value=True),
    answers=st.lists(words, min_size=1).map(tuple),
    evidence=st.lists(st.builds(Quote, words, words), min_size=1).map(tuple),
    turns=st.lists(words).map(tuple),
    tags=st.lists(words).map(tuple),
    note=st.text(),
)


@given(questions)
def test_what_is_written_is_read_again(question: Question) -> None:
    problems: list[Any] = []
    line = json.loads(json.dumps(question.payload()))

    assert parse_question(line, 0, problems) == question
    assert problems == []


def test_a_written_set_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    wanted = [Question("q", "Größe?", answerable=False, line=1)]

    write_question_set(wanted, path)

    assert read_question_set(path) == wanted


def test_a_set_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_question_set([], tmp_path)


def test_quotes_are_checked_against_the_documents() -> None:
    question = Question(
        "q",
        "?",
        answerable=True,
        answers=("x",),
        evidence=(Quote("a.md", "Yes."), Quote("a.md", "No."), Quote("b.md", "Yes.")),
        line=4,
    )

    problems = list(check_evidence([question], {"a.md": "Yes. Perhaps."}))

    assert [(each.line, each.message) for each in problems] == [
        (4, "a.md does not say 'No.'."),
        (4, "there is no document 'b.md'."),
    ]
