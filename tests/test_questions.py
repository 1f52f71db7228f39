"""Questions are read by type and focus, in any style, and always the same way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.reading import MAX_CHARACTERS, clean, focus_words, read_question


@pytest.mark.parametrize(
    ("question", "type_"),
    [
        ("When was the plant opened?", "when"),
        ("in which year did the merger close", "when"),
        ("Where is the centre?", "where"),
        ("what city hosts the lab", "where"),
        ("Who leads the group?", "who"),
        ("whom does it report to", "who"),
        ("How many members are there?", "how_many"),
        ("How much money did the state give?", "how_much"),
        ("how thick is the core", "how_much"),
        ("What does RDL stand for?", "abbreviation"),
        ("what is CTE short for", "abbreviation"),
        ("What is an interposer?", "definition"),
        ("what's underfill", "definition"),
        ("Define warpage", "definition"),
        ("Which company makes the film?", "which"),
        ("Which process is faster?", "which"),
        ("List the founding members", "list"),
        ("What are the steps of bonding?", "list"),
        ("Why does a panel bend?", "why"),
        ("what is the reason for the delay", "why"),
        ("How is a bump made?", "how"),
        ("Is glass flatter than resin?", "yes_no"),
        ("did the grant grow", "yes_no"),
        ("What is the difference between 2.5D and 3D packaging?", "compare"),
        ("compare glass and silicon", "compare"),
        ("What did the ministry announce about exports?", "what"),
        ("hey, can you tell me when the plant was opened?", "when"),
        ("pls who leads the group", "who"),
        ("glass substrates", "other"),
    ],
)
def test_the_type_of_a_question_is_read(question: str, type_: str) -> None:
    assert read_question(question).type == type_


def test_the_focus_is_what_the_question_is_about() -> None:
    reading = read_question("When was JOINT2 established?")

    assert reading.focus == ("JOINT2", "established")
    assert reading.terms == ("joint2", "establish")


def test_a_question_of_asking_words_alone_keeps_them() -> None:
    assert focus_words("Who is who?") == ("Who", "is", "who")


def test_control_characters_become_spaces() -> None:
    assert clean("a\x1b[2J\x00b\r\n\tc") == "a [2J b c"


def test_a_long_question_is_cut_first() -> None:
    assert len(read_question("é́" * 1_000_000).text) <= MAX_CHARACTERS


@given(st.text())
def test_any_text_has_a_reading_and_always_the_same(text: str) -> None:
    reading = read_question(text)

    assert reading == read_question(text)
    assert reading.type
