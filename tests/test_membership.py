"""The filter of terms misses none, and lets few through that are not there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.lexical.bm25 import LuceneBM25, Postings
from bot.lexical.membership import Membership
from bot.lexical.searching import LexicalIndex


@given(terms=st.sets(st.text()))
def test_no_term_is_missed(terms: set[str]) -> None:
    known = Membership(terms, len(terms))

    assert all(term in known for term in terms)


def test_few_absent_terms_are_let_through() -> None:
    known = Membership((f"term{each}" for each in range(2_000)), 2_000)

    passed = sum(f"other{each}" in known for each in range(2_000))

    assert passed < 2_000 * 0.1  # one in sixteen is expected


def test_an_empty_collection_has_no_term() -> None:
    assert "tug" not in Membership([], 0)


@given(
    passages=st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), max_size=5),
    asked=st.lists(
        st.text("abcdefgh", min_size=1, max_size=2), unique=True, max_size=60
    ),
)
def test_many_terms_are_counted_as_each_by_itself(
    passages: list[list[str]], asked: list[str]
) -> None:
    index = LexicalIndex([Postings.from_model(LuceneBM25(passages))], k1=1.2, b=0.75)

    assert index.frequencies(asked) == {
        each: sum(each in passage for passage in passages) for each in asked
    }
