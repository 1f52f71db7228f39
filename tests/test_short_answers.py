"""Short answers: the span of the wanted kind that is nearest to the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.reading import read_question
from bot.questions.short_answers import short_answer

ASKED = (
    "Who leads Alpha?",
    "Which companies joined in 2021?",
    "How many members does Alpha have?",
    "How much did it cost?",
    "Where is it?",
    "When did Alpha end?",
    "In which year did it start?",
    "Is Alpha a member?",
    "Why did Alpha end?",
    "What are the three parts?",
)
PIECES = (
    *"Alpha Beta leads is a member not the of in until by because parts: |".split(),
    *"2021 (1901 – 1980) 12 13 members, 5 million yen 40 mm times C. C. Wei".split(),
    *"and Bremen, Osaka's Ltd. iPhone $3bn the 21st, July 2026.".split(),
)


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
        ("Why did it sink?", "It sank because of a leak.", "because of a leak"),
        ("Why did it sink?", "It sank.", None),
        ("Why did it sink?", "Because of a leak, it sank.", "Because of a leak"),
        ("Why did it sink?", "Because of a leak it sank.", None),
        ("Why did it sink?", "It sank because of rust and because of a leak.",
         "because of rust and because of a leak"),
        ("Why did it sink?", "It sank, due to rust, so that it lay still.", None),
        ("What is the number of cranes?", "The yard has cranes: 12.", "12"),
        ("How many cranes did it have?", "It had 12 small cranes and 300 mm of rain.",
         "12"),
        ("When was Ana Berg born?", "Ana Berg (5 May 1901 – 7 June 1980) was a smith.",
         "5 May 1901"),
        ("When was Ana Berg born?", "Ana Berg (a smith) was born in 1901.", "1901"),
        ("Which countries take part?", "Japan, Korea and Spain take part.",
         "Japan, Korea and Spain"),
        ("How many engines does the ship have?",
         "The ship has two funnels and six engines.", "six"),
        ("How many of the cameras still work?",
         "Some 130,000 cameras were sold, and 80,000 of them still work.", "80,000"),
        ("Who is the head of the yard?", "The head of the yard is C. C. Wei.",
         "C. C. Wei"),
        ("Who founded the yard?",
         "Ana Berg told the press that the yard was founded by Jon Holm.", "Jon Holm"),
        ("When did the ship leave?",
         "The ship, which came in 1990, left in March 1992.", "March 1992"),
        ("Until when does the lease run?",
         "The lease began in 2019 and runs until July 2026.", "July 2026"),
        ("When did Ana Berg die?", "Ana Berg (5 May 1901 – 7 June 1980) was a smith.",
         "7 June 1980"),
        ("In which year was it built?", "It was built on 3 May 1974.", "1974"),
        ("On which day did it sail?", "It sailed on the 21st.", "the 21st"),
        ("By what factor did it grow?",
         "From 515 mm by 510 mm it grew 3.7 times.", "3.7 times"),
        ("In which prefecture is the yard?",
         "The yard is at Nankan, in Kumamoto Prefecture.",
         "Nankan, in Kumamoto Prefecture"),
        ("Which partner builds the cranes of Alpha Yards?",
         "The Canadian partner Delta builds the cranes of Alpha Yards.", "Delta"),
        ("What are the parts of a boat?",
         "A boat has three parts: a hull, a mast and a sail.",
         "a hull, a mast and a sail"),
        ("Who founded the yard?",
         "The yard was founded by three firms: Alpha, Beta Works and Gamma.",
         "Alpha, Beta Works and Gamma"),
        ("Which companies lead the yard?", "Alpha leads the yard.", None),
        ("Which companies lead the yard?",
         "With members from Japan, Germany and Spain, Alpha and Beta lead the yard.",
         "Alpha and Beta"),
        ("Is Alpha a partner of Beta?", "Alpha is a partner of Beta.", "Yes"),
    ],
)  # fmt: skip
def test_the_span_that_fits_the_question_is_chosen(
    question: str, sentence: str, short: str | None
) -> None:
    reading = read_question(question)
    weights = dict.fromkeys(reading.terms, 1.0)

    assert short_answer(reading, sentence, weights) == (short, True)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who was at odds?", "Ana Berg was at odds with Jon Holm."),
        ("When was it?", "Not in 1990, not in 1991."),
        ("How many were there?", "There were 12 here, 13 there."),
    ],
)
def test_nothing_is_chosen_between_equals(question: str, sentence: str) -> None:
    reading = read_question(question)
    weights = dict.fromkeys(reading.terms, 1.0)

    assert short_answer(reading, sentence, weights) == (None, True)


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

    assert short in {None, "Yes", "No"} or (short and short in sentence)


@given(st.sampled_from(ASKED), st.lists(st.sampled_from(PIECES), max_size=14))
def test_it_is_so_for_sentences_of_names_numbers_and_dates(
    question: str, pieces: list[str]
) -> None:
    sentence = " ".join(pieces)
    reading = read_question(question)
    short, _ = short_answer(reading, sentence, dict.fromkeys(reading.terms, 1.0))

    assert short in {None, "Yes", "No"} or (short and short in sentence)
