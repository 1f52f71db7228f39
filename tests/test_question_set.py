"""The project's own question set keeps the rules that it was written by."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from bot.evaluation.matching import normalise
from bot.evaluation.question_sets import Question, check_evidence, read_question_set
from bot.evaluation.split import is_held_out, split_of

ROOT = Path(__file__).parent.parent
PATH = ROOT / "tests" / "data" / "questions.jsonl"
CORPUS = ROOT / "corpus"
TYPES = frozenset(
    "who when where how_many how_much what definition which list how why yes_no compare"
    " abbreviation".split()
)
UNANSWERABLE = frozenset(
    {"missing_attribute", "false_premise", "near_miss_entity", "world"}
)
SHARED = 6  # words in a row that a question may share with its evidence
CONTENT = 4  # letters of a word that says something, about


@cache
def questions() -> tuple[Question, ...]:
    return tuple(read_question_set(PATH))


@cache
def texts() -> dict[str, str]:
    return {
        path.relative_to(CORPUS).as_posix(): path.read_text(encoding="utf-8")
        for path in CORPUS.rglob("*.md")
    }


def with_tag(tag: str) -> list[Question]:
    return [each for each in questions() if tag in each.tags]


def test_every_quote_is_exact_in_its_document() -> None:
    assert [str(each) for each in check_evidence(questions(), texts())] == []


def test_no_quote_is_from_the_front_matter() -> None:
    for question in questions():
        for document, quote in question.evidence:
            body = texts()[document].split("\n---\n", 1)[1]
            assert quote in body, question.id


def test_no_question_is_copied_from_its_evidence() -> None:
    copied = [
        (each.id, run)
        for each in questions()
        for _, quote in each.evidence
        if (run := longest_shared_run(each.question, quote)) > SHARED
    ]

    assert copied == []


def longest_shared_run(one: str, other: str) -> int:
    """Count the words in a row that two texts share, capitalised names apart."""
    ours, theirs = (
        [
            word.casefold()
            for word in re.findall(r"\w+", text)
            if text is one or not word[0].isupper()
        ]
        for text in (one, other)
    )
    best = 0
    for start in range(len(ours)):
        while ours[start : start + best + 1] and any(
            ours[start : start + best + 1] == theirs[at : at + best + 1]
            for at in range(len(theirs) - best)
        ):
            best += 1
            if start + best >= len(ours):
                break
    return best


def test_shared_runs_are_counted() -> None:
    assert longest_shared_run("who makes the thin glass", "it makes the thin film") == 3
    assert longest_shared_run("a b", "c d") == 0


def test_an_accepted_answer_stands_in_the_evidence() -> None:
    missing = [
        each.id
        for each in questions()
        if each.answerable
        and not {"yes", "no"} & {normalise(answer) for answer in each.answers}
        and not any(
            answer in quote for answer in each.answers for _, quote in each.evidence
        )
    ]

    assert missing == []


def test_yes_no_questions_are_answered_with_yes_or_no() -> None:
    for each in questions():
        if each.type == "yes_no" and each.answerable:
            assert set(each.answers) <= {"Yes", "No"}, each.id


def test_there_are_enough_questions_of_every_kind() -> None:
    types = Counter(each.type for each in questions())
    answerable = sum(each.answerable for each in questions())

    assert len(questions()) >= 300
    assert answerable >= 220
    assert len(questions()) - answerable >= 80
    assert set(types) == TYPES
    assert min(types.values()) >= 10


@pytest.mark.parametrize(
    ("tag", "least"),
    [("follow_up", 40), ("chat", 30), ("two_documents", 20), ("paraphrase", 73)],
)
def test_there_are_enough_questions_of_each_difficulty(tag: str, least: int) -> None:
    assert len(with_tag(tag)) >= least


def test_a_third_of_the_answerable_questions_share_few_words_with_their_evidence() -> (
    None
):
    answerable = [each for each in questions() if each.answerable]
    few = [each for each in answerable if shared_share(each) < 0.5]

    assert len(few) >= len(answerable) / 3


def shared_share(question: Question) -> float:
    """Return the largest share of a question's longer words that a quote has."""
    wanted = words(question.question)
    return max(
        len(wanted & words(quote)) / len(wanted) if wanted else 0.0
        for _, quote in question.evidence
    )


def words(text: str) -> set[str]:
    return {
        each for each in re.findall(r"\w+", text.casefold()) if len(each) >= CONTENT
    }


def test_follow_ups_have_turns_and_only_they() -> None:
    for each in questions():
        assert ("follow_up" in each.tags) == bool(each.turns), each.id


def test_questions_for_two_documents_name_two() -> None:
    for each in with_tag("two_documents"):
        assert len(each.documents) >= 2, each.id


def test_unanswerable_questions_say_what_kind_they_are() -> None:
    for each in questions():
        kinds = UNANSWERABLE & set(each.tags)
        assert len(kinds) == (not each.answerable), each.id


def test_no_question_is_asked_twice() -> None:
    asked = Counter((each.turns, normalise(each.question)) for each in questions())

    assert [key for key, count in asked.items() if count > 1] == []


def test_documents_are_held_out_of_dev() -> None:
    held_out = {each for each in texts() if is_held_out(each)} - {"README.md"}
    asked = {each for question in questions() for each in question.documents}
    dev = {
        document
        for each in questions()
        if split_of(each) == "dev"
        for document in each.documents
    }

    assert len(held_out) >= 4
    assert held_out <= asked
    assert not held_out & dev


def test_both_splits_have_every_type_and_kind() -> None:
    for split in ("dev", "test"):
        part = [each for each in questions() if split_of(each) == split]
        assert len(part) >= 140
        assert {each.type for each in part} == TYPES
        assert {tag for each in part for tag in each.tags} >= UNANSWERABLE


def test_nearly_all_documents_are_asked_about() -> None:
    asked = {each for question in questions() for each in question.documents}

    assert len(asked) >= 0.9 * (len(texts()) - 1)  # README.md is not indexed
