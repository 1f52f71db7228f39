"""The log of answers: whatever happens to it, answers go on."""

from __future__ import annotations

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.config import Config, IndexConfig, ReceiptsConfig
from bot.receipts import log as log_module
from bot.receipts.log import DAY, ReceiptLog
from bot.receipts.threads import ThreadLog
from bot.receipts.writing import Asked
from bot.records import Answer
from bot.state import sqlite_receipts
from bot.state.opening import open_receipts
from bot.state.receipts import Receipts
from bot.state.sqlite_file import SqliteFile
from bot.state.sqlite_receipts import SqliteReceipts
from tests.receipt_samples import SETTINGS, ask, asker, receipt_of

QUESTION = "what does the engine of the tug have"
Open = Callable[[Config], Receipts]


def config_in(folder: Path, **receipts: object) -> Config:
    return Config(
        index=IndexConfig(str(folder / "index")),
        receipts=ReceiptsConfig(**receipts),  # type: ignore[arg-type] # config's keys
    )


def log_in(
    folder: Path, notices: list[str], opened: Open = open_receipts, **receipts: object
) -> ReceiptLog:
    return ReceiptLog(config_in(folder, **receipts), SETTINGS, notices.append, opened)


def opened(folder: Path) -> Receipts:
    return open_receipts(config_in(folder))


def an_answer(id_: str = "a1") -> Answer:
    return ask(asker(), QUESTION, id_)


def test_a_closed_log_has_written_every_receipt(tmp_path: Path) -> None:
    notices: list[str] = []
    log = log_in(tmp_path, notices)
    for number in range(30):
        log.write(Asked(QUESTION, at=float(number)), an_answer(f"a{number}"))
    log.close()

    with closing(opened(tmp_path)) as store:
        assert [each.id for each in store.all("index")][:2] == ["a29", "a28"]
        assert len(store.all("index")) == 30
    assert notices == []


def test_writing_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    goes_on, notices = threading.Event(), list[str]()

    def open_late(config: Config) -> Receipts:
        goes_on.wait()
        return open_receipts(config)

    log = log_in(tmp_path, notices, open_late)
    log.write(Asked(QUESTION), an_answer())  # returns although nothing is open yet
    goes_on.set()
    log.close()

    with closing(opened(tmp_path)) as store:
        assert store.get("a1") is not None


def test_a_disk_that_does_not_keep_up_costs_receipts_and_a_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "_MOST_WAITING", 2)
    goes_on, notices = threading.Event(), list[str]()

    def open_late(config: Config) -> Receipts:
        goes_on.wait()
        return open_receipts(config)

    log = log_in(tmp_path, notices, open_late)
    for number in range(4):
        log.write(Asked(QUESTION), an_answer(f"a{number}"))
    goes_on.set()
    log.close()

    with closing(opened(tmp_path)) as store:
        assert {each.id for each in store.all("index")} == {"a0", "a1"}
    assert len(notices) == 1
    assert "does not keep up" in notices[0]


def test_a_folder_that_cannot_be_written_costs_one_notice(tmp_path: Path) -> None:
    (tmp_path / ".state").write_text("a file where the folder should be")
    notices: list[str] = []
    log = log_in(tmp_path, notices)
    for _ in range(3):
        log.write(Asked(QUESTION), an_answer())
    log.close()

    assert len(notices) == 1
    assert "No receipt of this answer is kept" in notices[0]
    assert "enabled = false" in notices[0]


def test_a_locked_database_costs_a_notice_and_later_receipts_are_kept(
    tmp_path: Path,
) -> None:
    opened(tmp_path).close()
    notices: list[str] = []
    told = threading.Event()

    def tell(text: str) -> None:
        notices.append(text)
        told.set()

    def impatient(config: Config) -> Receipts:
        return sqlite_receipts.open_receipts(config.state_path, busy_ms=1)

    log = ReceiptLog(config_in(tmp_path), SETTINGS, tell, impatient)
    path = config_in(tmp_path).state_path
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        log.write(Asked(QUESTION), an_answer("lost"))
        assert told.wait(30)
        other.execute("ROLLBACK")
    log.write(Asked(QUESTION), an_answer("kept"))
    log.close()

    with closing(opened(tmp_path)) as store:
        assert [each.id for each in store.all("index")] == ["kept"]
    assert len(notices) == 1
    assert "locked" in notices[0]


def test_a_failure_after_a_success_is_told_again(tmp_path: Path) -> None:
    notices: list[str] = []

    class Failing(SqliteReceipts):
        def save(self, receipt: object, settings: object) -> None:
            if "bad" in receipt.id:  # type: ignore[attr-defined] # a Receipt
                raise sqlite3.OperationalError("disk I/O error")
            super().save(receipt, settings)  # type: ignore[arg-type] # as given

    def failing(config: Config) -> Receipts:
        return Failing(sqlite_receipts.open_receipts(config.state_path).file)

    log = log_in(tmp_path, notices, failing)
    for id_ in ("bad1", "bad2", "good", "bad3"):
        log.write(Asked(QUESTION), an_answer(id_))
    log.close()

    assert len(notices) == 2
    assert "disk I/O error" in notices[0]


def test_a_closed_log_tells_instead_of_failing(tmp_path: Path) -> None:
    notices: list[str] = []
    log = log_in(tmp_path, notices)
    log.close()
    log.close()

    log.write(Asked(QUESTION), an_answer())

    assert len(notices) == 1
    assert "closed" in notices[0]


def test_old_receipts_are_forgotten(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        store.save(receipt_of(QUESTION, "old", at=1_000.0), SETTINGS)
        store.save(receipt_of(QUESTION, "young", at=1_000.0 + DAY), SETTINGS)
    notices: list[str] = []
    log = log_in(tmp_path, notices, keep_days=2)
    log.write(Asked(QUESTION, at=1_001.0 + 2 * DAY), an_answer("new"))
    log.close()

    with closing(opened(tmp_path)) as store:
        assert [each.id for each in store.all("index")] == ["new", "young"]


def test_a_log_without_questions_keeps_hashes(tmp_path: Path) -> None:
    log = log_in(tmp_path, [], questions=False)
    log.write(Asked(QUESTION), an_answer())
    log.close()

    with closing(opened(tmp_path)) as store:
        (receipt,) = store.all("index")
    assert receipt.question is None
    assert receipt.quotes
    left = b"".join(each.read_bytes() for each in (tmp_path / ".state").iterdir())
    assert QUESTION.encode() not in left


@pytest.mark.parametrize("question", ["\ud800", "a\x00b", "ش" * 9_000])
def test_any_question_can_be_kept(tmp_path: Path, question: str) -> None:
    notices: list[str] = []
    log = log_in(tmp_path, notices)
    log.write(Asked(question), an_answer())
    log.close()

    with closing(opened(tmp_path)) as store:
        (receipt,) = store.all("index")
    assert receipt.question == question[:4_000]
    assert notices == []


_WRITER = """
import sys, threading
from pathlib import Path
from bot.receipts.log import ReceiptLog
from bot.receipts.writing import Asked
from tests.receipt_samples import SETTINGS, ask, asker
from tests.test_receipt_log import QUESTION, config_in

log = ReceiptLog(config_in(Path(sys.argv[1])), SETTINGS, print)
answer = ask(asker(), QUESTION, "a1")
log.write(Asked(QUESTION), answer)
"""


def test_a_program_that_ends_without_closing_has_kept_its_receipts(
    tmp_path: Path,
) -> None:
    subprocess.run([sys.executable, "-c", _WRITER, str(tmp_path)], check=True)

    with closing(opened(tmp_path)) as store:
        assert store.get("a1") is not None


def test_a_killed_program_leaves_what_was_written_and_a_sound_file(
    tmp_path: Path,
) -> None:
    killed = _WRITER + (
        "import os\nlog._pool.submit(int).result()\nprint('written', flush=True)\n"
        "log.write(Asked(QUESTION), answer)\nos.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", killed, str(tmp_path)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == b"written\n"

    with closing(opened(tmp_path)) as store:
        assert store.get("a1") is not None
    with closing(SqliteFile(config_in(tmp_path).state_path)) as file:
        assert file.rows("PRAGMA integrity_check") == [("ok",)]


def test_of_the_readings_that_a_thread_tries_the_given_one_has_a_receipt(
    tmp_path: Path,
) -> None:
    log = log_in(tmp_path, [])
    thread = ThreadLog(log)
    tried, given = an_answer("tried"), an_answer("given")
    thread.tried(Asked("and when?"), tried)
    thread.tried(Asked(QUESTION, alone=False), given)
    thread.given(given)
    thread.given(given)  # told twice, kept once
    thread.given(an_answer("small talk"))
    log.close()

    with closing(opened(tmp_path)) as store:
        (receipt,) = store.all("index")
    assert (receipt.id, receipt.question, receipt.alone) == ("given", QUESTION, False)


def test_an_answer_that_its_thread_withholds_is_kept_as_a_refusal(
    tmp_path: Path,
) -> None:
    log = log_in(tmp_path, [])
    thread = ThreadLog(log)
    answered = an_answer("a1")
    refused = dataclasses.replace(
        answered, status="abstained", short=None, citations=(), segments=(), reason="no"
    )
    thread.tried(Asked(QUESTION), answered)
    thread.given(refused)
    log.close()

    with closing(opened(tmp_path)) as store:
        (receipt,) = store.all("index")
    assert (receipt.status, receipt.quotes, receipt.alone) == ("abstained", (), False)


def test_a_thread_remembers_the_last_readings_only(tmp_path: Path) -> None:
    log = log_in(tmp_path, [])
    thread = ThreadLog(log)
    for number in range(60):
        thread.tried(Asked(QUESTION), an_answer(f"a{number}"))
    thread.given(an_answer("a0"))
    thread.given(an_answer("a59"))
    log.close()

    with closing(opened(tmp_path)) as store:
        assert [each.id for each in store.all("index")] == ["a59"]
