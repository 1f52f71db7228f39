"""Postings: the counts of a model, joined, stored and read again without loss."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lexical import coded as coding
from bot.lexical.bm25 import LuceneBM25
from bot.lexical.coded import CodedPostings
from bot.lexical.postings import Postings, Terms, place_of

TERMS = st.sampled_from(["ape", "bee", "cat", "dog", "\u00e9mu", "\u6750\u6599"])
PASSAGES = st.lists(st.lists(TERMS, max_size=6), max_size=10)


def postings(passages: list[list[str]]) -> Postings:
    """Count tokenised passages."""
    return Postings.from_model(LuceneBM25(passages))


def content(table: Postings) -> dict[str, object]:
    """Return everything that a table holds, in comparable form."""
    arrays = table.to_arrays().items()
    return {
        name: each if isinstance(each, bytes) else each.tolist()
        for name, each in arrays
    }


@given(passages=PASSAGES)
def test_a_table_says_how_often_each_passage_has_each_term(
    passages: list[list[str]],
) -> None:
    table = postings(passages)

    assert table.size == len(passages)
    assert table.lengths.tolist() == [len(each) for each in passages]
    assert list(table.terms) == sorted({term for each in passages for term in each})
    for term in (*table.terms, "unknown", "", "zebra"):
        rows, counts = table.find(term)
        expected = [(n, each.count(term)) for n, each in enumerate(passages)]
        found = list(zip(rows.tolist(), counts.tolist(), strict=True))
        assert found == [each for each in expected if each[1]]


@given(parts=st.lists(PASSAGES, max_size=4), shuffled=st.randoms(use_true_random=False))
def test_joined_tables_are_the_table_of_the_joined_passages(
    parts: list[list[list[str]]], shuffled: Random
) -> None:
    places = list(range(sum(map(len, parts))))
    shuffled.shuffle(places)
    joined: list[list[str]] = [[] for _ in places]
    rows = []
    for part in parts:
        rows.append(np.array(places[: len(part)], dtype=np.int64))
        for place, passage in zip(rows[-1], part, strict=True):
            joined[place] = passage
        places = places[len(part) :]

    merged = Postings.merge([postings(part) for part in parts], rows)

    assert content(merged) == content(postings(joined))


@pytest.mark.parametrize("rows", [[0, 0], [0, 2], [1, 2], [-1, 0]])
def test_row_numbers_with_gaps_or_doubles_are_refused(rows: list[int]) -> None:
    with pytest.raises(ValueError, match="each once"):
        Postings.merge([postings([["ape"], ["bee"]])], [np.array(rows)])


@given(passages=PASSAGES)
def test_a_stored_table_is_read_as_it_was(passages: list[list[str]]) -> None:
    table = postings(passages)

    assert content(Postings.from_arrays(table.to_arrays())) == content(table)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("terms", b"ape\n"),
        ("offsets", np.array([0, 1, 4])),
        ("offsets", np.array([1, 1, 2])),
        ("offsets", np.array([0, 3, 2])),
        ("counts", np.array([1])),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(
    name: str, value: bytes | np.typing.NDArray[np.int64]
) -> None:
    arrays = postings([["ape"], ["bee"]]).to_arrays()

    with pytest.raises(ValueError, match="do not fit"):
        Postings.from_arrays({**arrays, name: value})


@given(terms=st.lists(st.text("ab\u00e9\u6750", min_size=1), unique=True))
def test_terms_in_bytes_are_those_terms(terms: list[str]) -> None:
    expected = sorted(terms)

    found = Terms("".join(f"{each}\n" for each in expected).encode())

    assert [*found] == found[:] == [found[at] for at in range(len(found))] == expected
    assert found[1:3] == expected[1:3]
    assert all(found[-at - 1] == expected[-at - 1] for at in range(len(expected)))
    for outside in (len(expected), -len(expected) - 1):
        with pytest.raises(IndexError):
            found[outside]


@pytest.mark.parametrize("most", [1, 255, 256, 70_000])
def test_codes_stand_for_the_counts_and_lengths_of_the_postings(most: int) -> None:
    passages = [["a"] * most, ["b", "a"], [], ["c", "b"]]
    table = postings(passages)

    coded = CodedPostings.of(table)

    assert coded.codes.nbytes < table.counts.nbytes
    assert (coded.size, coded.tokens, coded.occurrences) == (4, most + 4, most + 4)
    for term in ("a", "b", "c", "d"):
        rows, codes = coded.find(term)
        expected_rows, expected = table.find(term)
        assert rows.tolist() == expected_rows.tolist()
        assert coded.counts[codes].tolist() == expected.tolist()
        assert coded.lengths[codes].tolist() == table.lengths[rows].tolist()
        assert coded.frequency(term) == len(rows)


@given(passages=PASSAGES)
def test_pairs_that_are_too_many_for_a_table_get_the_same_codes(
    passages: list[list[str]],
) -> None:
    table = postings(passages)
    expected = CodedPostings.of(table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coding, "_LARGEST_TABLE", 0)
        patch.setattr(coding, "_AT_ONCE", 3)
        found = CodedPostings.of(table)

    for name in ("codes", "counts", "lengths", "rows", "offsets"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


@given(terms=st.sets(st.text("ab\u00e9\u6750"), max_size=300))
def test_a_term_is_found_among_bytes_where_it_is_among_texts(terms: set[str]) -> None:
    ordered = sorted(terms)
    stored = Terms("".join(f"{each}\n" for each in ordered).encode())

    for term in [*ordered, "", "m", "a\nb", "\U0010ffff", "\ud800"]:
        assert stored.number(term) == place_of(ordered, term)
    assert [*stored] == ordered
