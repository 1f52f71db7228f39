"""Yes and No: said only where one plain clause leaves no doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.polarity import polarity
from bot.questions.reading import read_question


@pytest.mark.parametrize(
    ("question", "sentence", "verdict"),
    [
        ("Is Ebara a member of JOINT2?", "Ebara is a founding member of JOINT2.",
         "Yes"),
        ("did resonac lead joint2", "Resonac leads JOINT2.", "Yes"),
        ("Will Ebara join JOINT3?", "Ebara will join JOINT3 in 2026.", "Yes"),
        ("Can glass bend?", "Glass can bend.", "Yes"),
        ("Is Ebara a member of JOINT2?", "Ebara is not a member of JOINT2.", "No"),
        ("Can glass bend?", "Glass cannot bend.", "No"),
        ("Did Ebara leave JOINT2?", "Ebara didn't leave JOINT2.", "No"),
    ],
)  # fmt: skip
def test_a_plain_clause_decides(question: str, sentence: str, verdict: str) -> None:
    assert polarity(read_question(question), sentence) == verdict


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Is Ebara a member of JOINT2?", "Ebara is not the largest member of JOINT2."),
        ("Is Ebara a member of JOINT2?", "Ebara was a member of JOINT2."),
        ("Is Ebara a member of JOINT2?", "Ebara may become a member of JOINT2."),
        ("Is Ebara a member of JOINT2?", "If Ebara pays, Ebara is a member of JOINT2."),
        ("Is Ebara a member of JOINT2?", "JOINT2 is a member of Ebara."),
        (
            "Is Ebara a member of JOINT2?",
            "Ebara said that Disco is a member of JOINT2.",
        ),
        (
            "Is Ebara a member of JOINT2?",
            "Ebara is neither a member of JOINT2 nor not.",
        ),
        ("Is Ebara not a member of JOINT2?", "Ebara is a member of JOINT2."),
        ("Is Ebara or Disco a member?", "Ebara or Disco is a member."),
        ("Does Ebara make films?", "Resonac, unlike Ebara, makes films."),
        ("Does JOINT2 have 12 members?", "JOINT2 has 13 members."),
        ("Does TSMC produce films?", "TSMC produced films."),
        ("Did Ebara join JOINT3?", "Ebara will join JOINT3 in 2026."),
        ("Can glass bend?", "Glass bends."),
        ("Is all glass flat?", "Some glass is flat."),
        ("Is Ebara here?", "Ebara is a firm with a very long name and it is here."),
        ("Is it?", "It is."),
        ("Who is it?", "It is Ebara."),
    ],
)
def test_what_is_in_doubt_is_left_open(question: str, sentence: str) -> None:
    assert polarity(read_question(question), sentence) is None


@given(st.text(), st.text())
def test_any_texts_get_a_verdict_or_none(question: str, sentence: str) -> None:
    assert polarity(read_question(question), sentence) in {"Yes", "No", None}
