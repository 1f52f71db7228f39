"""The shipped corpus keeps the rules that corpus/README.md states."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.chunking import split
from bot.config import ChunkingConfig, CorpusConfig
from bot.ingest.registry import read_documents
from bot.records import Document

CORPUS = Path(__file__).parent.parent / "corpus"
PATHS = sorted(
    path.relative_to(CORPUS).as_posix()
    for path in CORPUS.rglob("*.md")
    if path.name != "README.md"
)
OWNERS = frozenset(
    f"{each} desk"
    for each in ("consortia", "companies", "technology", "policy", "reference")
)
LONGEST = 60  # words of a sentence
LEAST, MOST = 300, 1_500  # words of a document
REPEATED = 8  # words; shorter sentences may be alike
documents = pytest.mark.parametrize("path", PATHS)


@cache
def source(path: str) -> str:
    return (CORPUS / path).read_text(encoding="utf-8")


@cache
def parts(path: str) -> tuple[dict[str, Any], str]:
    _, front, body = source(path).split("---\n", 2)
    return yaml.safe_load(front), body


@cache
def document(path: str) -> Document:
    (read,) = read_documents(path, source(path).encode(), CorpusConfig())
    assert isinstance(read, Document)
    return read


@cache
def sentences(path: str) -> tuple[tuple[str, str], ...]:
    """Return kind and text of each sentence that the bot may quote."""
    return tuple(
        (each.kind, each.text)
        for _, found in split(document(path), ChunkingConfig())
        for each in found
    )


def count_words(text: str) -> int:
    return len(re.findall(r"[^\W_]+(?:[.,'-][^\W_]+)*", text))


def test_the_article_and_its_related_documents_are_there() -> None:
    assert "consortia/article.md" in PATHS
    assert 36 <= len(PATHS) <= 70


@documents
def test_the_front_matter_is_complete(path: str) -> None:
    front, _ = parts(path)

    assert front.keys() >= {"title", "sources", "date", "owner", "reviewed_at"}
    assert front["owner"] in OWNERS
    assert isinstance(front["date"], dt.date)
    assert isinstance(front["reviewed_at"], dt.date)
    assert front["date"] <= front["reviewed_at"]
    assert front["sources"]
    for each in front["sources"]:
        assert each.keys() >= {"title", "publisher", "date", "url"}
        assert each["title"]
        assert each["publisher"]
        assert each["date"] is None or re.match(r"\d{4}", str(each["date"]))
        assert re.fullmatch(r"https?://[^\s]+", each["url"])


@documents
def test_the_only_first_heading_is_the_title(path: str) -> None:
    front, body = parts(path)

    assert re.findall(r"^# (.+)$", body, re.MULTILINE) == [front["title"]]


@documents
def test_internal_links_are_alive(path: str) -> None:
    _, body = parts(path)
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", body)
    inside = [each for each in targets if "://" not in each]

    assert [
        each for each in inside if not (CORPUS / path).parent.joinpath(each).is_file()
    ] == []


@documents
def test_the_length_is_that_of_a_page(path: str) -> None:
    _, body = parts(path)

    assert LEAST <= count_words(body) <= MOST


@documents
def test_no_sentence_is_too_long(path: str) -> None:
    long = [
        text
        for kind, text in sentences(path)
        if kind != "row" and count_words(text) > LONGEST
    ]

    assert long == []


@documents
def test_sentences_can_be_quoted_as_they_stand(path: str) -> None:
    """Quotes are shown raw, so marks inside of a sentence would be seen."""
    marked = [
        text for _, text in sentences(path) if re.search(r"\*\*|__|`|<[a-z]+>", text)
    ]

    assert marked == []


def test_no_passage_stands_twice() -> None:
    places: dict[str, str] = {}
    twice = []
    for path in PATHS:
        for kind, text in sentences(path):
            if kind == "row" or count_words(text) < REPEATED:
                continue
            key = " ".join(text.casefold().split())
            if key in places:
                twice.append((places[key], path, text))
            places.setdefault(key, path)

    assert twice == []


def test_there_are_enough_tables_steps_and_definitions() -> None:
    tables = [
        each
        for each in PATHS
        if re.search(r"^\|(?: ?-+ ?\|)+", parts(each)[1], re.MULTILINE)
    ]
    steps = [
        each
        for each in PATHS
        if re.search(r"^(?:1\. |- (?!\[))", parts(each)[1], re.MULTILINE)
    ]
    defined = [
        each
        for each in PATHS
        if any(
            re.match(r"(?:An? |The )?[\w -]{2,40} (?:is|are) (?:an?|the) ", text)
            for _, text in sentences(each)[:3]
        )
    ]

    assert len(tables) >= 8
    assert len(steps) >= 8
    assert len(defined) >= 5


@pytest.mark.parametrize(
    "names",
    [
        ("TOK", "Tokyo Ohka Kogyo"),
        ("Showa Denko Materials", "Resonac", "Hitachi Chemical"),
        ("DNP", "Dai Nippon Printing"),
        ("METI", "Ministry of Economy, Trade and Industry"),
    ],
)
def test_the_same_entity_is_met_under_different_names(names: tuple[str, ...]) -> None:
    for name in names:
        assert sum(name in parts(each)[1] for each in PATHS) >= 2, name
