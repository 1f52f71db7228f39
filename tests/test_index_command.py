"""`bot index` on the command line: its report, --keep, --rollback and --watch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer

import pytest

from bot.errors import InputError
from bot.indexing.watching import changes
from tests.conftest import RunBot

PAGE = "# Kettle\n\nA kettle boils water in three minutes.\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "kettle.md").write_text(PAGE, "utf-8")
    (folder / "copy.md").write_text(PAGE, "utf-8")
    (folder / "empty.md").write_text("", "utf-8")
    return folder


def index(run_bot: RunBot, corpus: Path, *options: str) -> str:
    done = run_bot(
        "index", str(corpus), "--index", str(corpus.parent / "index"), *options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_command_reports_each_file_and_goes_back_and_forth(
    run_bot: RunBot, corpus: Path
) -> None:
    lines = index(run_bot, corpus).splitlines()
    assert lines[0] == "indexed copy.md"
    assert lines[1] == "copy kettle.md of copy.md"
    assert lines[2].startswith("refused empty.md: is empty")

    (corpus / "kettle.md").write_text(f"{PAGE}\nIt is red.\n", "utf-8")
    report = json.loads(index(run_bot, corpus, "--keep", "3", "--json"))
    assert {each["path"]: each["status"] for each in report["files"]} == {
        "copy.md": "unchanged",
        "empty.md": "refused",
        "kettle.md": "changed",
    }

    assert index(run_bot, corpus, "--rollback") == "Generation 1 is the index again.\n"
    done = run_bot("index", "--rollback", "--index", str(corpus.parent / "index"))
    assert done.returncode == 1
    assert "no generation before 1" in done.stderr


def test_rollback_is_not_mixed_with_a_build(run_bot: RunBot, tmp_path: Path) -> None:
    done = run_bot("index", str(tmp_path), "--rollback", "--rebuild")

    assert done.returncode == 2
    assert "--rollback goes with no other way of building" in done.stderr


@contextmanager
def watcher(corpus: Path) -> Iterator[subprocess.Popen[str]]:
    """Run ``bot index --watch --json`` until the block ends."""
    command = [sys.executable, "-m", "bot.cli", "index", str(corpus), "--watch"]
    command += ["--json", "--index", str(corpus.parent / "index")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    guard = Timer(120, process.kill)  # a line that never comes fails, not hangs
    guard.start()
    try:
        yield process
    finally:
        guard.cancel()
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_watching_follows_changes_and_outlives_an_error(corpus: Path) -> None:
    with watcher(corpus) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["generation"] == 1

        (corpus / "teapot.md").write_text("# Teapot\n\nA teapot pours tea.\n", "utf-8")
        report = json.loads(process.stdout.readline())
        assert (report["added"], report["generation"]) == (["teapot.md"], 2)

        current = corpus.parent / "index" / "CURRENT"
        whole = current.read_bytes()
        current.write_bytes(b"nonsense")
        (corpus / "teapot.md").unlink()
        assert process.stderr.readline().startswith("Error: ")

        current.write_bytes(whole)
        (corpus / "pan.md").write_text("# Pan\n\nA pan fries eggs.\n", "utf-8")
        report = json.loads(process.stdout.readline())
        assert (report["added"], report["removed"]) == (["pan.md"], ["teapot.md"])

        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def test_the_first_yield_asks_for_a_build_and_later_ones_name_what_changed(
    tmp_path: Path,
) -> None:
    stop = Event()
    guard = Timer(60, stop.set)
    guard.start()
    seen = changes(tmp_path, stop)
    try:
        assert next(seen) == frozenset()
        (tmp_path / ".hidden").write_text("x", "utf-8")
        (tmp_path / "shown.md").write_text("x", "utf-8")
        assert next(seen) == {"shown.md"}
        os.remove(tmp_path / "shown.md")  # noqa: PTH107 - as any program would
        assert next(seen) == {"shown.md"}
        stop.set()
        assert list(seen) == []
    finally:
        guard.cancel()


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be watched"):
        next(changes(tmp_path / "none"))


@pytest.mark.slow
def test_questions_are_answered_while_the_index_changes(
    run_bot: RunBot, corpus: Path
) -> None:
    options = ("--corpus", str(corpus), "--index", str(corpus.parent / "index"))
    with watcher(corpus) as process:
        assert process.stdout is not None
        process.stdout.readline()
        for number in range(3):
            (corpus / f"more{number}.md").write_text(
                f"# Pot {number}\n\nPot {number} holds soup.\n", "utf-8"
            )
            done = run_bot(
                "ask", "How long does a kettle boil water?", "--json", *options
            )
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["status"] in {"answered", "abstained"}
