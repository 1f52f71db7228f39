"""Abbreviations are learned from the passages that introduce them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieval.abbreviations import definitions, learned
from bot.text.terms import tokenize

NEDO = "The New Energy and Industrial Technology Development Organization (NEDO) pays."


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        (
            NEDO,
            "NEDO",
            "New Energy and Industrial Technology Development Organization",
        ),
        ("A thermal interface material (TIM) fills.", "TIM", "thermal interface mate"),
        ("through-silicon vias (TSVs)", "TSVs", "through-silicon vias"),
        ("First this. Ministry of Trade (MoT)", "MoT", "Ministry of Trade"),
        ("research and development (R&D)", "R&D", "research and development"),
    ],
)
def test_a_long_form_stands_before_its_short_one(
    text: str, short: str, long: str
) -> None:
    [found] = definitions(text)

    assert found.short == short
    assert found.long.startswith(long)


@pytest.mark.parametrize(
    "text",
    [
        "no bracket at all",
        "It was built (see below) in Chitose (2021).",
        "The plant (NEDO) runs.",  # the letters are not there
        "NEDO (NEDO)",
        "(NEDO) comes first",
        "New Energy. Development ends (NEDO)",  # a sentence lies between
        "an (unclosed NEDO",
    ],
)
def test_other_brackets_introduce_nothing(text: str) -> None:
    assert list(definitions(text)) == []


def test_each_form_of_a_question_brings_the_other() -> None:
    long = "new energy and industrial technology development organization"

    assert learned(tokenize("what does nedo pay"), [NEDO]) == [
        ("New Energy and Industrial Technology Development Organization", "NEDO")
    ]
    assert learned(tokenize(f"what does the {long} pay"), [NEDO]) == [
        ("NEDO", "New Energy and Industrial Technology Development Organization")
    ]


@pytest.mark.parametrize(
    "question",
    ["who pays", "new energy", f"nedo is what? {NEDO}"],
)
def test_a_question_with_neither_or_both_forms_learns_nothing(question: str) -> None:
    assert learned(tokenize(question), [NEDO]) == []


def test_the_best_passage_decides_what_a_short_form_stands_for() -> None:
    texts = ["Pulp Engineering (PE) is old.", "Power Electronics (PE) is new."]

    assert learned(["pe"], texts) == [("Pulp Engineering", "PE")]


@given(st.text(alphabet="New Energy (NE).&-\n", max_size=300))
def test_a_definition_is_a_piece_of_the_text_and_begins_as_its_short_form(
    text: str,
) -> None:
    for each in definitions(text):
        assert f"({each.short})" in text
        assert each.long in text
        assert each.long[0].lower() == each.short[0].lower()
