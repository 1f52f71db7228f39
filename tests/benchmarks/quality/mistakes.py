"""Questions with mistakes, and abbreviations: found again or not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise

from bot.config import RetrievalConfig
from bot.evaluation.rankings import Topic, measure
from bot.retrieval.abbreviations import Definition, definitions
from bot.retrieval.retriever import Retriever
from bot.runs import Query
from bot.text.terms import Word, words
from tests.benchmarks.quality.collections import Collection, document_ranking

_QUERIES = 200  # of a collection
_FORMS = 60  # abbreviations of a collection
_DEPTH = 50
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MISTYPED = 5  # letters at least
_LONG = 8

Spoil = Callable[[str, random.Random], str]


def _typo(text: str, chance: random.Random) -> str:
    """Change one letter of one word, nine times in ten not its first."""
    found = [each for each in _content(text) if len(each.text) >= _MISTYPED]
    if not found:
        return text
    word = chance.choice(found)
    at = chance.randrange(int(chance.random() < 0.9), len(word.text) - 1)
    left, right = word.text[:at], word.text[at:]
    letter = chance.choice(_LETTERS)
    changed = chance.choice(
        [
            left + right[1:],
            left + letter + right,
            left + letter + right[1:],
            left + right[:2][::-1] + right[2:],
        ]
    )
    return text[: word.start] + changed + text[word.end :]


def _run_together(text: str, chance: random.Random) -> str:
    """Leave out the space between two words of content."""
    pairs = [
        (left, right)
        for left, right in pairwise(words(text))
        if {left, right} <= {*_content(text)}
        and min(len(left.text), len(right.text)) >= 4
        and text[left.end : right.start] == " "
    ]
    if not pairs:
        return text
    left, right = chance.choice(pairs)
    return text[: left.end] + text[right.start :]


def _torn(text: str, chance: random.Random) -> str:
    """Put a space into a long word."""
    found = [each for each in _content(text) if len(each.text) >= _LONG]
    if not found:
        return text
    word = chance.choice(found)
    at = word.start + chance.randrange(3, len(word.text) - 2)
    return f"{text[:at]} {text[at:]}"


def _content(text: str) -> list[Word]:
    return [each for each in words(text) if each.terms and each.text.isalpha()]


KINDS: Mapping[str, Spoil] = {
    "as asked": lambda text, _: text,
    "small letters": lambda text, _: text.lower(),
    "one wrong letter": _typo,
    "two words run together": _run_together,
    "a word torn apart": _torn,
}


def compare(collection: Collection) -> dict[str, tuple[float, float]]:
    """Return nDCG@10 without and with reading, by kind of mistake."""
    step = -(-len(collection.queries) // _QUERIES)
    asked = collection.queries[::step]
    values = {}
    for kind, spoil in KINDS.items():
        chance = random.Random(1)  # noqa: S311 - mistakes, no secrets
        spoilt = [Query(each.id, spoil(each.text, chance)) for each in asked]
        collection.vectors([each.text for each in spoilt])  # together, then kept
        pair = [
            collection.measure(
                {
                    each.id: _ranking(collection, each.text, expand=on)
                    for each in spoilt
                },
                queries=asked,
            )["nDCG@10"]
            for on in (False, True)
        ]
        values[kind] = (pair[0], pair[1])
    return values | _abbreviations(collection)


def _ranking(collection: Collection, text: str, *, expand: bool) -> dict[str, float]:
    retriever = Retriever(collection.reader, RetrievalConfig(expand=expand))
    [vector] = collection.vectors([text])
    hits = retriever.search(text, _DEPTH, vector=vector)
    return dict(document_ranking([each.chunk.id for each in hits]))


@dataclass(frozen=True)
class _Form:
    """One form of an abbreviation, and the documents that have only the other."""

    asked: str
    documents: frozenset[str]


def _abbreviations(collection: Collection) -> dict[str, tuple[float, float]]:
    """Return R@10 of the documents that have only the other form."""
    values = {}
    texts = {
        each.id: collection.reader.text(each.id)
        for each in collection.reader.documents()
    }
    for kind, of in (("short form asked", _short), ("long form asked", _long)):
        forms = [*islice(of(texts), _FORMS)]
        pair = []
        if forms:
            collection.vectors([each.asked for each in forms])
        for on in (False, True):
            topics = {
                each.asked: Topic(
                    _ranking(collection, each.asked, expand=on),
                    dict.fromkeys(each.documents, 1),
                )
                for each in forms
            }
            found = measure(topics, ["R@10"])
            pair.append(
                sum(each["R@10"] for each in found.values()) / (len(found) or 1)
            )
        if forms:
            values[f"{kind} (R@10, {len(forms)})"] = (pair[0], pair[1])
    return values


def _short(texts: Mapping[str, str]) -> Iterator[_Form]:
    for each in _defined(texts):
        yield from _form(each.short, each.long, texts)


def _long(texts: Mapping[str, str]) -> Iterator[_Form]:
    for each in _defined(texts):
        yield from _form(each.long, each.short, texts)


def _form(asked: str, other: str, texts: Mapping[str, str]) -> Iterator[_Form]:
    own, wanted = (
        re.compile(rf"(?<!\w){re.escape(each)}(?!\w)", re.IGNORECASE)
        for each in (asked, other)
    )
    found = [
        id_
        for id_, text in texts.items()
        if wanted.search(text) and not own.search(text)
    ]
    if found:
        yield _Form(asked, frozenset(found))


def _defined(texts: Mapping[str, str]) -> list[Definition]:
    """Every definition whose short form has three letters or more, each once."""
    found = (each for text in texts.values() for each in definitions(text))
    return list({each.short: each for each in found if len(each.short) > 2}.values())
