"""Short answers: the span of the wanted kind that is nearest to the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.reading import read_question
from bot.questions.short_answers import short_answer


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("When was the yard opened?", "The yard, planned in 1970, opened in 1974.",
         "1974"),
        ("Who joined as the third partner?",
         "After Alpha and Beta, Gamma Tools joined as the third partner.",
         "Gamma Tools"),
        ("What does TLA stand for?", "A three letter acronym (TLA) is short.",
         "three letter acronym"),
        ("How many cranes are there?", "There are 12 cranes and 4 docks.", "12"),
        ("How much did the dock cost?", "The dock cost 5 million euros in 1999.",
         "5 million euros"),
        ("Where is the yard?", "The yard is in Bremen.", "Bremen"),
        ("Which companies took part?", "Alpha, Beta and Gamma took part.",
         "Alpha, Beta and Gamma"),
        ("Why did it sink?", "It sank because of a leak.", None),
    ],
)  # fmt: skip
def test_the_span_nearest_to_the_question_is_chosen(
    question: str, sentence: str, short: str | None
) -> None:
    reading = read_question(question)
    weights = dict.fromkeys(reading.terms, 1.0)

    assert short_answer(reading, sentence, weights) == (short, True)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When was it opened?", "It was opened by the mayor."),
        ("How much did it cost?", "It has 12 cranes."),
        ("What does TLA stand for?", "The TLA is short."),
        ("Who leads Alpha?", "Alpha is led well."),
    ],
)
def test_a_sentence_without_the_wanted_kind_does_not_fit(
    question: str, sentence: str
) -> None:
    reading = read_question(question)

    assert short_answer(reading, sentence, {}) == (None, False)


@given(st.text(), st.text())
def test_a_short_answer_is_a_part_of_its_sentence(question: str, sentence: str) -> None:
    reading = read_question(question)
    short, _ = short_answer(reading, sentence, dict.fromkeys(reading.terms, 1.0))

    assert short is None or (short and short in sentence)
