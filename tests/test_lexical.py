"""BM25: the compiled index gives rank_bm25's scores, to the bit, and ranks them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lexical import searching as lexical
from bot.lexical.bm25 import LuceneBM25, Postings, lucene_idf
from bot.lexical.searching import LexicalIndex

TERMS = st.sampled_from(["ape", "bee", "cat", "dog", "eel", "\u00e9mu", "\u6750"])
PASSAGES = st.lists(st.lists(TERMS, max_size=8), max_size=12)
QUERY = st.lists(TERMS | st.just("unknown"), max_size=6)
K1 = st.sampled_from([0.0, 0.5, 1.2, 2.0])
B = st.sampled_from([0.0, 0.4, 0.75, 1.0])


def index(
    *parts: Sequence[Sequence[str]], k1: float = 1.2, b: float = 0.75
) -> LexicalIndex:
    """Compile each part's passages, and search over all of them."""
    postings = [Postings.from_model(LuceneBM25(part)) for part in parts]
    return LexicalIndex(postings, k1=k1, b=b)


@given(parts=st.lists(PASSAGES, max_size=3), query=QUERY, k1=K1, b=B)
def test_scores_equal_those_of_rank_bm25_to_the_bit(
    parts: list[list[list[str]]], query: list[str], k1: float, b: float
) -> None:
    passages = [passage for part in parts for passage in part]
    expected = LuceneBM25(passages, k1=k1, b=b).get_scores(query)

    scores = index(*parts, k1=k1, b=b).scores(query, range(len(passages)))

    assert scores.tolist() == expected.tolist()


@pytest.mark.parametrize("most_wide", [0, 1_000])
@given(
    parts=st.lists(PASSAGES, max_size=3),
    queries=st.lists(QUERY, max_size=3),
    k=st.integers(1, 40),
)
def test_a_search_finds_the_best_positive_scores_and_ties_by_row(
    most_wide: int, parts: list[list[list[str]]], queries: list[list[str]], k: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexical, "_MOST_WIDE", most_wide)
        searched = index(*parts)
    model = LuceneBM25([passage for part in parts for passage in part])

    for query in queries:  # one after another, on the same buffers
        expected = model.get_scores(query)
        best = sorted(np.flatnonzero(expected), key=lambda row: (-expected[row], row))

        rows, scores = searched.search(query, k)

        assert rows.tolist() == best[:k]
        assert scores.tolist() == expected[best[:k]].tolist()


@given(parts=st.lists(PASSAGES, max_size=3), query=QUERY)
def test_frequencies_count_the_passages_that_have_a_term(
    parts: list[list[list[str]]], query: list[str]
) -> None:
    passages = [passage for part in parts for passage in part]

    found = index(*parts).frequencies(query)

    assert found == {each: sum(each in p for p in passages) for each in query}


@given(parts=st.lists(PASSAGES, max_size=3), query=QUERY)
def test_matches_are_the_terms_that_a_passage_has_each_once_in_order(
    parts: list[list[list[str]]], query: list[str]
) -> None:
    passages = [passage for part in parts for passage in part]
    rows = range(len(passages))[::-1]

    matches = index(*parts).matches(query, rows)

    assert matches == [
        tuple(each for each in dict.fromkeys(query) if each in passages[row])
        for row in rows
    ]


@given(passages=PASSAGES.filter(any), query=st.lists(TERMS, min_size=1))
def test_no_score_is_negative_and_every_match_is_positive(
    passages: list[list[str]], query: list[str]
) -> None:
    scores = LuceneBM25(passages).get_scores(query)

    for passage, score in zip(passages, scores, strict=True):
        assert (score > 0) == bool(set(passage) & set(query))


def test_the_idf_is_the_formula_of_lucene() -> None:
    found = lucene_idf(10, np.array([1, 5, 10]))

    expected = [math.log(1 + (10 - df + 0.5) / (df + 0.5)) for df in (1, 5, 10)]
    assert found == pytest.approx(expected, rel=1e-15)


def test_a_score_is_that_of_the_formula() -> None:
    passages = [["glass", "glass", "core"], ["core"], ["resin", "film"]]

    [score, *_] = LuceneBM25(passages, k1=1.2, b=0.75).get_scores(["glass"])

    norm = 1.2 * (1 - 0.75 + 0.75 * 3 / 2)
    assert score == pytest.approx(math.log(1 + 2.5 / 1.5) * 2 * 2.2 / (2 + norm))


def test_the_first_row_wins_a_tie_between_passages_of_different_terms() -> None:
    searched = index([["bee"], ["bee"], ["ape"], ["ape"]])

    rows, scores = searched.search(["ape", "bee"], 1)

    assert rows.tolist() == [0]
    assert len(set(searched.scores(["ape", "bee"], range(4)).tolist())) == len(scores)


def test_an_empty_index_finds_nothing() -> None:
    assert LuceneBM25([]).get_scores(["ape"]).tolist() == []
    assert index().size == index([]).size == 0
    assert index([]).search(["ape"], 5)[0].tolist() == []
    assert index([["ape"]]).search([], 5)[0].tolist() == []
    assert index([["ape"]]).search(["ape"], 0)[0].tolist() == []


def test_weights_that_no_longer_fit_are_let_go_and_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passages = [["ape", "bee"], ["bee", "cat"], ["cat", "ape"]]
    expected = [index(passages).search([each], 3) for each in ("ape", "bee", "cat")]
    monkeypatch.setattr(lexical, "_MOST_KEPT", 2)
    searched = index(passages)

    found = [searched.search([each], 3) for each in ("ape", "bee", "cat") * 2]

    kept = [*searched._recent, *searched._older]  # noqa: SLF001 - shows the bound
    assert len(kept) <= 3
    for (rows, scores), (known_rows, known) in zip(found, expected * 2, strict=True):
        assert rows.tolist() == known_rows.tolist()
        assert scores.tolist() == known.tolist()


@pytest.mark.parametrize("k", [1, 10, 200])
@pytest.mark.parametrize("repeated", [1, 40])
def test_many_passages_are_ranked_by_exact_scores(
    monkeypatch: pytest.MonkeyPatch, k: int, repeated: int
) -> None:
    monkeypatch.setattr(lexical, "_MOST_WIDE", 0)
    generator = np.random.default_rng(9)
    words = [f"w{each}" for each in range(60)]
    sizes = generator.integers(1, 9, 3_000)
    passages = [generator.choice(words, size).tolist() for size in sizes]
    model, searched = LuceneBM25(passages), index(passages[:1_000], passages[1_000:])

    for _ in range(5):
        query = generator.choice(words, 5).tolist() * repeated
        expected = model.get_scores(query)
        best = np.lexsort((np.arange(len(expected)), -expected))[:k]

        rows, scores = searched.search(query, k)

        assert rows.tolist() == best.tolist()
        assert scores.tolist() == expected[best].tolist()


def test_rare_words_of_many_passages_are_found_among_their_postings_alone() -> None:
    passages = [["common"]] * 500 + [["rare", "common"], ["rare"], ["other", "rare"]]
    expected = LuceneBM25(passages).get_scores(["rare", "other"])
    searched = index(passages)

    for _ in range(2):  # the second search starts from what the first one left
        rows, scores = searched.search(["rare", "other"], 2)

        assert rows.tolist() == [502, 501]
        assert scores.tolist() == expected[[502, 501]].tolist()


def test_searches_at_the_same_time_do_not_disturb_each_other() -> None:
    generator = np.random.default_rng(8)
    words = [f"w{each}" for each in range(50)]
    searched = index([generator.choice(words, 20).tolist() for _ in range(2_000)])
    queries = [generator.choice(words, 5).tolist() for _ in range(200)]
    expected = [searched.search(query, 10)[1].tolist() for query in queries]

    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda query: searched.search(query, 10)[1].tolist(), queries)

    assert list(found) == expected
