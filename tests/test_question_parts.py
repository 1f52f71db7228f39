"""Messages that ask several things, and the two sides of a comparison."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.comparing import sides
from bot.questions.twofold import questions_of


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("When was JOINT2 founded and who leads it?",
         ("When was JOINT2 founded?", "who leads JOINT2?")),
        ("When was JOINT2 founded? Who leads JOINT2?",
         ("When was JOINT2 founded?", "Who leads JOINT2?")),
        ("when and where was NEDO set up", ("when was NEDO set up?",
         "where was NEDO set up?")),
        ("Who founded Rapidus and when?",
         ("Who founded Rapidus?", "when founded Rapidus?")),
        ("What is underfill and why is it used?",
         ("What is underfill?", "why is underfill used?")),
        ("Who leads JOINT2 and what are its goals?",
         ("Who leads JOINT2?", "what are JOINT2's goals?")),
        ("Is Ebara a member of JOINT2 and does it make pumps?",
         ("Is Ebara a member of JOINT2?", "does Ebara make pumps?")),
    ],
)  # fmt: skip
def test_a_message_that_asks_two_things_is_divided(
    message: str, questions: tuple[str, ...]
) -> None:
    assert questions_of(message) == questions


@pytest.mark.parametrize(
    "message",
    [
        "Who are Resonac and Ebara?",
        "What do Ebara and Disco make?",
        "When was JOINT2 founded?",
        "Which is thicker, glass and what else?",
        "what are the size and the weight of the big old iron tower and why is it so?",
        "and when?",
        "Who and when and where and why and how?",
        "",
        " ".join(["word"] * 50) + " and who leads it?",
    ],
)
def test_anything_else_stays_one_question(message: str) -> None:
    assert len(questions_of(message)) == 1


@given(st.text())
def test_any_message_has_one_to_three_questions(message: str) -> None:
    assert 1 <= len(questions_of(message)) <= 3


@given(st.lists(st.sampled_from(
    "when who what why is it they its JOINT2 glass and or ? , founded leads".split()
)))  # fmt: skip
def test_questions_of_words_of_asking_are_divided_alike(words: list[str]) -> None:
    message = " ".join(words)

    assert questions_of(message) == questions_of(message)


@pytest.mark.parametrize(
    ("question", "left", "right"),
    [
        ("What is the difference between glass and silicon?", "glass", "silicon"),
        ("glass vs silicon", "glass", "silicon"),
        ("Compare glass with silicon.", "glass", "silicon"),
        ("How does glass differ from silicon?", "glass", "silicon"),
        ("Which is flatter, glass or silicon?", "glass", "silicon"),
        ("Which has more space, the site of Ebara or that of Disco?", "ebara", "disco"),
    ],
)
def test_the_sides_of_a_comparison_are_told(
    question: str, left: str, right: str
) -> None:
    assert sides(question) == (frozenset({left}), frozenset({right}))


@pytest.mark.parametrize("question", ["What is glass?", "Which is best, it or it?", ""])
def test_a_question_without_two_sides_has_none(question: str) -> None:
    assert sides(question) is None
