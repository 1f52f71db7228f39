"""The split: fixed, and blind to everything but the rule."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.question_sets import Question, Quote
from bot.evaluation.split import is_held_out, split_of

HELD_OUT = next(f"{n}.md" for n in range(1_000) if is_held_out(f"{n}.md"))
OTHER = next(f"{n}.md" for n in range(1_000) if not is_held_out(f"{n}.md"))


def question(number: int, *documents: str, **fields: object) -> Question:
    evidence = tuple(Quote(each, "It is.") for each in documents)
    made = Question(
        f"q{number}", "Is it?", answerable=bool(documents), evidence=evidence
    )
    return dataclasses.replace(made, **fields)  # type: ignore[arg-type] # fields of it


def test_about_fifteen_percent_of_documents_are_held_out() -> None:
    share = sum(is_held_out(f"{each}.md") for each in range(10_000)) / 10_000

    assert 0.14 < share < 0.16


@given(st.integers(0, 10_000))
def test_who_asks_about_a_held_out_document_is_in_test(number: int) -> None:
    assert split_of(question(number, OTHER, HELD_OUT)) == "test"


@given(st.integers(0, 10_000), st.text(), st.text())
def test_wording_and_answers_do_not_move_a_question(
    number: int, wording: str, note: str
) -> None:
    asked = question(number, OTHER, tags=("who",))
    other = dataclasses.replace(asked, question=wording, note=note, answers=("x",))

    assert split_of(other) == split_of(asked)


def test_each_type_and_each_kind_of_unanswerable_question_is_halved() -> None:
    for tags in [("who",), ("why", "chat"), ()]:
        drawn = [split_of(question(each, OTHER, tags=tags)) for each in range(1_000)]
        assert 450 < drawn.count("dev") < 550
    for tags in [("who", "world"), ("who",), ()]:
        drawn = [split_of(question(each, tags=tags)) for each in range(1_000)]
        assert 450 < drawn.count("dev") < 550


def test_the_rule_is_fixed() -> None:
    drawn = [split_of(question(each, OTHER, tags=("who",))) for each in range(8)]

    assert drawn == ["test", "test", "dev", "test", "dev", "test", "test", "dev"]
