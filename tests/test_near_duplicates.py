"""Documents that share most of their text are found, and only those."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.indexing.near_duplicates import near_duplicates
from bot.text.terms import tokenize

WORDS = [f"word{number}" for number in range(2_000)]


def page(seed: int, length: int = 300) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)  # noqa: S311 - test data


def joined(words: list[str]) -> str:
    return " ".join(words)


def test_a_page_with_one_changed_word_is_named_with_its_likeness() -> None:
    old = page(1)
    new = [*old[:150], "changed", *old[151:]]

    (found,) = near_duplicates(
        [("b", joined(new)), ("a", joined(old)), ("c", joined(page(2)))]
    )

    assert (found.first, found.second) == ("a", "b")
    # One word is in five of the 296 shingles of each page.
    assert found.similarity == (296 - 5) / (296 + 5)


def test_equal_pages_are_wholly_alike() -> None:
    (found,) = near_duplicates([("a", joined(page(1))), ("b", joined(page(1)))])

    assert found.similarity == 1


def test_short_documents_are_not_compared() -> None:
    assert near_duplicates([("a", "one two three"), ("b", "one two three")]) == []


def test_an_empty_corpus_has_none() -> None:
    assert near_duplicates([]) == []


@settings(max_examples=30)
@given(cut=st.integers(0, 300), seed=st.integers(0, 5))
def test_what_is_named_is_as_alike_as_said(cut: int, seed: int) -> None:
    first = joined(page(seed))
    second = joined([*page(seed)[:cut], *page(seed + 10)[cut:]])

    for found in near_duplicates([("a", first), ("b", second)], threshold=0.5):
        one, two = (shingles(text) for text in (first, second))
        assert found.similarity == len(one & two) / len(one | two) >= 0.5


def shingles(text: str) -> set[tuple[str, ...]]:
    terms = tokenize(text)
    return {tuple(terms[start : start + 5]) for start in range(len(terms) - 4)}
