"""Retrieval: both halves propose, both score, and one order comes out."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import RetrievalConfig
from bot.dense import Floats
from bot.records import Hit
from bot.retrieval.retriever import Mode, Retriever, best_per_document, query_terms
from tests.fakes import MemoryReader, chunk
from tests.small_encoder import HashedWords

TEXTS = (
    "A tug pulls ships into the harbour.",
    "The ferry carries cars and people.",
    "Glass core substrates replace resin.",
    "Resin films insulate the package.",
    "Ships wait outside the harbour for a tug and a pilot.",
    "JOINT2 develops packages with glass substrates.",
)
READER = MemoryReader(
    {"": [chunk(text, f"{number}.md") for number, text in enumerate(TEXTS)]}
)
MODES: list[Mode] = ["hybrid", "lexical", "dense"]


def search(
    question: str,
    k: int = 3,
    mode: Mode = "hybrid",
    config: RetrievalConfig = RetrievalConfig(),  # noqa: B008 - it is frozen
) -> list[Hit]:
    """Search the texts above."""
    return Retriever(READER, config).search(question, k, mode=mode)


class NoEncoder(HashedWords):
    """Stands for a model that cannot be opened."""

    def encode_query(self, text: str) -> Floats:
        """Fail, with the text that was not to be encoded."""
        raise AssertionError(text)


@pytest.mark.parametrize("mode", MODES)
def test_the_passage_that_says_it_comes_first(mode: Mode) -> None:
    hits = search("glass core substrates", mode=mode)

    assert hits[0].chunk.text == TEXTS[2]


@pytest.mark.parametrize("mode", MODES)
def test_hits_are_few_and_in_the_order_of_their_scores(mode: Mode) -> None:
    hits = search("a tug and ships in the harbour", k=2, mode=mode)

    assert len(hits) == 2
    assert hits[0].score >= hits[1].score


@given(
    question=st.lists(st.sampled_from(" ".join(TEXTS).split()), max_size=6),
    candidates=st.integers(1, 6),
    weight=st.floats(0, 1),
)
def test_every_hit_has_the_raw_scores_of_both_halves(
    question: list[str], candidates: int, weight: float
) -> None:
    asked = " ".join(question)
    vector = READER.encoder.encode_query(asked)
    config = RetrievalConfig(k=1, candidates=candidates, lexical_weight=weight)

    for hit in Retriever(READER, config).search(asked, 1):
        [bm25] = READER.lexical_scores(query_terms(asked), [hit.chunk.id])
        [cosine] = READER.cosines(vector, [hit.chunk.id])
        assert (hit.bm25, hit.cosine) == (bm25, cosine)
        assert bool(hit.matched) == (hit.bm25 > 0)
        assert hit.lexical_rank or hit.dense_rank


@pytest.mark.parametrize(("weight", "mode"), [(1.0, "lexical"), (0.0, "dense")])
def test_the_whole_weight_on_one_half_gives_its_order(
    weight: float, mode: Mode
) -> None:
    question = "ships in the harbour wait for packages"

    config = RetrievalConfig(lexical_weight=weight, neighbours=0)
    hybrid = search(question, 2, config=config)

    assert [hit.chunk for hit in hybrid] == [
        hit.chunk for hit in search(question, 2, mode)
    ]


def test_a_question_of_unknown_words_is_ranked_by_meaning_alone() -> None:
    hybrid = search("quantum flux", k=6, config=RetrievalConfig(neighbours=0))

    assert [hit.chunk for hit in hybrid] == [
        hit.chunk for hit in search("quantum flux", 6, "dense")
    ]
    assert all(hit.bm25 == 0 and not hit.matched for hit in hybrid)


@given(
    question=st.lists(st.sampled_from(" ".join(TEXTS).split()), min_size=1, max_size=6),
    candidates=st.integers(1, 6),
    neighbours=st.integers(1, 6),
)
def test_the_first_hits_are_the_same_however_many_are_asked_for(
    question: list[str], candidates: int, neighbours: int
) -> None:
    config = RetrievalConfig(k=1, candidates=candidates, neighbours=neighbours)

    few = search(" ".join(question), candidates, config=config)
    all_ = search(" ".join(question), 6, config=config)

    assert [hit.chunk for hit in few] == [hit.chunk for hit in all_[: len(few)]]
    assert [hit.score for hit in all_] == sorted(
        (hit.score for hit in all_), reverse=True
    )


def test_the_lexical_mode_does_without_the_encoder() -> None:
    reader = dataclasses.replace(READER, encoder=NoEncoder())

    [hit, *_] = Retriever(reader, RetrievalConfig()).search("tug", 3, mode="lexical")

    assert hit.cosine is None
    assert hit.lexical_rank == 1


def test_the_dense_mode_fills_in_bm25() -> None:
    [hit, *_] = search("The ferry carries cars and people.", mode="dense")

    assert (hit.dense_rank, hit.lexical_rank) == (1, None)
    assert hit.bm25 > 0


def test_matched_terms_are_those_of_the_question_in_its_order() -> None:
    hits = search("the pilot, a harbour, the pilot and a whale")

    assert ("pilot", "harbour") in [hit.matched for hit in hits]


@pytest.mark.parametrize("question", ["", " \n\t", "\x00 "])
def test_an_empty_question_finds_nothing_or_no_match(question: str) -> None:
    assert not any(hit.matched for hit in search(question))
    assert not search("")


@pytest.mark.parametrize("k", [0, -3])
def test_no_hits_are_given_when_none_are_wanted(k: int) -> None:
    assert search("tug", k) == []


def test_an_empty_index_finds_nothing_and_opens_no_encoder() -> None:
    reader = MemoryReader({}, NoEncoder())

    assert Retriever(reader, RetrievalConfig()).search("tug", 3) == []


@pytest.mark.parametrize(("mode", "hits"), [("lexical", 0), ("hybrid", 3)])
def test_a_question_of_stop_words_is_ranked_by_meaning_or_not_at_all(
    mode: Mode, hits: int
) -> None:
    assert len(search("Who is it?", mode=mode)) == hits


def test_more_hits_than_candidates_may_be_asked_for() -> None:
    assert len(search("tug", 6, config=RetrievalConfig(k=1, candidates=1))) == len(
        TEXTS
    )


def test_hidden_collections_change_nothing() -> None:
    secret = [chunk("A tug and a tug in the harbour.", "secret.md")]
    reader = MemoryReader({**READER.shelves, "secret": secret}, READER.encoder)
    visible = frozenset({""})

    seen = Retriever(reader, RetrievalConfig()).search("tug", 9, visible=visible)

    assert seen == search("tug", 9)


def test_a_long_question_is_cut() -> None:
    question = "tug " * 1_000 + "ferry " * 1_000

    assert search(question, 1)[0].chunk.text == TEXTS[0]
    assert not any("ferri" in hit.matched for hit in search(question))


def test_a_question_has_a_bounded_number_of_terms_and_keeps_repeated_ones() -> None:
    many = query_terms(" ".join(f"word{number}" for number in range(500)))
    repeated = query_terms("tug ferry " * 1_000)

    assert len(many) == len(set(many)) == 64
    assert len(repeated) == 256
    assert query_terms("ships, ships and a tug") == ("ship", "ship", "tug")


def test_each_document_is_kept_once_with_its_best_hit() -> None:
    hits = [
        Hit(chunk("a", "a.md", 1), 3.0),
        Hit(chunk("b", "b.md", 0), 2.0),
        Hit(chunk("c", "a.md", 0), 1.0),
    ]

    assert best_per_document(hits) == hits[:2]


SHORT_AND_LONG = MemoryReader(
    {
        "open": [
            chunk("The Harbour Pilot Agency (HPA) sends pilots.", "a.md"),
            chunk("HPA has its office on the quay.", "b.md"),
            chunk("The Harbour Pilot Agency was founded in 1950.", "c.md"),
            chunk("Cranes load ships on the quay.", "d.md"),
            chunk("An agency for cranes serves the harbour.", "e.md"),
        ],
        "hidden": [chunk("Quary workers; Hospital Parking (HPA).", "f.md")],
    }
)


def asked(
    question: str, visible: frozenset[str] | None = frozenset({"open"})
) -> list[Hit]:
    retriever = Retriever(SHORT_AND_LONG, RetrievalConfig())
    return retriever.search(question, 10, mode="lexical", visible=visible)


@pytest.mark.parametrize(
    ("question", "document"),
    [("When was HPA founded?", "c.md"), ("harbour pilot agency office", "b.md")],
)
def test_either_form_of_an_abbreviation_finds_what_has_the_other(
    question: str, document: str
) -> None:
    hits = asked(question)

    assert document in {each.chunk.document for each in hits[:2]}
    assert len(hits[0].also) == 1


def test_a_learned_form_weighs_less_than_what_was_asked() -> None:
    hits = {each.chunk.document: each for each in asked("HPA office")}

    assert hits["b.md"].bm25 > hits["a.md"].bm25 > hits["c.md"].bm25 > 0


@pytest.mark.parametrize("mode", MODES)
def test_a_misspelt_word_is_searched_as_the_one_that_the_passages_have(
    mode: Mode,
) -> None:
    hits = search("harbuor", mode=mode)

    assert "harbour" in hits[0].chunk.text
    assert {each.also for each in hits} == {("harbour (for harbuor)",)}
    assert mode == "dense" or hits[0].matched == ("harbour",)


@pytest.mark.parametrize("mode", MODES)
def test_reading_unknown_words_can_be_turned_off(mode: Mode) -> None:
    config = RetrievalConfig(expand=False)
    hits = search("harbuor of the ships", mode=mode, config=config)

    assert all(each.also == () and "harbour" not in each.matched for each in hits)
    short = Retriever(SHORT_AND_LONG, config).search("HPA", 10, mode="lexical")
    assert {each.chunk.document for each in short} == {"a.md", "b.md", "f.md"}


def test_a_question_of_known_words_is_searched_as_it_is() -> None:
    assert all(each.also == () for each in search("ships in the harbour"))


@pytest.mark.parametrize("question", ["quarry", "What does HPA do?", "parkng"])
def test_hidden_passages_never_decide_how_a_question_is_read(question: str) -> None:
    open_alone = MemoryReader({"open": SHORT_AND_LONG.shelves["open"]})
    alone = Retriever(open_alone, RetrievalConfig())

    for mode in MODES:
        with_hidden = Retriever(SHORT_AND_LONG, RetrievalConfig()).search(
            question, 10, mode=mode, visible=frozenset({"open"})
        )
        assert with_hidden == alone.search(question, 10, mode=mode)
