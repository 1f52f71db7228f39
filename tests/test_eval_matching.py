"""When an answer is an accepted one, and when two places are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.matching import (
    exact_match,
    holds,
    normalise,
    occurrences,
    overlaps,
    says,
    token_f1,
)

spans = st.tuples(st.integers(0, 30), st.integers(1, 30)).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1])
)


@pytest.mark.parametrize(
    ("answer", "accepted", "match", "f1"),
    [
        ("Resonac", ["resonac"], 1, 1),
        ("the Resonac Corp.", ["Resonac Corp"], 1, 1),
        ("October 2021", ["2021"], 0, 2 / 3),
        ("2021 2021", ["2021"], 0, 2 / 3),  # a bag, not a set
        ("2020", ["2021"], 0, 0),
        ("twelve firms", ["12 firms", "twelve"], 0, 2 / 3),
        ("the", ["a"], 1, 1),  # nothing is left of either
        ("the", ["2021"], 0, 0),
        (None, ["2021"], 0, 0),
        ("2021", [], 0, 0),
    ],
)
def test_short_answers_are_scored_as_in_squad(
    answer: str | None, accepted: list[str], match: float, f1: float
) -> None:
    assert exact_match(answer, accepted) == match
    assert token_f1(answer, accepted) == pytest.approx(f1)


@given(st.text(), st.text())
def test_f1_is_symmetric_and_1_where_the_match_is_exact(one: str, other: str) -> None:
    assert token_f1(one, [other]) == pytest.approx(token_f1(other, [one]))
    assert 0 <= token_f1(one, [other]) <= 1
    if exact_match(one, [other]):
        assert token_f1(one, [other]) == 1


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    # NFKC may yield a capital or a sign that casefolding before it could not see.
    once = normalise(normalise(text))

    assert normalise(once) == once


def test_an_answer_is_held_only_as_whole_tokens_side_by_side() -> None:
    assert holds("It has 12 firms.", "12")
    assert not holds("It has 120 firms.", "12")
    assert not holds("Twelve large firms", "twelve firms")
    assert not holds("anything", "the")


def test_a_single_token_may_be_too_little() -> None:
    assert says("founded in 2021", ["2021"])
    assert not says("founded in 2021", ["2021"], tokens=2)


@given(spans, spans)
def test_overlap_is_symmetric(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert overlaps(one, other) == overlaps(other, one)


@given(spans)
def test_a_span_overlaps_itself_and_not_its_neighbour(span: tuple[int, int]) -> None:
    assert overlaps(span, span)
    assert not overlaps(span, (span[1], span[1] + 5))


@given(st.text("ab", max_size=20), st.text("ab", min_size=1, max_size=3))
def test_every_occurrence_is_the_quote(text: str, quote: str) -> None:
    found = list(occurrences(quote, text))

    assert [text[start:end] for start, end in found] == [quote] * len(found)
    assert len(found) == text.count(quote)


def test_nothing_occurs_nowhere() -> None:
    assert list(occurrences("", "text")) == []
