"""Asking past questions again: the same bytes, what changed, and what is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.evaluation.question_sets import parse_question
from bot.identity import hash_settings
from bot.receipts.gaps import Gaps, find_gaps
from bot.receipts.replay import Difference, Replayer, compare_settings
from bot.records import Answer, Citation, text_hash
from bot.reports.receipts import diff_text, gaps_text, replay_text
from bot.state.receipts import Receipt
from bot.stores.protocol import Visible
from tests.receipt_samples import SETTINGS, TEXTS, ask, asker, receipt_of
from tests.small_encoder import HashedWords

QUESTION = "what does the engine of the tug have"
UNKNOWN = "who paints harbour cranes"


def replayer(
    texts: Mapping[str, str] = TEXTS,
    settings: Mapping[str, Any] = SETTINGS,
    known: Mapping[str, Mapping[str, Any]] | None = None,
) -> Replayer:
    bot = asker(texts)
    kept = {hash_settings(SETTINGS): SETTINGS} if known is None else known

    def ask_again(question: str, visible: Visible) -> Answer:
        return ask(bot, question, f"again {sorted(visible or ())}")

    return Replayer(ask_again, bot.reader.fingerprint, settings, kept.get)


@given(st.sampled_from([QUESTION, UNKNOWN, "ferry", "people over the sea"]))
def test_where_nothing_changed_the_same_bytes_come_back(question: str) -> None:
    found = replayer().replay(receipt_of(question))

    assert found.same_bytes
    assert found.differences == ()
    assert found.kind == "same"
    assert "byte for byte" in replay_text(found)


def test_a_changed_index_is_named() -> None:
    texts = {**TEXTS, "tug.md": TEXTS["tug.md"].replace("3000", "4000")}
    found = replayer(texts).replay(receipt_of(QUESTION))

    assert not found.same_bytes
    assert found.kind == "changed"
    assert [each.what for each in found.differences] == ["index"]
    assert "Another answer: answered differently now." in replay_text(found)


def test_an_index_that_changed_elsewhere_may_give_the_same_bytes() -> None:
    found = replayer({**TEXTS, "z.md": "Quite another thing."}).replay(
        receipt_of(QUESTION)
    )

    assert found.same_bytes
    assert [each.what for each in found.differences] == ["index"]


def test_a_moved_quote_is_the_same_answer_with_other_bytes() -> None:
    texts = {**TEXTS, "tug.md": f"Hello. {TEXTS['tug.md']}"}
    found = replayer(texts).replay(receipt_of(QUESTION))

    assert not found.same_bytes
    assert found.kind == "same"
    assert "The same answer to the eye" in replay_text(found)


def test_changed_settings_are_named_one_by_one() -> None:
    now = {"answers": {"threshold": 0.6}, "retrieval": {"k": 8, "k1": 1.2}}
    found = replayer(settings=now).replay(receipt_of(QUESTION))

    assert found.differences == (
        Difference("answers.threshold", "0.5", "0.6"),
        Difference("retrieval.k1", "'(unset)'", "1.2"),
    )
    assert "Changed since: answers.threshold: 0.5 -> 0.6" in replay_text(found)


def test_settings_that_are_not_kept_any_more_are_named_by_their_hash() -> None:
    found = replayer(settings={}, known={}).replay(receipt_of(QUESTION))

    assert [each.what for each in found.differences] == ["configuration"]


def test_lists_of_settings_equal_the_tuples_they_were() -> None:
    assert not list(compare_settings({"a": {"b": [1, 2]}}, {"a": {"b": (1, 2)}}))


def test_another_program_is_named() -> None:
    receipt = dataclasses.replace(receipt_of(QUESTION), program="0.0.1+abc")

    (difference,) = replayer().replay(receipt).differences

    assert (difference.what, difference.before) == ("program", "0.0.1+abc")


def test_other_bytes_without_a_cause_are_called_a_fault() -> None:
    receipt = dataclasses.replace(receipt_of(QUESTION), answer_sha256="0" * 64)

    assert "a fault of the bot" in replay_text(replayer().replay(receipt))


def test_a_question_is_asked_for_the_same_audience() -> None:
    receipt = receipt_of(QUESTION, visible=frozenset({"b", "a"}))

    assert replayer().replay(receipt).answer.id == "again ['a', 'b']"


def test_a_question_that_is_not_kept_has_to_be_given() -> None:
    receipt = receipt_of(QUESTION, keep_question=False)

    with pytest.raises(InputError, match="--question"):
        replayer().replay(receipt)
    with pytest.raises(InputError, match="another question"):
        replayer().replay(receipt, "what else")
    assert replayer().replay(receipt, QUESTION).same_bytes


def test_what_a_thread_decided_cannot_be_asked_again() -> None:
    with pytest.raises(InputError, match="thread"):
        replayer().replay(receipt_of(QUESTION, alone=False))


def test_the_payload_shows_both_sides() -> None:
    payload = replayer().replay(receipt_of(QUESTION, "r1")).payload()

    assert (payload["receipt"], payload["kind"]) == ("r1", "same")
    assert payload["before"]["quotes"] == [
        {"document": "tug.md", "start": 24, "end": 59}
    ]
    assert payload["answer"]["status"] == "answered"


def test_a_diff_lists_what_changed_became_possible_and_impossible() -> None:
    receipts = [
        receipt_of(QUESTION, "changed"),
        receipt_of("over the open sea", "same"),
        receipt_of("a ferry carries people", "impossible"),
        receipt_of(UNKNOWN, "possible"),
    ]
    texts = {
        "tug.md": TEXTS["tug.md"].replace("3000", "4000"),
        "sea.md": "Over the open sea.",
        "cranes.md": "Peter paints harbour cranes.",
    }
    sea = receipt_of("over the open sea", "same", asker({"sea.md": texts["sea.md"]}))
    found = replayer(texts).diff([receipts[0], sea, *receipts[2:]])

    assert {each.receipt.id: each.kind for each in found} == {
        "changed": "changed",
        "same": "same",
        "impossible": "impossible",
        "possible": "possible",
    }
    text = diff_text(found)
    assert text.startswith(
        "4 asked again: 1 the same, 1 changed now, 1 possible now, 1 impossible now."
    )
    assert "Receipt same" not in text
    assert "before: refused" in text
    assert "before: tug.md, 24 to 59" in text


def test_a_diff_asks_each_question_once_and_compares_with_the_last_answer() -> None:
    older = asker({"tug.md": "The engine of the tug has 2000 kW."})
    receipts = [
        receipt_of(QUESTION, "newest", asker(TEXTS)),
        receipt_of(QUESTION, "older", older),
        receipt_of("what", "kept no question", keep_question=False),
        receipt_of("what", "in a thread", alone=False),
    ]
    texts = {**TEXTS, "z.md": "New."}

    assert [each.receipt.id for each in replayer(texts).diff(receipts)] == ["newest"]
    assert [each.receipt.id for each in replayer(TEXTS).diff(receipts)] == ["older"]


def test_a_diff_says_that_not_only_the_index_changed() -> None:
    now = {"answers": {"threshold": 0.6}, "retrieval": {"k": 8}}
    found = replayer({**TEXTS, "z.md": "New."}, now).diff([receipt_of(QUESTION)])

    assert "Not only the index has changed: answers.threshold." in diff_text(found)


def test_an_empty_diff_says_so() -> None:
    assert diff_text([]) == "No kept question was asked of an earlier index."


def near(answer: Answer) -> Answer:
    """Give a refusal a nearest section with an owner."""
    if answer.status == "answered":
        return answer
    cited = Citation(
        1, "cranes.md", "Cranes", ("Cranes", "Paint"), "Red.", 0, 4, "", owner="Peter"
    )
    return dataclasses.replace(answer, nearest=(cited,))


def gaps_of(receipts: list[Receipt], texts: Mapping[str, str] = TEXTS) -> Gaps:
    bot = asker(texts)
    return find_gaps(
        receipts,
        lambda question, _: near(ask(bot, question)),
        HashedWords(),
    )


def test_gaps_group_similar_questions_the_most_asked_first() -> None:
    similar = "who paints harbour cranes red"
    receipts = [
        receipt_of(UNKNOWN, "1", at=5.0),
        receipt_of(f" {UNKNOWN.upper()} ", "2", at=4.0),
        receipt_of(similar, "3"),
        receipt_of("zebra quagga okapi", "4"),
        receipt_of(QUESTION, "answered"),
    ]
    found = gaps_of(receipts)
    first, second = found.gaps

    assert [each.question for each in first.members] == [UNKNOWN, similar]
    assert (first.times, first.members[0].times, first.members[0].last) == (3, 2, 5.0)
    assert second.members[0].question == "zebra quagga okapi"
    text = gaps_text(found)
    assert "3 refused questions in 2 gaps." in text
    assert "reason: Too few words in common." in text
    assert "nearest: cranes.md > Cranes > Paint" in text
    assert "owner: Peter" in text


def test_a_gap_that_the_documents_fill_by_now_is_none() -> None:
    found = gaps_of([receipt_of(UNKNOWN)], {"a.md": "Peter paints harbour cranes."})

    assert found.gaps == ()
    assert "1 more were refused once and are answered now." in gaps_text(found)


def test_refusals_without_a_question_are_counted() -> None:
    found = gaps_of([receipt_of(UNKNOWN, keep_question=False)])

    assert (found.gaps, found.unknown) == ((), 1)
    assert "1 refusals have no question" in gaps_text(found)


def test_progress_is_told_of_each_question() -> None:
    told: list[tuple[int, int]] = []
    bot = asker()
    find_gaps(
        [receipt_of(UNKNOWN), receipt_of("zebra")],
        lambda question, _: ask(bot, question),
        HashedWords(),
        lambda done, total: told.append((done, total)),
    )

    assert told == [(1, 2), (2, 2)]


def test_a_large_gap_is_shown_in_part() -> None:
    receipts = [receipt_of(f"{UNKNOWN} {'!' * number}", "1") for number in range(9)]
    (gap,) = gaps_of(receipts).gaps
    text = gaps_text(Gaps((gap,), 0, 0))

    assert len(gap.members) == 9
    assert text.count("also:") == 4
    assert "and 4 more" in text


def test_a_stub_is_a_sound_question_without_an_answer() -> None:
    (gap,) = gaps_of([receipt_of(UNKNOWN)]).gaps
    stub = gap.members[0].stub()
    problems: list[Any] = []
    question = parse_question(stub, 1, problems)

    assert problems == []
    assert question is not None
    assert question.question == UNKNOWN
    assert question.id == f"gap-{text_hash(UNKNOWN)[:12]}"
    assert "Owner: Peter." in question.note
    assert gap.payload()["nearest"] == {
        "document": "cranes.md",
        "section": ["Cranes", "Paint"],
    }


def test_a_refusal_with_nothing_near_is_a_gap_too() -> None:
    bot = asker()
    found = find_gaps(
        [receipt_of(UNKNOWN)], lambda question, _: ask(bot, question), HashedWords()
    )
    member = found.gaps[0].members[0]

    assert member.payload()["nearest"] is None
    assert "Nearest" not in member.stub()["note"]
    assert "nearest:" not in gaps_text(found)
