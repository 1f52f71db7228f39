"""The benchmark of speed runs from its command to its page, on a small corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.dense import cosines
from tests.benchmarks.speed.debian_text import PER_DOCUMENT, WORDS, pages
from tests.benchmarks.speed.drawn_vectors import DrawnVectors
from tests.benchmarks.speed.engines.cpu import bytes_read
from tests.benchmarks.speed.limits import limits
from tests.benchmarks.speed.million import passages
from tests.benchmarks.speed.tables import document
from tests.benchmarks.speed.targets import rows
from tests.conftest import REPOSITORY

_SUBJECTS = "ships harbours cranes tugs ferries pilots tides anchors".split()


def result(
    part: str, name: str, size: int, p50: float, **more: object
) -> dict[str, object]:
    values = {"p0": p50, "p10": p50, "p50": p50, "p95": p50, "cold": 1.0, "opened": 0.5}
    fixed = {"part": part, "name": name, "size": size, "memory": 10, "failed": ""}
    return {**fixed, **values, **more}


def test_drawn_vectors_are_units_and_nearer_to_texts_of_the_same_words() -> None:
    encoder = DrawnVectors()
    texts = ["a tug pulls ships", "tugs pull a ship", "tides and anchors"]

    vectors = encoder.encode(texts)
    same, other = cosines(vectors[0], vectors[1:])

    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert same > other + 0.2
    assert np.array_equal(encoder.encode_query(texts[1]), vectors[1])


def test_made_passages_are_halves_of_real_ones() -> None:
    real = [["a", "b", "c", "d"], ["e", "f"], ["g"]]

    made = [*passages(real, 7)]

    assert made[:3] == real
    assert all(len(each) >= 1 for each in made)
    assert {term for each in made for term in each} <= set("abcdefg")


def test_pages_are_cut_into_passages_of_prose(tmp_path: Path) -> None:
    page = tmp_path / "git-doc" / "page.html"
    page.parent.mkdir()
    prose = " ".join(["Ships call at this harbour."] * 60)
    code = " ".join(["x=1; y_2"] * 200)
    script = "<script>var hidden = 1;</script>"
    page.write_text(f"<p>{prose}</p>{script}<div>{code}</div>", encoding="utf-8")

    [found] = pages(tmp_path)

    assert len(found) == 3
    assert all(len(each.split()) == WORDS for each in found)
    assert all(
        each.startswith(("Ships", "call", "at", "this", "harbour")) for each in found
    )


def test_a_target_is_reached_or_missed_by_its_figure() -> None:
    results = [
        result("lexical", "the bot", 10_000, 0.1, equal=1.0),
        result("lexical", "rank_bm25", 10_000, 14.0),
        result("hybrid", "the bot", 10_000, 0.5, beyond_text=901.0),
        result("hybrid", "txtai", 10_000, 5.0),
        result("hybrid", "Haystack", 10_000, 5.0, failed="took too long"),
    ]

    reached = {each.what: each.reached for each in rows(results)}

    assert reached == {
        "lexical 10,000, times faster than rank_bm25": False,
        "scores and order bit-equal to the rank_bm25 model, 10,000": True,
        "hybrid query without encoding, 10,000": True,
        "hybrid 10,000, times faster than txtai": True,
        "memory a passage beyond its text, 10,000": False,
    }


def test_the_page_shows_what_failed() -> None:
    results = [
        result("hybrid", "the bot", 1_000, 0.5, beyond_text=1.0),
        result("hybrid", "txtai", 1_000, 5.0, failed="took too long"),
    ]

    page = document({"minutes": 1.0, "results": results})

    assert "| txtai | took too long |" in page
    assert "| the bot | 0.5 ms, p95 0.5" in page


def test_a_figure_is_compared_with_what_the_machine_read_at_its_best() -> None:
    size = 100_000
    least = bytes_read(size) / 1e6  # milliseconds, at a gigabyte a second
    results = [
        result("limits", "memory", size, 2 * least, p0=least),
        result("limits", "product", 1_000, 10.0),
        result("limits", "hash", 1_000, 10.0),
        result("limits", "postings", size, 1.0, postings=1_000.0),
        result("lexical", "the bot", size, 0.06),
        result("vectors", "the bot", size, 120.0),
    ]

    page = "\n".join(limits(results))

    assert "memory): 1 for 100,000;" in page
    assert (
        "| lexical 100,000: 1,000 postings of 6 bytes | 6 µs | 60 µs, 10 times |"
        in page
    )
    assert "38.4 MB of narrow vectors | 38.6 ms | 120 ms, 3.1 times |" in page


def test_nothing_is_compared_with_a_machine_that_was_not_measured() -> None:
    assert not [*limits([result("lexical", "the bot", 1_000, 0.06)])]


@pytest.mark.slow
def test_the_command_measures_the_bot_and_writes_its_page(tmp_path: Path) -> None:
    corpus = tmp_path / "data" / "corpus-200"
    corpus.mkdir(parents=True)
    with (corpus / "passages.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(200 // PER_DOCUMENT):
            texts = [
                " ".join(f"{_SUBJECTS[(number + at * n) % 8]} {n}" for n in range(47))
                for at in range(PER_DOCUMENT)
            ]
            row = {"_id": f"d{number}", "text": "\n\n".join(texts)}
            lines.write(json.dumps(row) + "\n")
    queries = [{"_id": f"q{n}", "text": f"{_SUBJECTS[n % 8]} {n}"} for n in range(12)]
    text = "".join(json.dumps(each) + "\n" for each in queries)
    (tmp_path / "data" / "queries.jsonl").write_text(text, encoding="utf-8")

    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks.speed", "--only", "ours"),
            *("--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")),
            *("--sizes", "200", "--parts", "limits,lexical,hybrid,encoding"),
            *("--seconds", "0.2"),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    found = {each["part"]: each for each in results["results"][::-1]}
    assert found.keys() == {"limits", "lexical", "hybrid", "question"}
    assert found["lexical"]["equal"] == 1
    assert all(each["p50"] > 0 and not each["failed"] for each in found.values())
    page = (tmp_path / "out" / "speed.md").read_text("utf-8")
    assert "bit-equal to the rank_bm25 model, 200 | 100% | 100%" in page
    assert "## How far from the limits" in page
