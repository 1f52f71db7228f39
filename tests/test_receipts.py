"""What a receipt holds, how quotes are found again, and where receipts are kept."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, ReceiptsConfig
from bot.errors import ConfigError, StateError
from bot.identity import deciding_settings, hash_settings, program_identity
from bot.receipts.traces import Windows, trace_of
from bot.receipts.writing import Asked, hash_answer, write_receipt
from bot.records import text_hash
from bot.state.receipts import QuoteMark, Receipt
from bot.state.sqlite import open_state
from bot.state.sqlite_receipts import open_receipts
from tests.kept import Kept
from tests.receipt_samples import SETTINGS, TEXTS, ask, asker, receipt_of

QUESTION = "what does the engine of the tug have"
texts = st.text(st.characters(), max_size=60)  # lone surrogates as well


def mark(quote: str, start: int) -> QuoteMark:
    end = start + len(quote)
    return QuoteMark(1, "a.md", "", start, end, text_hash(quote), trace_of(quote))


@given(texts, texts.filter(bool), texts)
def test_a_quote_is_found_wherever_it_stands(
    before: str, quote: str, after: str
) -> None:
    text = before + quote + after
    windows = Windows(text)
    place = windows.find(mark(quote, 0))

    assert windows.at(mark(quote, len(before)))
    assert place is not None
    assert text[place : place + len(quote)] == quote


@given(st.text("ab", max_size=40), st.text("ab", min_size=1, max_size=5), st.integers())
def test_of_several_places_the_nearest_is_found(text: str, quote: str, at: int) -> None:
    start = abs(at) % 50
    found = Windows(text).find(mark(quote, start))
    places = [each for each in range(len(text)) if text.startswith(quote, each)]

    if not places:
        assert found is None
    else:
        assert found in places
        assert abs(found - start) == min(abs(each - start) for each in places)


def test_texts_with_the_same_sum_are_told_apart() -> None:
    """The sequence of Thue and Morse and its complement collide modulo 2^64."""
    bits = [number.bit_count() % 2 for number in range(2_048)]
    quote = "".join("ab"[bit] for bit in bits)
    other = "".join("ba"[bit] for bit in bits)
    assert trace_of(quote) == trace_of(other)

    assert Windows(other).find(mark(quote, 0)) is None
    assert Windows(other + quote).find(mark(quote, 0)) == len(other)


def test_a_receipt_holds_no_text_of_a_document() -> None:
    receipt = receipt_of(QUESTION)
    kept = json.dumps(receipt.payload())

    assert receipt.status == "answered"
    assert receipt.short_sha256
    assert not [word for word in ("3000", "pulls", "large") if word in kept]


def test_a_receipt_names_index_settings_program_and_every_quote() -> None:
    bot = asker()
    answer = ask(bot, QUESTION, "a1")
    receipt = receipt_of(QUESTION, "a1", bot)
    (quote,) = receipt.quotes

    assert (receipt.id, receipt.index) == ("a1", bot.reader.fingerprint)
    assert receipt.configuration == hash_settings(SETTINGS)
    assert receipt.program == program_identity()
    assert TEXTS["tug.md"][quote.start : quote.end] == answer.citations[0].quote
    assert quote.document_sha256 == text_hash(TEXTS["tug.md"])


def test_the_question_is_kept_only_if_the_configuration_says_so() -> None:
    kept, dropped = receipt_of(QUESTION), receipt_of(QUESTION, keep_question=False)

    assert kept.question == QUESTION
    assert dropped.question is None
    assert kept.question_sha256 == dropped.question_sha256 == text_hash(QUESTION)


def test_of_an_endless_question_no_more_is_kept_than_was_read() -> None:
    receipt = write_receipt(
        ask(asker(), QUESTION),
        Asked("why " * 5_000),
        place="index",
        configuration="",
    )

    assert len(receipt.question or "") == 4_000


def test_an_answer_has_one_hash_whatever_its_id_index_and_timings() -> None:
    answer = ask(asker(), QUESTION)
    other = dataclasses.replace(answer, id="b", index="other", timings_ms={"total": 9})

    assert hash_answer(answer) == hash_answer(other)
    assert hash_answer(answer) != hash_answer(dataclasses.replace(answer, text="x"))


@given(
    st.text(st.characters(), min_size=1),
    st.none() | st.frozensets(st.text(st.characters())),
    st.booleans(),
)
def test_every_receipt_survives_json(
    question: str,
    visible: frozenset[str] | None,
    alone: bool,  # noqa: FBT001 - data
) -> None:
    receipt = write_receipt(
        ask(asker(), QUESTION),
        Asked(question, visible, alone, 12.5),
        place="index",
        configuration="",
    )
    read = json.loads(json.dumps(receipt.payload()))

    assert Receipt.from_payload(read) == receipt


@pytest.fixture(params=["sqlite", "redis"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    return Kept(tmp_path, url)


def test_receipts_come_back_newest_first_and_by_place(kept: Kept) -> None:
    given = [
        receipt_of(QUESTION, "old", at=1.0),
        receipt_of(QUESTION, "new", at=2.0, visible=frozenset({"b", "a"})),
        receipt_of("nothing of this kind", "equal", at=2.0),
        receipt_of(QUESTION, "other", at=3.0, place="other-index"),
    ]
    with closing(kept.receipts()) as store:
        for each in given:
            store.save(each, SETTINGS)

    with closing(kept.receipts()) as store:
        assert [each.id for each in store.all("index")] == ["equal", "new", "old"]
        assert store.get("new") == given[1]
        assert store.get("none") is None
        assert store.settings(given[0].configuration) == SETTINGS
        assert store.settings("none") is None


def test_settings_go_with_the_last_receipt_that_names_them(kept: Kept) -> None:
    with closing(kept.receipts()) as store:
        for id_, at in (("a", 1.0), ("b", 2.0), ("b", 3.0)):
            store.save(receipt_of(QUESTION, id_, at=at), SETTINGS)

        assert [store.forget(before) for before in (1.0, 2.5)] == [0, 1]
        assert [each.id for each in store.all("index")] == ["b"]
        assert store.settings(hash_settings(SETTINGS)) == SETTINGS
        assert store.forget(3.5) == 1
        assert store.settings(hash_settings(SETTINGS)) is None
        assert store.all("index") == []


def test_a_receipt_saved_again_moves_to_its_new_index(kept: Kept) -> None:
    with closing(kept.receipts()) as store:
        store.save(receipt_of(QUESTION, "a", at=1.0), SETTINGS)
        store.save(receipt_of(QUESTION, "a", at=2.0, place="other", settings={}), {})

        assert store.all("index") == []
        assert [each.given for each in store.all("other")] == [2.0]
        assert store.forget(0.5) == 0
        assert store.settings(hash_settings(SETTINGS)) is None


def test_forgotten_receipts_leave_no_bytes_and_no_settings(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    canary = "who has the Zanzibar canary"
    with closing(open_receipts(path)) as store:
        store.save(receipt_of(canary, "old", at=1.0), SETTINGS)
        store.save(receipt_of(QUESTION, "new", at=9.0, settings={}), {})

        assert store.forget(5.0) == 1
        assert [each.id for each in store.all("index")] == ["new"]
        assert store.settings(hash_settings(SETTINGS)) is None
    left = b"".join(each.read_bytes() for each in tmp_path.iterdir())

    assert b"Zanzibar" not in left
    assert QUESTION.encode() in left


def test_receipts_share_the_file_of_the_other_state(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    state = open_state(path)
    with closing(open_receipts(path)) as store:
        store.save(receipt_of(QUESTION), SETTINGS)
        assert state.inbox.claim("k", {}, "me", 0.0, 1.0)
        assert store.get("0") is not None
    state.backend.close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_no_state_is_an_expected_error(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"this is no database" * 100)

    with pytest.raises(StateError, match=r"state\.db"):
        open_receipts(path)


def test_a_file_whose_tables_are_others_is_an_expected_error(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    state = open_state(path)
    state.backend.close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE VIEW receipts AS SELECT 1 AS place, 2 AS given")

    with pytest.raises(StateError, match="cannot be used"):
        open_receipts(path)


def test_another_processs_lock_is_an_expected_error(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    open_receipts(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StateError, match="locked"):
            open_receipts(path, busy_ms=1)


def test_only_what_decides_answers_is_in_the_hash_of_the_settings() -> None:
    plain = Config()
    moved = dataclasses.replace(
        plain, folder=Path("elsewhere"), receipts=ReceiptsConfig(enabled=False)
    )
    stricter = dataclasses.replace(
        plain, answers=dataclasses.replace(plain.answers, threshold=0.7)
    )

    assert deciding_settings(plain) == deciding_settings(moved)
    assert deciding_settings(plain) != deciding_settings(stricter)


def test_a_retention_of_less_than_a_day_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"receipts\.keep_days is 0"):
        ReceiptsConfig(keep_days=0)
