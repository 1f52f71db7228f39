"""The process that parses: a file that breaks it costs itself alone."""

from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.ingest.documents import Found, Skipped, UnusableError
from bot.ingest.formats import find_format
from bot.ingest.frames import FrameError, pack_frame, read_frame
from bot.ingest.isolation import Parser
from bot.ingest.worker import serve
from bot.records import Document

LIMITS = CorpusConfig()
TEXT = (
    b"# Tug\n\nA tug pulls ships:\n\n- large ones\n\n| a | b |\n|---|---|\n| c | d |\n"
)
HEAVY = b"- a *b* [c](d)\n\n  > e\n\n" * 250_000  # some seconds of parsing


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    made = Parser(LIMITS)
    yield made
    made.close()


def here(path: str, data: bytes) -> Found:
    """Read a file in this process."""
    return find_format(path, data).reader()(path, data, LIMITS)


def test_another_process_reads_what_this_one_would(parser: Parser) -> None:
    rows = b'{"_id": "1", "text": "One.", "url": "https://a.example"}\nno row\n'
    optout = b"---\nindex: false\n---\nBody."

    for path, data in (("a/b.md", TEXT), ("rows.jsonl", rows), ("c.md", optout)):
        assert parser.read(path, data) == here(path, data)


def test_one_process_reads_many_files(parser: Parser) -> None:
    first = parser.process_id
    for number in range(20):
        parser.read(f"{number}.md", TEXT)

    assert parser.process_id == first


def test_a_refusal_comes_back_with_its_words(parser: Parser) -> None:
    with pytest.raises(UnusableError, match="is empty; write something"):
        parser.read("a.md", b"")
    assert parser.read("b.md", TEXT) == here("b.md", TEXT)


def test_a_process_that_was_killed_is_replaced(parser: Parser) -> None:
    parser.read("a.md", TEXT)
    os.kill(parser.process_id, signal.SIGKILL)

    assert parser.read("b.md", TEXT) == here("b.md", TEXT)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (replace(LIMITS, max_memory_mib=120), "more than corpus.max_memory_mib"),
        (replace(LIMITS, max_cpu_seconds=1), "processor time than corpus.max_cpu"),
        (replace(LIMITS, max_seconds=1), "takes more than corpus.max_seconds"),
    ],
)
def test_a_file_that_costs_too_much_is_refused_alone(
    limits: CorpusConfig, reason: str
) -> None:
    parser = Parser(limits)
    try:
        parser.read("before.md", TEXT)
        with pytest.raises(UnusableError, match=reason):
            parser.read("heavy.md", HEAVY)
        assert parser.read("after.md", TEXT) == here("after.md", TEXT)
    finally:
        parser.close()


def test_the_process_knows_no_secret_and_writes_no_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    fresh = Parser(LIMITS)
    try:
        fresh.missing()
        about = Path(f"/proc/{fresh.process_id}")
        if not about.exists():
            pytest.skip("needs /proc")
        assert b"xoxb" not in (about / "environ").read_bytes()
        limits = (about / "limits").read_text()
        assert any(
            line.split()[:5] == ["Max", "file", "size", "0", "0"]
            for line in limits.splitlines()
        )
    finally:
        fresh.close()


def test_a_library_that_fails_costs_one_file() -> None:
    answers = io.BytesIO()
    wrong = json.dumps({"path": 7, "size": 1}).encode() + b"\nx"  # no path: a TypeError
    right = json.dumps({"path": "a.md", "size": len(TEXT)}).encode() + b"\n" + TEXT
    counted: list[CorpusConfig] = []

    serve(io.BytesIO(wrong + right), answers, LIMITS, counted.append)

    first, second, last = map(json.loads, answers.getvalue().splitlines())
    assert first["refused"].startswith("cannot be parsed (TypeError: ")
    assert [read_frame(second)] == here("a.md", TEXT)
    assert last == {"done": True}
    assert counted == [LIMITS, LIMITS]


@given(st.text(), st.text(), st.booleans())
def test_what_was_left_out_survives_the_way(path: str, why: str, wrong: bool) -> None:  # noqa: FBT001 - drawn
    skipped = Skipped(path, why, wrong)

    assert read_frame(json.loads(pack_frame(skipped))) == skipped


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("blocks", [{"start": 0, "end": 10_000, "kind": "prose", "section": 0}]),
        ("blocks", [{"start": 0, "end": 1, "kind": "prose", "section": 9}]),
        (
            "blocks",
            [{"start": 0, "end": 1, "kind": "row", "section": 0, "lead": [5, 2]}],
        ),
        ("sections", [{"path": [], "start": 5, "end": 2, "anchor": None}]),
        ("sections", [{}]),
        ("info", None),
        ("info", {"id": "a"}),
        ("places", [[0, "page", "1"]]),
        ("text", None),
    ],
)
def test_a_document_that_does_not_fit_together_is_not_believed(
    key: str, value: object
) -> None:
    (document,) = here("a.md", TEXT)
    assert isinstance(document, Document)
    frame = asdict(document) | {key: value}

    with pytest.raises(FrameError):
        read_frame({"document": frame})
