"""Forms of answers: lists, rows, sides, parts, agreement, disagreement, premises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.values import Value, agree, value_of
from bot.app import Bot
from bot.config import AnswersConfig
from bot.payloads import answer_payload, read_answer
from bot.questions.reading import read_question
from bot.receipts.writing import Asked, write_receipt
from bot.records import Answer, Chunk, Evidence, Hit, Passage, Sentence
from bot.wording import Templates
from tests import small_index
from tests.word_scorer import WordScorer

_STEPS = "".join(
    f"{number}. Bolt number {number} of the crane is greased with care and then turned"
    f" by a quarter, until its mark stands at the sign of hour {number}.\n"
    for number in range(1, 25)
)
TEXTS = {
    "fleet/anna.md": "---\ntitle: Tug Anna\ndate: 2024-05-01\nowner: harbour office\n"
    "---\n# Tug Anna\n\nTug Anna was launched in Bremen in 1987.\n\n## Engine\n\n"
    "It drives two propellers of bronze.\n",
    "press/anna.md": "# Press\n\nThe press says that tug Anna was launched in Bremen "
    "in 1991.\n",
    "books/carla.md": "# Carla\n\nSources differ on when Ferry Carla was launched: in "
    "1970, says a book.\n",
    "log/anna.md": "# Log\n\nTug Anna was launched in Bremen in 1987, and launched in "
    "Bremen once more, after repairs, in 1991.\n",
    "press/copy.md": "# Copy\n\nTug Anna was launched in Bremen in 1987.\n",
    "books/anna.md": "# Book\n\nIn the book, tug Anna was launched in Bremen in May "
    "1987.\n",
    "fleet/berta.md": "# Ferry Berta\n\nFerry Berta was built by Wolff of Kiel.\n\n"
    "| Part | Maker |\n| --- | --- |\n| Engine | Wolff |\n| Radar | Klein |\n",
    "cranes/care.md": "# Crane care\n\nThe care of the crane has these steps:\n\n"
    + _STEPS,
    "cranes/oils.md": "# Oils\n\nOil from seeds is thin and light.\n\nGrease from "
    "animals is thick and heavy.\n",
}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    folder = tmp_path_factory.mktemp("forms")
    small_index.write_corpus(folder / "corpus", TEXTS)
    config = small_index.settings(folder)
    small_index.build(config)
    with Bot(small_index.read(config), config, scorer=WordScorer()) as opened:
        yield opened


def ask(bot: Bot, question: str, within: str = "", **settings: object) -> Answer:
    answers = AnswersConfig(**{"threshold": 0.0, **settings})  # type: ignore[arg-type]
    asked = replace(bot, config=replace(bot.config, answers=answers))
    documents = frozenset(within.split()) if within else None
    return asked.ask(question, within=documents)


def test_sources_that_differ_are_both_shown_with_their_dates(bot: Bot) -> None:
    answer = ask(
        bot, "When was tug Anna launched in Bremen?", "fleet/anna.md press/anna.md"
    )

    assert answer.short is None
    assert {each.document for each in answer.citations} == {
        "fleet/anna.md", "press/anna.md"
    }  # fmt: skip
    assert "The sources differ" in answer.text
    assert "(as of 2024-05-01)" in answer.remarks[0]
    assert "(undated)" in answer.remarks[0]
    assert "do not agree; neither is chosen." in answer.text


def test_independent_sources_that_agree_are_named(bot: Bot) -> None:
    answer = ask(
        bot, "When was tug Anna launched in Bremen?", "fleet/anna.md books/anna.md"
    )

    assert answer.short in {"1987", "May 1987"}
    assert answer.remarks == ("Also stated in [2].",)
    assert "Also stated in [2]." in answer.text


def test_sentences_with_several_dates_do_not_differ_by_one_of_them(bot: Bot) -> None:
    answer = ask(
        bot, "When was tug Anna launched in Bremen?", "log/anna.md press/anna.md"
    )

    assert not any("do not agree" in each for each in answer.remarks)


def test_a_copy_does_not_count_as_agreement(bot: Bot) -> None:
    answer = ask(
        bot, "When was tug Anna launched in Bremen?", "fleet/anna.md press/copy.md"
    )

    assert answer.short == "1987"
    assert answer.remarks == ()


def test_a_sentence_that_says_that_sources_differ_gives_no_short_answer(
    bot: Bot,
) -> None:
    answer = ask(bot, "When was Ferry Carla launched?", "books/carla.md")

    assert answer.short is None
    assert "Sources differ on when Ferry Carla" in answer.text


def test_a_row_stands_under_its_header(bot: Bot) -> None:
    answer = ask(bot, "Who is the maker of the radar?", "fleet/berta.md")
    cited = answer.citations[0]

    assert cited.quote == "Radar | Klein"
    assert cited.lead is not None
    assert cited.lead.quote == "Part | Maker"
    assert '"Part | Maker\nRadar | Klein" [1]' in answer.text
    assert answer.short == "Klein"


def test_a_header_is_in_json_and_in_the_receipt(bot: Bot) -> None:
    answer = ask(bot, "Who is the maker of the radar?", "fleet/berta.md")
    receipt = write_receipt(answer, Asked("?"), place="index", configuration="")

    assert read_answer(answer_payload(answer)).citations == answer.citations
    assert [each.number for each in receipt.quotes[:2]] == [1, 1]
    assert receipt.quotes[0].end - receipt.quotes[0].start == len("Radar | Klein")


def test_a_long_list_is_cut_between_items_and_the_rest_is_counted(bot: Bot) -> None:
    answer = ask(bot, "What are the steps of the care of the crane?")
    quote = answer.citations[0].quote
    shown = quote.count("\n") - 1

    assert quote.startswith("The care of the crane has these steps:")
    assert quote.endswith(f"hour {shown}.")
    assert f"({24 - shown} more in the source)" in answer.text
    assert len(quote) <= 1_500


def test_an_item_that_answers_alone_stands_under_its_lead_in(bot: Bot) -> None:
    answer = ask(bot, "When is bolt number 3 greased?", "cranes/care.md")
    cited = answer.citations[0] if answer.citations else None

    assert answer.status == "abstained" or (cited and cited.lead)


def test_a_comparison_quotes_one_sentence_a_side(bot: Bot) -> None:
    question = "What is the difference between oil from seeds and grease from animals?"
    answer = ask(bot, question, "cranes/oils.md")

    assert [each.quote.split()[0] for each in answer.citations] in (
        ["Oil", "Grease"],
        ["Grease", "Oil"],
    )
    assert answer.text.startswith("Side by side:")


def test_a_side_that_nothing_speaks_of_is_named(bot: Bot) -> None:
    question = "What is the difference between seed oil and Petrol?"
    answer = ask(bot, question, "cranes/oils.md")

    assert answer.remarks == ("Nothing found speaks of Petrol.",)


def test_a_quote_that_points_back_is_made_clear_by_the_frame(bot: Bot) -> None:
    answer = ask(bot, "Which propellers of bronze?", "fleet/anna.md", max_quotes=1)

    assert (
        'Tug Anna > Engine:\n"It drives two propellers of bronze." [1]' in answer.text
    )


def test_two_questions_are_answered_one_by_one(bot: Bot) -> None:
    question = "When was tug Anna launched and what drives two propellers of bronze?"
    answer = ask(bot, question, "fleet/anna.md", max_quotes=1)

    assert answer.question == question
    assert answer.reading.notes == ("Read as 2 questions.",)
    assert [each.number for each in answer.citations] == [1, 2]
    assert "When was tug Anna launched?\nDate: 1987" in answer.text
    assert "what drives two propellers of bronze?\n" in answer.text


def test_of_two_questions_the_one_without_an_answer_is_refused(bot: Bot) -> None:
    question = "When was tug Anna launched and how much did Ferry Berta cost?"
    answer = ask(bot, question)

    assert answer.status == "answered"
    assert "how much did Ferry Berta cost?\nNot answered: " in answer.text
    assert answer.remarks[-1].startswith("how much did Ferry Berta cost? Not answered")


def test_when_no_part_has_an_answer_all_are_refused(bot: Bot) -> None:
    question = "When was tug Anna launched and who built Ferry Berta?"
    answer = ask(bot, question, threshold=1.0)

    assert answer.status == "abstained"
    assert answer.reason is not None
    assert answer.reason.count('On "') == 2
    assert {each.document for each in answer.nearest} > {"fleet/berta.md"}


def test_a_quote_that_serves_both_questions_has_one_number(bot: Bot) -> None:
    answer = ask(
        bot, "When and where was tug Anna launched?", "fleet/anna.md", max_quotes=1
    )

    assert len(answer.citations) == 1
    assert answer.text.count("[1]") == 3  # below both questions, and as a source


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Why was Tug Otto launched in Bremen?",
         "You asked about Tug Otto; the nearest passage speaks of Tug Anna."),
        ("Why was tug Anna launched in Bremen in 1930?",
         "You asked about 1930; the nearest passage speaks of 1987."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_stands_in_place_of_what_was_asked(
    bot: Bot, question: str, reason: str
) -> None:
    answer = ask(bot, question, "fleet/anna.md", threshold=1.0)

    assert answer.reason is not None
    assert reason in answer.reason
    assert "The nearest passage belongs to harbour office." in answer.text


def test_own_templates_frame_the_answer(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "when.txt").write_text("$quotes -> $short\n", encoding="utf-8")
    own = replace(bot, templates=Templates.read(tmp_path))
    answer = ask(own, "When was tug Anna launched?", "fleet/anna.md", max_quotes=1)

    assert answer.text.startswith('"Tug Anna was launched in Bremen in 1987." [1] ->')
    assert own.settings != bot.settings


def test_a_passage_whose_offsets_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="offsets"):
        Passage("abc", 0, 2)


def evidence(short: str | None) -> Evidence:
    chunk = Chunk("a#1", "a", "A", (), "x", 0, 1)
    return Evidence(Sentence("a#1", "x", 0, 1), Hit(chunk, 1.0), 1.0, {}, short)


def read_value(question: str, short: str) -> Value:
    found = value_of(read_question(question), evidence(short))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "one", "other", "verdict"),
    [
        ("When was it?", "2021", "October 2021", True),
        ("When was it?", "29 October 2021", "2021-10-29", True),
        ("When was it?", "October 2021", "August 2021", False),
        ("When was it?", "2021", "2022", False),
        ("When was it?", "2021", "May", None),
        ("How many are there?", "13", "thirteen", True),
        ("How many are there?", "12", "13", False),
        ("How many are there?", "1,200", "1200", True),
        ("How much money was it?", "$3.2bn", "3.2 billion US dollars", True),
        ("How much money was it?", "5 billion yen", "6 billion yen", False),
        ("How much money was it?", "5 billion yen", "5 billion euros", None),
        ("How thick is it?", "40 µm", "40 micrometres", True),
        ("How thick is it?", "40 µm", "40 nm", None),
        ("Is it so?", "Yes", "No", False),
        ("Is it so?", "Yes", "Yes", True),
        ("When was it?", "Yes", "2021", None),
    ],
)
def test_values_agree_differ_or_cannot_be_compared(
    question: str,
    one: str,
    other: str,
    verdict: bool | None,  # noqa: FBT001 - a case of the table
) -> None:
    assert agree(read_value(question, one), read_value(question, other)) is verdict


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("When was it?", "early 2021"),
        ("When was it?", "2021-2023"),
        ("How thick is it?", "26 mm by 33 mm"),
        ("How many are there?", "hundreds"),
        ("Who was it?", "Ana"),
        ("When was it?", None),
    ],
)
def test_what_is_vague_is_no_value(question: str, short: str | None) -> None:
    assert value_of(read_question(question), evidence(short)) is None
