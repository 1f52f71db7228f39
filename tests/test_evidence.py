"""Evidence: absolute scores of sentences, and how sure the bot is of the best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence.decision import confidence, decision_features, holds
from bot.evidence.features import Question, weigh
from bot.evidence.gathering import MOST_READ, gather
from bot.evidence.lists import rank_texts, topic_of
from bot.evidence.model import EvidenceModel
from bot.evidence.spelling import written_as_names
from bot.questions.reading import read_question
from bot.records import Evidence, Hit
from bot.retrieval.retriever import Retriever
from bot.stores.local import LocalReader
from tests import small_index
from tests.small_encoder import HashedWords
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


def asked(reader: LocalReader, question: str) -> tuple[Question, list[Hit]]:
    reading = read_question(question)
    config = small_index.settings(Path()).retrieval
    hits = Retriever(reader, config).search(reading.text, 8)
    return weigh(reading, reader, hits=hits), hits


def gathered(
    reader: LocalReader, question: str, scorer: WordScorer | None
) -> list[Evidence]:
    return gather(*asked(reader, question), reader, scorer)


def sure(reader: LocalReader, question: str, scorer: WordScorer | None) -> float:
    found = gathered(reader, question, scorer)
    weighed, _ = asked(reader, question)
    return confidence(weighed, found, reader, cross_encoder=scorer is not None)


def test_the_sentence_that_answers_comes_first(reader: LocalReader) -> None:
    best = gathered(reader, "When was Tug Anna launched?", WordScorer())[0]

    assert best.sentence.text == "Tug Anna was launched in 1987 at Bremen."
    assert best.short == "1987"


def test_a_model_sees_few_sentences_and_each_after_its_title(
    reader: LocalReader,
) -> None:
    scorer = WordScorer()
    found = gathered(reader, "What comes and goes in the sea with Anna?", scorer)

    assert len(found) <= MOST_READ
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

    assert confidence(question, [], reader, cross_encoder=True) == 0.0


@pytest.mark.parametrize(
    ("question", "feature", "value"),
    [
        ("When was Tug Anna launched?", "names", 1.0),
        ("When was Tug Zelda launched?", "names", 0.0),
        ("Which yard in Canada built Ferry Berta?", "names", 0.6),
        ("when was berta launched", "names", 1.0),
        ("when was zelda launched", "names", 1.0),  # no document shows it is a name
        ("How many people has the crew of Tug Anna?", "asked", 1.0),
        ("How many lifeboats has Tug Anna?", "asked", 0.0),
        ("What crew has Tug Anna?", "asked", 1.0),
        ("What cargo did Tug Anna carry?", "asked", 0.0),
        ("Who pulls tankers?", "asked", 0.5),
        ("When was Tug Anna launched?", "absent_in_document", 0.0),
        ("When was Tug Anna launched?", "typed", 1.0),
        ("Why was Tug Anna launched?", "typed", 0.0),
    ],
)
def test_the_decision_looks_at_names_and_at_what_is_asked(
    reader: LocalReader, question: str, feature: str, value: float
) -> None:
    found = gathered(reader, question, WordScorer())
    weighed, _ = asked(reader, question)

    assert decision_features(weighed, found, reader)[feature] == value


def test_a_single_sentence_stands_out_as_far_as_one_can(reader: LocalReader) -> None:
    question = "When was Tug Anna launched?"
    found = gathered(reader, question, WordScorer())[:1]
    weighed, _ = asked(reader, question)

    margin = decision_features(weighed, found, reader)["margin"]
    assert margin == found[0].features["cross"] + 11


@dataclass(frozen=True)
class FirmScorer:
    """Gives every sentence the same score, and counts."""

    logit: float
    seen: list[str] = field(default_factory=list)

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Score the pairs."""
        self.seen.extend(sentence for _, sentence in pairs)
        return [self.logit] * len(pairs)

    def warm(self) -> None:
        """Nothing has to be opened."""


@pytest.mark.parametrize(("logit", "read"), [(3.0, 8), (-3.0, MOST_READ)])
def test_reading_stops_once_a_sentence_convinces(
    tmp_path: Path, logit: float, read: int
) -> None:
    text = "# Ships\n\n" + "".join(
        f"Ship {name} was launched in 19{number}.\n\n"
        for number, name in enumerate("ABCDEFGHIJKLMNOP", start=10)
    )
    small_index.write_corpus(tmp_path / "corpus", {"ships.md": text})
    config = small_index.settings(tmp_path)
    small_index.build(config)
    scorer = FirmScorer(logit)
    with closing(small_index.read(config)) as reader:
        found = gather(*asked(reader, "Which ship was launched?"), reader, scorer)

    assert len(found) == len(scorer.seen) == read


def test_names_in_small_letters_are_known_by_the_documents_spelling() -> None:
    text = "Words begin with a capital. The group Resonac and McAfee met. Group two."

    found = written_as_names(["resonac", "group", "words", "mcafee's", "x"], [text])

    assert found == ("resonac", "mcafee's")


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=200))
def test_only_words_that_were_asked_for_are_names(words: list[str], text: str) -> None:
    assert set(written_as_names(words, [text])) <= set(words)


@pytest.mark.parametrize("scorer", [WordScorer(), None])
def test_bare_sentences_are_ranked_by_how_well_they_answer(
    reader: LocalReader, scorer: WordScorer | None
) -> None:
    reading = read_question("When was Tug Anna launched?")
    texts = ["Waves come and go.", "Tug Anna was launched in 1987."]

    scores = rank_texts(reading, texts, reader.encoder, scorer)

    assert len(scores) == 2
    assert 0 <= scores[0] < scores[1] <= 1
    assert rank_texts(reading, [], reader.encoder, scorer) == []


def test_a_bare_sentence_is_read_after_what_its_text_speaks_of(
    reader: LocalReader,
) -> None:
    reading = read_question("When was Tug Anna launched?")
    texts = ["Tug Anna is a ship.", "It was launched in 1987.", "It was launched."]
    scorer = WordScorer()

    scores = rank_texts(reading, texts, reader.encoder, scorer)

    assert ("When was Tug Anna launched?", f"Tug Anna. {texts[1]}") in scorer.seen
    assert scores[1] > scores[0]
    assert scores[1] > scores[2]  # the earlier of equals


@pytest.mark.parametrize(
    ("first", "topic"),
    [
        ("The Eiffel Tower is a tower in Paris.", "Eiffel Tower"),
        ("BMC Software, Inc. is an American company.", "BMC Software"),
        ("It was built in 1889.", ""),
        ("The song was written in May.", ""),
        ("Nothing ends this subject", ""),
        ("Each of the Many Long Names That One May Give is odd.", ""),
    ],
)
def test_a_text_speaks_of_the_subject_of_its_first_sentence(
    first: str, topic: str
) -> None:
    assert topic_of([first, "More."]) == topic


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_list_gets_a_probability_for_each_sentence(texts: list[str]) -> None:
    reading = read_question("Who did what?")

    scores = rank_texts(reading, texts, HashedWords(), WordScorer())

    assert len(scores) == len(texts)
    assert all(0 <= each <= 1 for each in scores)


def test_a_compound_is_there_as_a_whole_or_with_all_its_parts() -> None:
    assert holds({"usjoint"}, ("usjoint", "us", "joint"))
    assert holds({"us", "joint"}, ("usjoint", "us", "joint"))
    assert not holds({"joint"}, ("usjoint", "us", "joint"))
    assert not holds({"emib", "m"}, ("emibm", "emib", "m"))
    assert not holds({"joint"}, ("us",))


@pytest.mark.parametrize("stage", ["sentence", "decision", "list"])
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
