"""`bot search`: ranked passages for people, for programs and for evaluation tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import RunBot, Workplace


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
def test_passages_are_ranked_with_their_raw_scores(
    run_bot: RunBot, workplace: Workplace, mode: str
) -> None:
    done = run_bot(
        "search", "silicon interposer", "-k", "3", "--mode", mode, "--json",
        *workplace.options,
    )  # fmt: skip
    hits = [json.loads(line) for line in done.stdout.splitlines()]

    assert [each["rank"] for each in hits] == [1, 2, 3]
    assert all("bm25" in each and "cosine" in each for each in hits)
    assert hits[0]["document"] == "technology/interposers.md"


def test_people_see_the_place_and_the_start_of_each_passage(
    run_bot: RunBot, workplace: Workplace
) -> None:
    done = run_bot("search", "interposer", "-k", "1", *workplace.options)

    assert done.stdout.startswith("1. technology/interposers.md")
    assert "BM25" in done.stdout


def test_a_word_read_as_another_is_shown(run_bot: RunBot, workplace: Workplace) -> None:
    told = "interposer (for interpozer)"
    asked = ("search", "silicon interpozer", "-k", "2", *workplace.options)
    hits = [json.loads(each) for each in run_bot(*asked, "--json").stdout.splitlines()]

    assert run_bot(*asked).stdout.startswith(f"Searched also for: {told}\n1. ")
    assert [each["also"] for each in hits] == [[told], [told]]
    assert hits[0]["document"] == "technology/interposers.md"


def test_a_query_file_becomes_a_trec_run(
    run_bot: RunBot, workplace: Workplace, tmp_path: Path
) -> None:
    queries, run = tmp_path / "queries.jsonl", tmp_path / "run.txt"
    queries.write_text(
        '{"_id": "q1", "text": "interposer"}\n\n{"_id": "q2", "text": "funding"}\n'
    )
    done = run_bot(
        "search", "--queries", str(queries), "--run", str(run), "-k", "2",
        *workplace.options,
    )  # fmt: skip
    rows = [line.split() for line in run.read_text().splitlines()]

    assert done.returncode == 0
    assert {row[0] for row in rows} == {"q1", "q2"}
    assert all(row[1] == "Q0" and len(row) == 6 for row in rows)
    assert len({(row[0], row[2]) for row in rows}) == len(rows)
    for query in ("q1", "q2"):
        scores = [float(row[4]) for row in rows if row[0] == query]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"_id": "1"}', "line 1 is not a query"),
        ("not json", "line 1 is not a query"),
        ("[1]", "line 1 is not a query"),
    ],
)
def test_a_bad_query_file_is_refused_by_line(
    run_bot: RunBot, workplace: Workplace, tmp_path: Path, line: str, message: str
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text(f"{line}\n")
    done = run_bot(
        "search", "--queries", str(queries), "--run", str(tmp_path / "run"),
        *workplace.options,
    )  # fmt: skip

    assert done.returncode == 1
    assert message in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--queries", "q.jsonl"), ("x", "-k", "0")])
def test_wrong_usage_exits_with_2(run_bot: RunBot, arguments: tuple[str, ...]) -> None:
    assert run_bot("search", *arguments).returncode == 2


def test_a_collection_keeps_its_own_ids(run_bot: RunBot, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "set.jsonl").write_text(
        '{"_id": "D-7", "title": "Tug", "text": "A tug pulls large ships."}\n'
        '{"_id": "D-8", "title": "Pear", "text": "A pear grows on a tree."}\n'
    )
    done = run_bot(
        "search", "ships", "-k", "1", "--json", "--corpus", str(corpus),
        "--index", str(tmp_path / "index"),
    )  # fmt: skip

    assert json.loads(done.stdout)["document"] == "D-7"
