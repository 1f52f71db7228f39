"""Answers: everything quoted and cited, or a refusal that says why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Bot
from bot.config import AnswersConfig, Config
from bot.payloads import answer_payload, read_answer
from bot.records import Answer, Segment
from bot.wording import Templates, merge, read_template
from tests import small_index
from tests.word_scorer import WordScorer

TEXTS = {
    "fleet/tug.md": "---\ntitle: Tug Anna\ndate: 2024-05-01\n"
    "owner: harbour office\n---\n"
    "# Tug Anna\n\nTug Anna was launched in 1987 at Bremen.\n\n## Crew\n\n"
    "The crew of Tug Anna has these members:\n\n- Ida Berg, the master.\n"
    "- Jon Holm, the engineer.\n- Kai Lund, the mate.\n",
    "fleet/ferry.md": "# Ferry Berta\n\nFerry Berta was launched in 1990.\n\n"
    "| Part | Maker |\n| --- | --- |\n| Engine | Wolff |\n| Radar | Klein |\n",
}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    folder = tmp_path_factory.mktemp("answering")
    small_index.write_corpus(folder / "corpus", TEXTS)
    config = small_index.settings(folder)
    small_index.build(config)
    with Bot(small_index.read(config), config, scorer=WordScorer()) as opened:
        yield opened


def with_answers(bot: Bot, **settings: object) -> Bot:
    answers = AnswersConfig(**settings)  # type: ignore[arg-type]  # by name
    return replace(bot, config=replace(bot.config, answers=answers))


def shown(answer: Answer) -> str:
    return "".join(each.text for each in answer.segments)


def test_an_answer_has_its_short_answer_its_quote_and_its_source(bot: Bot) -> None:
    answer = with_answers(bot, threshold=0.1).ask("When was Tug Anna launched?")

    assert answer.short == "1987"
    assert answer.citations[0].quote == "Tug Anna was launched in 1987 at Bremen."
    assert answer.text == shown(answer)
    assert "Tug Anna (fleet/tug.md, as of 2024-05-01)" in answer.text
    assert answer.citations[0].owner == "harbour office"


def test_a_citation_names_its_line_and_keeps_it_when_it_is_read_back(bot: Bot) -> None:
    answer = with_answers(bot, threshold=0.1).ask("When was Tug Anna launched?")
    payload = answer_payload(answer)

    assert payload["citations"][0]["place"] == {"kind": "line", "label": "8"}
    assert payload["citations"][0]["link"] is None
    assert read_answer(json.loads(json.dumps(payload))).citations == answer.citations


def test_every_quote_is_a_slice_of_its_document(bot: Bot) -> None:
    for question in ("When was Ferry Berta launched?", "Who made the radar?"):
        answer = with_answers(bot, threshold=0.0).ask(question)
        for each in (*answer.citations, *answer.nearest):
            text = bot.reader.text(each.document)
            assert text[each.start : each.end] == each.quote


def test_a_list_is_quoted_whole_with_its_lead_in(bot: Bot) -> None:
    question = "List the members of the crew of Tug Anna"
    answer = with_answers(bot, threshold=0.0).ask(question)
    quote = answer.citations[0].quote

    assert quote.startswith("The crew of Tug Anna has these members:")
    assert quote.endswith("Kai Lund, the mate.")


def test_a_refusal_names_the_reason_the_nearest_sections_and_whom_to_ask(
    bot: Bot,
) -> None:
    sure = with_answers(bot, threshold=1.0, ask_instead="the harbour office")
    answer = sure.ask("When was Tug Anna launched?")

    assert answer.status == "abstained"
    assert answer.nearest[0].document == "fleet/tug.md"
    assert "Nearest sections\n[1] Tug Anna" in answer.text
    assert "You could ask the harbour office." in answer.text


@pytest.mark.parametrize(
    ("question", "threshold", "reason"),
    [
        ("What does zyzzyva mean?", 1.0, "never mention: zyzzyva"),
        ("How much money did Tug Anna cost?", 0.0, "do not state an amount of money"),
        ("Why was Tug Anna launched at Bremen?", 1.0, "not clear|clear enough"),
    ],
)
def test_the_reason_says_which_stage_failed(
    bot: Bot, question: str, threshold: float, reason: str
) -> None:
    answer = with_answers(bot, threshold=threshold).ask(question)

    assert answer.status == "abstained"
    assert answer.reason
    assert any(each in answer.reason for each in reason.split("|"))


def test_an_empty_index_refuses_everything(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    config = small_index.settings(tmp_path)
    small_index.build(config)
    with Bot(small_index.read(config), config) as bot:
        answer = bot.ask("Is anyone here?")

    assert answer.status == "abstained"
    assert answer.confidence == 0.0
    assert answer.reason == "Nothing in the documents resembles the question."


def test_hidden_collections_change_no_byte(tmp_path: Path) -> None:
    hidden = {"secret/plan.md": "# Plan\n\nTug Anna was launched in secret in 1900.\n"}
    answers = []
    for name, texts in (("with", {**TEXTS, **hidden}), ("without", TEXTS)):
        folder = tmp_path / name
        small_index.write_corpus(folder / "corpus", texts)
        config: Config = small_index.settings(folder)
        small_index.build(config)
        with Bot(small_index.read(config), config, scorer=WordScorer()) as bot:
            answer = bot.ask(
                "When was Tug Anna launched?", visible=frozenset({"fleet"})
            )
            answers.append(replace(answer, id="", index="", timings_ms={}))

    assert answers[0] == answers[1]


def test_a_template_keeps_quotes_apart_from_wording() -> None:
    quote = Segment("quote", "$cash <b>1987</b>", 1)
    filled = Templates().fill("when", {"short": (quote,), "quotes": ()})

    assert [each.kind for each in filled] == ["template", "quote", "template"]
    assert filled[1] == quote


def test_a_missing_template_or_value_is_an_error() -> None:
    assert read_template("no-such-template") is None
    with pytest.raises(KeyError):
        Templates().fill("no-such-template", {})
    with pytest.raises(KeyError):
        Templates().fill_text("reason_unknown", {})


def test_empty_pieces_are_left_out_and_neighbours_joined() -> None:
    pieces = [Segment("template", each) for each in ("a", "", "b")]

    assert merge(iter(pieces)) == (Segment("template", "ab"),)
