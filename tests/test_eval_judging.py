"""Judging: what is right, what supports it, and which stage failed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bot.evaluation.judging import Gold, judge
from bot.evaluation.measures import BY_NAME
from bot.evaluation.outcomes import Observation, Outcome
from bot.evaluation.question_sets import Question, Quote
from tests.eval_samples import QUESTIONS, TEXTS, bot, run, subject

TEXT = "Resonac leads JOINT2. JOINT2 has 12 firms. It is not in Osaka."
OTHER = "JOINT2 has 12 firms."
LEADS = "Resonac leads JOINT2."


def asked(*answers: str, tags: tuple[str, ...] = ("who",), **fields: Any) -> Question:  # noqa: ANN401 - fields of a Question
    made = Question(
        "q",
        "?",
        answerable=True,
        answers=answers,
        evidence=(Quote("a.md", LEADS),),
        tags=tags,
    )
    return dataclasses.replace(made, **fields)


def answered(short: str | None, *quotes: str, document: str = "a.md") -> dict[str, Any]:
    text = {"a.md": TEXT, "b.md": OTHER}[document]
    return {
        "status": "answered",
        "short": short,
        "confidence": 0.8,
        "citations": [
            {
                "document": document,
                "quote": each,
                "start": text.index(each),
                "end": text.index(each) + len(each),
            }
            for each in quotes
        ],
    }


REFUSAL: dict[str, Any] = {
    "status": "abstained",
    "short": None,
    "confidence": 0.2,
    "citations": [],
}


def judged(question: Question, answer: dict[str, Any], **seen: Any) -> Outcome:  # noqa: ANN401 - fields of an Observation
    gold = Gold.find(question, {"a.md": TEXT, "b.md": OTHER}.get)
    return judge(gold, Observation(answer, **seen), read_at=8)


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        (asked("Resonac"), answered("Resonac", LEADS), True),
        (asked("12"), answered("12 firms", "JOINT2 has 12 firms."), True),
        (asked("Resonac"), answered("JOINT2", LEADS), False),
        (asked("Resonac Holdings"), answered("Resonac", LEADS), False),
        # Without a short answer the quote has to be evidence ...
        (asked("Resonac"), answered(None, LEADS), True),
        (asked("12"), answered(None, "JOINT2 has 12 firms."), False),
        # ... or to hold an accepted answer that is no single token.
        (asked("12 firms"), answered(None, "JOINT2 has 12 firms."), True),
        # Yes and no are not looked for inside of words.
        (asked("No"), answered("No", LEADS), True),
        (asked("No"), answered("Yes", LEADS), False),
        (asked("No"), answered(None, "It is not in Osaka."), False),
        (asked("No"), answered(None, LEADS), True),
        (asked("Resonac"), REFUSAL, False),
        (Question("q", "?", answerable=False), REFUSAL, True),
        (Question("q", "?", answerable=False), answered("Resonac", LEADS), False),
    ],
)
def test_an_answer_is_right_or_wrong(
    question: Question, answer: dict[str, Any], *, right: bool
) -> None:
    outcome = judged(question, answer)

    assert outcome.right is right
    assert (outcome.stage is None) is right


def test_a_quote_supports_by_its_place_or_by_its_words() -> None:
    here = judged(asked("12", evidence=(Quote("a.md", OTHER),)), answered("12", OTHER))
    copy = judged(
        asked("12", evidence=(Quote("a.md", OTHER),)),
        answered("12", OTHER, document="b.md"),
    )
    elsewhere = judged(asked("12"), answered("12", OTHER))

    assert here.supports == copy.supports == (True,)
    assert elsewhere.supports == (False,)
    assert (here.supported, elsewhere.supported) == (1.0, 0.0)


def test_one_of_several_evidence_quotes_is_enough() -> None:
    question = asked("Resonac", evidence=(Quote("a.md", LEADS), Quote("b.md", OTHER)))

    assert judged(question, answered("Resonac", LEADS)).citation_recall == 1


def test_two_documents_are_both_needed_where_the_question_says_so() -> None:
    question = asked(
        "Resonac",
        evidence=(Quote("a.md", LEADS), Quote("b.md", OTHER)),
        tags=("who", "two_documents"),
    )

    assert judged(question, answered("Resonac", LEADS)).citation_recall == 0.5


def test_evidence_that_is_no_longer_said_is_named() -> None:
    question = asked("x", evidence=(Quote("a.md", "Gone."), Quote("c.md", "Gone.")))

    assert judged(question, REFUSAL).stale == ("a.md: Gone.", "c.md: Gone.")


def test_refusals_count_as_zero_and_not_as_missing() -> None:
    outcome = judged(asked("Resonac"), REFUSAL)

    assert (outcome.exact, outcome.f1, outcome.supported) == (0, 0, 0)
    assert outcome.citation_recall == 0


def test_unanswerable_questions_have_no_answer_to_score() -> None:
    outcome = judged(Question("q", "?", answerable=False), REFUSAL)

    assert outcome.exact is outcome.f1 is outcome.supported is None


def test_the_first_stage_that_failed_is_named() -> None:
    stages = {each.question.id: each.stage for each in run().outcomes}

    assert stages == {
        "right": None,
        "wrong": "short answer",
        "withheld": "decision",
        "lost": "retrieval",
        "misled": "evidence",
        "refused": None,
        "fooled": "refusal",
    }


def test_evidence_fails_where_the_passage_was_found_and_another_quoted() -> None:
    found = run(QUESTIONS[:1]).outcomes[0].observation.passages
    moved = [each._replace(document="a.md", start=0, end=21) for each in found]
    answer = answered("12", "JOINT2 has 12 firms.")

    assert judged(asked("Resonac"), answer, passages=tuple(moved)).stage == "evidence"


def test_figures_count_every_question() -> None:
    outcomes = run().outcomes
    values = {name: each.value(outcomes) for name, each in BY_NAME.items()}

    assert values["accuracy"] == pytest.approx(2 / 7)
    assert values["coverage"] == pytest.approx(4 / 7)
    assert values["answerable-coverage"] == pytest.approx(3 / 5)
    assert values["error"] == pytest.approx(3 / 4)
    assert values["refusal-precision"] == pytest.approx(1 / 3)
    assert values["refusal-recall"] == pytest.approx(1 / 2)
    assert values["evidence"] == pytest.approx(2 / 5)
    assert values["citation-precision"] == pytest.approx(2 / 4)
    assert values["p50"] == 1.0


def test_withheld_answers_are_known_and_do_not_count_as_given() -> None:
    outcomes = {each.question.id: each for each in run().outcomes}

    assert outcomes["withheld"].anyway_right is True
    assert outcomes["withheld"].answer_right is True
    assert not outcomes["withheld"].right
    assert outcomes["right"].anyway_right is None


def test_a_follow_up_is_asked_in_its_thread() -> None:
    asked_bot = bot()
    turn = dataclasses.replace(
        QUESTIONS[0], question="captain", turns=("who commands the tug Boreas",)
    )

    outcome = run([turn], asked_bot).outcomes[0]

    assert asked_bot.calls == ["who commands the tug Boreas", "captain"]
    assert outcome.right


def test_documents_that_the_index_lacks_have_no_text() -> None:
    assert subject().read_text("none.md") is None
    assert subject().read_text("tug.md") == TEXTS["tug.md"]
