"""Choices of the lexical half: how words become terms, fields and BM25's parameters.

Only BM25 is measured here: it needs no vectors, so each choice is tried on all chunks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unittest.mock import patch

import Stemmer

from bot.chunking import split
from bot.config import ChunkingConfig, CorpusConfig
from bot.ingest.registry import read_documents
from bot.lexical.postings import Postings
from bot.lexical.searching import LexicalIndex
from bot.records import Chunk, Document
from bot.text import terms as analysis
from bot.text.stopwords import STOP_WORDS
from bot.text.terms import index_text, plain, tokenize
from tests.benchmarks.quality.collections import Collection, document_ranking

Tokenize = Callable[[str], list[str]]
_DEPTH = 50
_SPLIT = re.compile(r"[^\W_]+")


@dataclass
class _Counts:
    """What `Postings.from_model` takes."""

    doc_freqs: list[dict[str, int]]
    doc_len: list[int]


def _patched(name: str, value: object) -> Tokenize:
    def changed(text: str) -> list[str]:
        with patch.object(analysis, name, value):
            return tokenize(text)

    return changed


def _uncached(word: str) -> tuple[str, ...]:
    return analysis._terms(word)  # noqa: SLF001 - the cache holds what other choices gave


def _without(name: str, value: object) -> Tokenize:
    changed = _patched(name, value)

    def tokenized(text: str) -> list[str]:
        with patch.object(analysis, "_cached_terms", _uncached):
            return changed(text)

    return tokenized


_english = Stemmer.Stemmer("english")


def _bare(text: str) -> list[str]:
    """Only what every search engine does: letters and digits, stop words, stems."""
    found = _SPLIT.findall(text.lower())
    return [_english.stemWord(each) for each in found if each not in STOP_WORDS]


def _accented(word: str) -> str:
    return word.lower()


def _runs(part: str) -> list[str]:
    found = analysis._SPACED_RUN.findall(part)  # noqa: SLF001 - a run is one term
    return [analysis._stem(each) for each in found]  # noqa: SLF001 - as shipped


ANALYSES: dict[str, Tokenize] = {
    "**as shipped**": tokenize,
    "no stemmer": _without("_stem", lambda word: word),
    "Porter's first stemmer": _without("_stem", Stemmer.Stemmer("porter").stemWord),
    "stop words kept": _without("STOP_WORDS", frozenset()),
    "compounds and hyphens: parts only": _without("_is_one_word", lambda *_: False),
    "possessives kept": _without("_CLITIC", re.compile("(?!)")),
    "accents kept": _without("_fold", _accented),
    "no pairs of CJK characters": _without("_by_script", _runs),
    "letters and digits only": _bare,
}


def _titled(times: int) -> Callable[[Chunk], str]:
    def text(chunk: Chunk) -> str:
        title = "" if chunk.title == chunk.document else f"{plain(chunk.title)}\n"
        heads = "\n".join(map(plain, chunk.section))
        return f"{title * times}{heads}\n{plain(chunk.text)}"

    return text


@dataclass(frozen=True)
class Lexical:
    """One way to search by words."""

    tokenize: Tokenize = tokenize
    text: Callable[[Chunk], str] = index_text
    k1: float = 1.2
    b: float = 0.75
    chunking: ChunkingConfig = ChunkingConfig()  # noqa: RUF009 - it is frozen


CHOICES: dict[str, Lexical] = {
    **{name: Lexical(tokenize=each) for name, each in ANALYSES.items()},
    **{
        f"title {('left out', '', 'twice', 'three times')[times]}": Lexical(
            text=_titled(times)
        )
        for times in (0, 2, 3)
    },
    **{
        f"k1 {k1}, b {b}": Lexical(k1=k1, b=b)
        for k1, b in ((0.9, 0.4), (1.2, 0.5), (1.5, 0.75), (2.0, 0.75))
    },
    **{
        f"chunks of {most} words": Lexical(
            chunking=ChunkingConfig(max_words=most, min_words=min(25, most))
        )
        for most in (60, 180, 1_000)
    },
}


def compare(collection: Collection) -> dict[str, float]:
    """Return nDCG@10 of BM25 by each choice."""
    data = collection.corpus_file.read_bytes()
    read = read_documents("corpus.jsonl", data, CorpusConfig())
    documents = [each for each in read if isinstance(each, Document)]
    usual = _chunks(documents, ChunkingConfig())
    values = {}
    for name, choice in CHOICES.items():
        chunks = usual
        if choice.chunking != ChunkingConfig():
            chunks = _chunks(documents, choice.chunking)
        values[name] = _measured(collection, chunks, choice)
    return values


def _chunks(documents: Sequence[Document], config: ChunkingConfig) -> list[Chunk]:
    ordered = sorted(documents, key=lambda each: each.info.id)
    return [chunk for each in ordered for chunk, _ in split(each, config)]


def _measured(
    collection: Collection, chunks: Sequence[Chunk], choice: Lexical
) -> float:
    bags = [choice.tokenize(choice.text(each)) for each in chunks]
    counts = _Counts([dict(Counter(each)) for each in bags], [*map(len, bags)])
    index = LexicalIndex([Postings.from_model(counts)], k1=choice.k1, b=choice.b)
    rankings = {}
    for query in collection.queries:
        rows, _ = index.search(choice.tokenize(query.text)[:256], _DEPTH)
        found = [chunks[row].id for row in rows.tolist()]
        rankings[query.id] = document_ranking(found)
    return collection.measure(rankings)["nDCG@10"]
