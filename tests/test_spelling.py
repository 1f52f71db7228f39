"""Words that no passage has are read as words that some passage has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieval.spelling import Reading, read_unknown, reworded
from bot.text.terms import tokenize

PASSAGES = (
    "Rapidus builds a plant in Chitose, and Rapidus hires.",
    "The pitch of an interconnect is the distance between two bumps.",
    "An interposer joins chips; packaging costs money.",
    "JOINT2 and JOINT3 are consortia.",
    "Packages are thin.",
)
COUNTS = Counter(term for each in PASSAGES for term in set(tokenize(each)))


def frequencies(terms: Sequence[str]) -> Mapping[str, int]:
    return {each: COUNTS[each] for each in terms}


def example(term: str) -> str:
    return next(each for each in PASSAGES if term in tokenize(each))


def read(question: str) -> str:
    readings = read_unknown(question, frequencies, example)
    return reworded(question, readings)


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("Where is Lapidus?", "Where is rapidus?"),
        ("what does rapidsu do", "what does rapidus do"),
        ("Rapidu's plant", "rapidus plant"),
        ("The interconnectpitch, please", "The interconnect pitch, please"),
        ("an inter poser", "an interposer"),
        ("What is pakaging?", "What is packaging?"),
        ("CHITOSSE", "chitose"),
    ],
)
def test_an_unknown_word_is_read_as_a_known_one(asked: str, searched: str) -> None:
    assert read(asked) == searched


@pytest.mark.parametrize(
    "question",
    [
        "Where is the plant of Rapidus?",
        "What is JOINT4?",  # one digit makes another name
        "What does CHOPS mean?",  # so does one letter of an abbreviation
        "Who won the Wimbledon championship?",  # nothing is near
        "thier aboout wiht",  # nothing is searched by function words
        "The chop",  # too short to tell
        "inter-pozer",  # a compound is more than one word
        "\u7d50\u5408\u6280\u8853\u6750\u6599",  # nor is this
        "Rapidus Rapidus",
        "",
    ],
)
def test_everything_else_stays_as_it_was_asked(question: str) -> None:
    assert read_unknown(question, frequencies, example) == []
    assert read(question) == question


def test_of_several_words_the_commoner_one_is_taken() -> None:
    counts = {"planet": 1, "plant": 5}

    readings = read_unknown(
        "planmt", lambda terms: {each: counts.get(each, 0) for each in terms}, str
    )

    assert [each.text for each in readings] == ["plant"]


def test_the_first_letter_is_believed_more_than_the_others() -> None:
    counts = {"tokken": 0, "token": 2, "okken": 5}

    readings = read_unknown(
        "tokken", lambda terms: {each: counts.get(each, 0) for each in terms}, str
    )

    assert [each.text for each in readings] == ["token"]


@given(
    word=st.sampled_from(["interconnect", "interposer", "consortia", "rapidus"]),
    at=st.integers(0, 6),
    letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz"),
    change=st.sampled_from(["add", "drop", "replace", "swap"]),
)
def test_one_wrong_letter_never_loses_a_word(
    word: str, at: int, letter: str, change: str
) -> None:
    left, right = word[:at], word[at:]
    wrong = {
        "add": left + letter + right,
        "drop": left + right[1:],
        "replace": left + letter + right[1:],
        "swap": left + right[:2][::-1] + right[2:],
    }[change]

    assert set(tokenize(read(wrong))) & set(tokenize(word))


@given(st.text(alphabet="abrpidus 2'-", max_size=60))
def test_readings_follow_each_other_and_overlap_nowhere(question: str) -> None:
    readings = read_unknown(question, frequencies, example)

    ends = [0, *(each.end for each in readings)]
    assert all(
        end <= each.start < each.end for end, each in zip(ends, readings, strict=False)
    )
    for each in readings:
        assert not any(frequencies(tokenize(question[each.start : each.end])).values())
        assert any(frequencies(tokenize(each.text)).values())


def test_only_so_many_words_of_a_question_are_read() -> None:
    readings = read_unknown("rapidsu " * 50, frequencies, example)

    assert 1 <= len(readings) <= 8


def test_readings_go_to_their_places() -> None:
    assert reworded("a b c", [Reading(0, 1, "x"), Reading(4, 5, "yy")]) == "x b yy"
