"""Reranking: who reads what, whose order counts, and what is told of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import Bot, open_bot
from bot.checks import Check
from bot.cli.measuring import open_subject
from bot.config import Config, RetrievalConfig, read_config
from bot.doctor import examine
from bot.errors import ConfigError, EncoderError
from bot.evaluation.question_sets import Question
from bot.payloads import answer_payload, hit_payload
from bot.records import Hit
from bot.reports.explanations import explanation
from bot.reports.results import hits_text
from bot.retrieval.reranking import Reranker
from bot.runs import write_run
from tests.conftest import RunBot, Workplace
from tests.fakes import MemoryReader, chunk
from tests.small_cross_encoder import (
    write_onnx_cross_encoder,
    write_small_cross_encoder,
)
from tests.word_scorer import WordScorer

TEXTS = (
    "A tug pulls ships into the harbour.",
    "A ferry carries people and cars.",
    "A crane lifts boxes from ships.",
    "A pilot knows every bank of sand.",
    "A light shows the way to the harbour.",
    "A gull follows ships and tugs.",
)
READER = MemoryReader(
    {"": [chunk(text, f"{number}.md") for number, text in enumerate(TEXTS)]}
)


@dataclasses.dataclass(frozen=True)
class Given:
    """Gives each text the logit that it was told."""

    logits: dict[str, float]
    seen: list[tuple[str, str]] = dataclasses.field(default_factory=list)

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Look the logits up."""
        self.seen.extend(pairs)
        return [self.logits[text] for _, text in pairs]

    def warm(self) -> None:
        """Nothing has to be opened."""


def rising(depth: int) -> Reranker:
    """Return a reranker that likes later texts better."""
    logits = {text: float(number) for number, text in enumerate(TEXTS)}
    return Reranker("rising", Given(logits), depth)


def bot(reranker: Reranker | None, **retrieval: int) -> Bot:
    """Open a bot on the texts above."""
    config = Config(retrieval=RetrievalConfig(**retrieval))  # type: ignore[arg-type] # ints
    return Bot(READER, config, scorer=WordScorer(), reranker=reranker)


@given(
    logits=st.lists(st.sampled_from([-3.5, 0.0, 1.25]), max_size=7),
    depth=st.integers(1, 8),
)
def test_the_logit_decides_the_order_then_the_search_and_nothing_is_lost(
    logits: list[float], depth: int
) -> None:
    chunks = [chunk(f"text {n}", f"{n}.md") for n in range(len(logits))]
    hits = [Hit(each, -float(number)) for number, each in enumerate(chunks)]
    known = {each.chunk.text: logit for each, logit in zip(hits, logits, strict=True)}
    ordered = Reranker("given", Given(known), depth).order("what", hits)
    read = ordered[:depth]

    assert sorted(each.chunk.id for each in ordered) == [each.chunk.id for each in hits]
    assert [each.logit for each in read] == sorted(logits[:depth], reverse=True)
    assert all(known[each.chunk.text] == each.logit for each in read)
    assert ordered[depth:] == hits[depth:]
    for before, after in pairwise(read):
        assert before.logit != after.logit or before.score > after.score


def test_a_search_returns_the_best_of_what_was_read() -> None:
    hits = bot(rising(depth=6)).search("a tug in the harbour", 2)

    assert [each.chunk.text for each in hits] == [TEXTS[5], TEXTS[4]]
    assert [each.logit for each in hits] == [5.0, 4.0]


def test_what_is_beyond_the_depth_follows_in_the_order_of_the_search() -> None:
    plain = bot(None).search("a tug in the harbour", 6)
    hits = bot(rising(depth=2)).search("a tug in the harbour", 6)

    assert {each.chunk.id for each in hits[:2]} == {each.chunk.id for each in plain[:2]}
    assert hits[2:] == plain[2:]
    assert [dataclasses.replace(each, logit=None) for each in hits[:2]] in (
        plain[:2],
        plain[1::-1],
    )


@pytest.mark.parametrize("mode", ["lexical", "dense"])
def test_a_half_by_itself_is_left_as_it_is(mode: str) -> None:
    reranked = bot(rising(depth=6))

    found = reranked.search("a tug in the harbour", 3, mode=mode)  # type: ignore[arg-type] # one of Mode

    assert found == bot(None).search("a tug in the harbour", 3, mode=mode)  # type: ignore[arg-type] # the same


def test_the_best_document_is_that_of_the_passage_that_was_liked_best() -> None:
    [hit] = bot(rising(depth=6)).search_documents("a tug in the harbour", 1)

    assert hit.chunk.document == "5.md"


def test_evidence_is_taken_from_the_passages_that_were_liked_best() -> None:
    found = bot(rising(depth=6), k=1).find("Who pulls ships into the harbour?")

    assert [each.chunk.text for each in found.hits] == [TEXTS[5]]
    assert found.hits[0].cosine is not None


def test_another_wording_proposes_passages_and_the_question_itself_is_read() -> None:
    reranker = rising(depth=6)
    scorer = reranker.scorer
    assert isinstance(scorer, Given)

    found = bot(reranker, k=1).find("Who pulls ships?", also="ferry cars people")

    assert {question for question, _ in scorer.seen} == {"Who pulls ships?"}
    assert len(scorer.seen) == len(TEXTS)
    assert [each.chunk.text for each in found.hits] == [TEXTS[5]]


def test_its_time_is_told_apart() -> None:
    assert "rerank" in bot(rising(6)).answer("Who pulls ships?").timings_ms
    assert "rerank" not in bot(None).answer("Who pulls ships?").timings_ms


def test_its_name_and_depth_decide_answers_and_its_place_does_not() -> None:
    def settings(reranker: str, name: str | None) -> dict[str, object]:
        config = Config(retrieval=RetrievalConfig(reranker=reranker))
        opened = None if name is None else Reranker(name, WordScorer(), 10)
        kept: dict[str, object] = Bot(READER, config, reranker=opened).settings
        return kept

    assert settings("a/model", "1") == settings("b/model", "1")
    assert settings("a/model", "1") != settings("a/model", "2")
    assert settings("a/model", "1") != settings("", None)
    named = settings("a/model", "1")["retrieval"]
    without = settings("", None)["retrieval"]
    assert isinstance(named, dict)
    assert isinstance(without, dict)
    assert (named["reranker"], named["rerank"]) == ("1", 10)
    assert not {"reranker", "rerank"} & without.keys()


def test_people_and_programs_see_the_logit() -> None:
    reranked = bot(rising(depth=6))
    [hit] = reranked.search("a tug in the harbour", 1)
    [plain] = bot(None).search("a tug in the harbour", 1)

    assert hit_payload(1, hit)["logit"] == 5.0
    assert hit_payload(1, plain)["logit"] is None
    assert "reranker 5.00" in hits_text([hit])
    assert "reranker" not in hits_text([plain])
    assert "reranker 5.00" in explanation("Who pulls ships?", reranked.find, 0.5)


def test_scores_of_a_run_fall_with_the_rank(tmp_path: Path) -> None:
    queries, run = tmp_path / "queries.jsonl", tmp_path / "run.txt"
    queries.write_text('{"_id": "q", "text": "a tug in the harbour"}\n')
    searched = bot(rising(depth=2))

    write_run(searched.search_documents, queries, run, 6, "hybrid")
    rows = [line.split() for line in run.read_text().splitlines()]

    found = searched.search_documents("a tug in the harbour", 6)
    scores = [float(row[4]) for row in rows]
    assert [row[2] for row in rows] == [each.chunk.document for each in found]
    assert all(one > other for one, other in pairwise(scores))


@pytest.mark.parametrize("depth", [0, -1])
def test_fewer_than_one_passage_cannot_be_read(depth: int) -> None:
    with pytest.raises(ConfigError, match=r"retrieval\.rerank is"):
        RetrievalConfig(rerank=depth)


@pytest.fixture(scope="module")
def settings(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bot.toml that names a small model, by a path relative to itself."""
    folder = tmp_path_factory.mktemp("settings")
    write_small_cross_encoder(folder / "models" / "small")
    (folder / "bot.toml").write_text(
        f'[corpus]\npath = "{workplace.corpus}"\n'
        f'[index]\npath = "{workplace.index}"\n'
        '[retrieval]\nreranker = "models/small"\nrerank = 4\n',
        encoding="utf-8",
    )
    return folder / "bot.toml"


def test_a_model_named_in_bot_toml_is_found_converted_and_used(settings: Path) -> None:
    told: list[str] = []
    with open_bot(config=settings, notice=told.append, receipts=False) as opened:
        hits = opened.search("silicon interposer", 6)
        first = opened.answer("What is an interposer?")
    with open_bot(config=settings, notice=told.append, receipts=False) as opened:
        again = opened.answer("What is an interposer?")

    assert sum("Converting the reranker" in each for each in told) <= 1
    assert [each.logit is not None for each in hits] == [True] * 4 + [False] * 2
    payloads = [answer_payload(each) for each in (first, again)]
    for each in payloads:
        del each["id"], each["timings_ms"]
    assert payloads[0] == payloads[1]


def test_the_doctor_names_it_and_its_state(settings: Path) -> None:
    with open_bot(config=settings, receipts=False):
        pass  # converted, if it was not
    found = named(examine(None, None, settings))

    assert found.status == "ok"
    assert "models/small" in found.detail
    assert "off" in named(examine(None, None, None)).detail


def named(found: list[Check]) -> Check:
    """Return what was found of the reranker."""
    [check] = [each for each in found if each.name == "reranker"]
    return check


def test_a_reranker_that_is_not_there_stops_the_bot_and_lets_the_index_go(
    settings: Path, tmp_path: Path, run_bot: RunBot
) -> None:
    wrong = tmp_path / "bot.toml"
    wrong.write_text(settings.read_text().replace("models/small", "models/none"))
    done = run_bot("ask", "What is an interposer?", "--config", str(wrong))

    with pytest.raises(EncoderError, match="there is no such folder"):
        open_bot(config=wrong)
    assert done.returncode == 1
    assert "there is no such folder" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_replay_notices_another_model(
    settings: Path, workplace: Workplace, tmp_path: Path, run_bot: RunBot
) -> None:
    (tmp_path / "index").symlink_to(workplace.index)
    mine = tmp_path / "bot.toml"
    text = settings.read_text().replace(str(workplace.index), "index")
    mine.write_text(text.replace("models/small", "plain"))
    write_onnx_cross_encoder(tmp_path / "plain")

    asked = run_bot("ask", "What is an interposer?", "--config", str(mine))
    same = run_bot("replay", "last", "--config", str(mine))
    write_onnx_cross_encoder(tmp_path / "plain", factor=-1.0)
    other = run_bot("replay", "last", "--config", str(mine))

    assert (asked.returncode, same.returncode) == (0, 0), asked.stderr + same.stdout
    assert "retrieval.reranker" not in same.stdout
    assert "retrieval.reranker" in other.stdout


def test_paths_start_where_bot_toml_is(settings: Path) -> None:
    config = read_config(settings)

    assert config.reranker_path == settings.parent / "models" / "small"
    assert config.models_path == config.index_path.parent / ".models"
    assert Config().reranker_path is None


def test_what_was_read_for_an_answer_is_not_read_again_for_the_lenient_one(
    settings: Path,
) -> None:
    question = Question(
        "q1", "Who won the football World Cup in 1998?", answerable=False
    )
    with open_subject(read_config(settings)) as subject:
        observed = subject.observe(question)

    assert observed.answer["status"] == "abstained"
    assert observed.anyway is not None
    assert subject.settings["retrieval"]["rerank"] == 4


@pytest.mark.slow  # torch is imported anew
def test_building_the_index_converts_the_model(
    settings: Path, tmp_path: Path, run_bot: RunBot
) -> None:
    mine = tmp_path / "bot.toml"
    mine.write_text(settings.read_text().replace("models/small", "other"))
    write_small_cross_encoder(tmp_path / "other", seed=7)
    before = named(examine(None, None, mine))

    done = run_bot("index", "--config", str(mine))

    assert (before.status, before.remedy) == ("warning", "bot index")
    assert done.returncode == 0, done.stderr
    assert named(examine(None, None, mine)).status == "ok"
