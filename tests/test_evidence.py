"""Evidence: absolute scores of sentences, and how sure the bot is of the best."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence.decision import confidence, decision_features, holds
from bot.evidence.features import weigh
from bot.evidence.gathering import SHORTLIST, gather, rank_texts
from bot.evidence.model import EvidenceModel
from bot.questions.reading import read_question
from bot.records import Evidence
from bot.retrieval.retriever import Retriever
from bot.stores.local import LocalReader
from tests import small_index
from tests.word_scorer import WordScorer

TEXTS = {
    "ships/tug.md": "# Tug Anna\n\nTug Anna was launched in 1987 at Bremen. "
    "She pulls tankers.\n\nTug Anna has a crew of seven people.\n",
    "ships/ferry.md": "# Ferry Berta\n\nFerry Berta was launched in 1990. "
    "The Canadian yard that built her is closed.\n",
    "sea.md": "# The sea\n\n" + "Waves come and go here. " * 40 + "\n",
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalReader]:
    folder = tmp_path_factory.mktemp("evidence")
    small_index.write_corpus(folder / "corpus", TEXTS)
    config = small_index.settings(folder)
    small_index.build(config)
    opened = small_index.read(config)
    yield opened
    opened.close()


def gathered(
    reader: LocalReader, question: str, scorer: WordScorer | None
) -> list[Evidence]:
    reading = read_question(question)
    vector = reader.encoder.encode_query(reading.text)
    config = small_index.settings(Path()).retrieval
    hits = Retriever(reader, config).search(reading.text, 8)
    return gather(weigh(reading, reader), hits, reader, vector, scorer)


def sure(reader: LocalReader, question: str, scorer: WordScorer | None) -> float:
    found = gathered(reader, question, scorer)
    return confidence(weigh(read_question(question), reader), found, reader, scorer)


def test_the_sentence_that_answers_comes_first(reader: LocalReader) -> None:
    best = gathered(reader, "When was Tug Anna launched?", WordScorer())[0]

    assert best.sentence.text == "Tug Anna was launched in 1987 at Bremen."
    assert best.short == "1987"


def test_a_model_sees_few_sentences_and_each_after_its_title(
    reader: LocalReader,
) -> None:
    scorer = WordScorer()
    found = gathered(reader, "What comes and goes in the sea with Anna?", scorer)

    assert len(found) <= SHORTLIST
    assert len(scorer.seen) == len(found)
    assert any(seen.startswith("Tug Anna. ") for _, seen in scorer.seen)


@pytest.mark.parametrize("scorer", [WordScorer(), None])
def test_a_name_that_occurs_nowhere_makes_the_bot_less_sure(
    reader: LocalReader, scorer: WordScorer | None
) -> None:
    known = sure(reader, "When was Tug Anna launched?", scorer)
    unknown = sure(reader, "When was Tug Zelda launched?", scorer)

    assert unknown < known


def test_without_evidence_there_is_no_confidence(reader: LocalReader) -> None:
    question = weigh(read_question("Anything?"), reader)

    assert confidence(question, [], reader, None) == 0.0


@pytest.mark.parametrize(
    ("question", "feature", "value"),
    [
        ("When was Tug Anna launched?", "names", 1.0),
        ("When was Tug Zelda launched?", "names", 0.0),
        ("Which yard in Canada built Ferry Berta?", "names", 0.6),
        ("How many people has the crew of Tug Anna?", "counted", 1.0),
        ("How many lifeboats has Tug Anna?", "counted", 0.0),
        ("Who pulls tankers?", "counted", 0.5),
        ("When was Tug Anna launched?", "absent_in_document", 0.0),
    ],
)
def test_the_decision_looks_at_names_counts_and_absent_words(
    reader: LocalReader, question: str, feature: str, value: float
) -> None:
    scorer = WordScorer()
    found = gathered(reader, question, scorer)
    weighed = weigh(read_question(question), reader)

    assert decision_features(weighed, found, reader, scorer)[feature] == value


def test_a_word_that_does_not_fit_shows_as_a_gain_without_it(
    reader: LocalReader,
) -> None:
    scorer = WordScorer()

    def gain(question: str) -> float:
        found = gathered(reader, question, scorer)
        weighed = weigh(read_question(question), reader)
        return decision_features(weighed, found, reader, scorer)["gain"]

    assert gain("When was Tug Zelda launched?") > gain("When was Tug Anna launched?")


def test_bare_sentences_are_ranked_by_the_same_evidence(reader: LocalReader) -> None:
    reading = read_question("When was Tug Anna launched?")
    texts = ["Waves come and go.", "Tug Anna was launched in 1987."]

    for scorer in (WordScorer(), None):
        scores = rank_texts(reading, texts, reader, scorer)
        assert len(scores) == 2
        assert 0 <= scores[0] < scores[1] <= 1
    assert rank_texts(reading, [], reader, None) == []


def test_a_compound_is_there_as_a_whole_or_with_all_its_parts() -> None:
    assert holds({"usjoint"}, ("usjoint", "us", "joint"))
    assert holds({"us", "joint"}, ("usjoint", "us", "joint"))
    assert not holds({"joint"}, ("usjoint", "us", "joint"))
    assert not holds({"joint"}, ("us",))


@pytest.mark.parametrize("stage", ["sentence", "decision"])
@pytest.mark.parametrize("cross_encoder", [True, False])
def test_each_stage_has_a_model_with_and_without_the_cross_encoder(
    stage: str, *, cross_encoder: bool
) -> None:
    model = EvidenceModel.read(stage, cross_encoder=cross_encoder)

    assert ("cross" in model.weights) == cross_encoder


@given(st.dictionaries(st.sampled_from(["cross", "fits"]), st.floats(-50, 50)))
def test_a_score_is_a_probability(features: dict[str, float]) -> None:
    model = EvidenceModel.read("sentence", cross_encoder=True)

    assert 0 <= model.score(features) <= 1
