"""Retrieval measures: equal to trec_eval, and judged by quotes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.judging import Gold
from bot.evaluation.outcomes import Passage
from bot.evaluation.question_sets import Question, Quote
from bot.evaluation.rankings import Topic, measure, measure_questions

NAMES = ("nDCG@10", "R@5", "R@10", "R@100", "AP", "Success@5", "RR@10")
THEIRS = {
    "nDCG@10": "ndcg_cut_10",
    "R@5": "recall_5",
    "R@10": "recall_10",
    "R@100": "recall_100",
    "AP": "map",
    "Success@5": "success_5",
}
documents = st.sampled_from([f"d{number}" for number in range(30)])
# Few distinct scores, so that many are tied.
rankings = st.dictionaries(documents, st.sampled_from([0.1, 0.5, 1.0, 1e9, 1e9 + 1]))
judgements = st.dictionaries(documents, st.integers(0, 3), min_size=1)
topics = st.dictionaries(
    st.sampled_from(["1", "2", "3"]), st.tuples(rankings, judgements), min_size=1
)


@given(topics)
def test_measures_equal_those_of_trec_eval(
    drawn: dict[str, tuple[dict[str, float], dict[str, int]]],
) -> None:
    ours = measure({id_: Topic(*each) for id_, each in drawn.items()}, NAMES)

    judged = {id_: each[1] for id_, each in drawn.items() if any(each[1].values())}
    evaluator = pytrec_eval.RelevanceEvaluator(
        judged, {"ndcg_cut", "recall", "map", "success"}
    )
    theirs = evaluator.evaluate({id_: drawn[id_][0] for id_ in judged})
    assert set(ours) == set(judged)
    for id_, values in ours.items():
        for name, value in values.items():
            if name in THEIRS:
                wanted = theirs[id_][THEIRS[name]] if drawn[id_][0] else 0.0
                assert value == pytest.approx(wanted, abs=1e-12)


@given(rankings, judgements)
def test_the_reciprocal_rank_is_that_of_trec_eval_cut_at_ten(
    ranking: dict[str, float], judged: dict[str, int]
) -> None:
    ours = measure({"q": Topic(ranking, judged)}, ["RR@10"]).get("q")
    if ours is None:
        assert not any(judged.values())
        return
    evaluator = pytrec_eval.RelevanceEvaluator({"q": judged}, {"recip_rank"})
    whole = evaluator.evaluate({"q": ranking})["q"]["recip_rank"] if ranking else 0.0
    assert ours["RR@10"] == pytest.approx(whole if whole >= 0.1 else 0.0)


def test_scores_that_single_precision_cannot_part_are_tied_as_in_trec_eval() -> None:
    ranking = {"a": 1e9 + 1, "z": 1e9}  # equal as float32, so the later id is first

    assert measure({"q": Topic(ranking, {"a": 1})}, ["RR@10"])["q"]["RR@10"] == 0.5


def test_a_large_random_run_equals_trec_eval_to_the_last_digits() -> None:
    random = np.random.default_rng(7)
    drawn = {
        str(query): Topic(
            {
                f"d{each}": float(score)
                for each, score in enumerate(random.normal(size=200))
            },
            {f"d{each}": int(random.integers(0, 3)) for each in range(0, 200, 7)},
        )
        for query in range(50)
    }
    ours = measure(drawn, ["nDCG@10", "AP"])
    evaluator = pytrec_eval.RelevanceEvaluator(
        {id_: dict(each.judgements) for id_, each in drawn.items()}, {"ndcg_cut", "map"}
    )
    theirs = evaluator.evaluate(
        {id_: dict(each.ranking) for id_, each in drawn.items()}
    )

    for id_, values in ours.items():
        assert math.isclose(values["nDCG@10"], theirs[id_]["ndcg_cut_10"])
        assert math.isclose(values["AP"], theirs[id_]["map"])


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown measure"):
        measure({"q": Topic({}, {"a": 1})}, ["nDCGish@10"])


TEXT = "The tug is small. The tug is strong. The sea is wide."


def gold(*quotes: str) -> Gold:
    question = Question(
        "q",
        "?",
        answerable=True,
        answers=("x",),
        evidence=tuple(Quote("tug.md", each) for each in quotes),
    )
    return Gold.find(question, {"tug.md": TEXT}.get)


def passage(number: int, start: int, end: int, document: str = "tug.md") -> Passage:
    return Passage(f"{document}#{number}", document, start, end)


def test_a_passage_that_holds_half_of_a_quote_is_relevant() -> None:
    quote = "The tug is small."
    half, less = passage(1, 8, 53), passage(1, 10, 53)

    assert measure_questions([(gold(quote), [half])])["q"]["RR@10"] == 1
    assert measure_questions([(gold(quote), [less])])["q"]["RR@10"] == 0


def test_a_passage_of_another_document_at_the_same_place_is_not_relevant() -> None:
    found = [passage(1, 0, 17, "sea.md"), passage(1, 0, 17)]

    values = measure_questions([(gold("The tug is small."), found)])["q"]

    assert values["RR@10"] == values["doc:RR@10"] == 0.5


def test_a_passage_with_two_quotes_counts_once_and_finds_both() -> None:
    quotes = gold("The tug is small.", "The tug is strong.")

    values = measure_questions([(quotes, [passage(1, 0, 36)])])["q"]

    assert values["R@5"] == 1
    assert values["nDCG@10"] == 1


def test_a_quote_that_was_not_found_is_missed() -> None:
    quotes = gold("The tug is small.", "The sea is wide.")

    values = measure_questions([(quotes, [passage(1, 0, 17)])])["q"]

    assert values["R@5"] == 0.5


def test_documents_rank_where_their_best_passage_does() -> None:
    found = [passage(1, 0, 5, "sea.md"), passage(2, 5, 9, "sea.md"), passage(3, 40, 50)]

    values = measure_questions([(gold("The tug is small."), found)])["q"]

    assert values["doc:RR@10"] == 0.5
    assert values["RR@10"] == 0


def test_questions_without_evidence_have_no_ranking() -> None:
    unanswerable = Gold.find(Question("q", "?", answerable=False), lambda _: None)

    assert measure_questions([(unanswerable, [passage(1, 0, 5)])]) == {}
