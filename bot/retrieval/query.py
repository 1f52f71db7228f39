"""What a question is searched by: its words, read as the passages have them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.retrieval.abbreviations import learned
from bot.retrieval.spelling import read_unknown, reworded
from bot.stores.documents import chunk_place
from bot.stores.protocol import Ranked, Reader, Visible
from bot.text.terms import index_text, tokenize

_MOST_DISTINCT = 64  # terms of a question; each costs a walk through its postings
_MOST_TERMS = 256  # repeated ones counted
_LEARNED = 0.5  # weight of all learned terms together, against 1 of each asked one


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched."""

    text: str  # to encode: the question with its readings
    terms: tuple[str, ...]  # to look up; one that comes twice counts twice
    learned: tuple[str, ...] = ()  # terms of the other forms of abbreviations
    also: tuple[str, ...] = ()  # what this adds to the question, for people


def query_terms(question: str) -> tuple[str, ...]:
    """Return the terms that a question is searched by, in order.

    A word that a long question repeats is what it is about, so it stays as often as
    it comes (on CACM's questions nDCG@10 is .528 so, and .478 with each term once).
    """
    terms = tokenize(question)
    distinct = set(islice(dict.fromkeys(terms), _MOST_DISTINCT))
    return tuple(islice((each for each in terms if each in distinct), _MOST_TERMS))


def understand(question: str, reader: Reader, visible: Visible) -> Query:
    """Read the question's unknown words as known ones, where that can be done."""

    def frequencies(terms: Sequence[str]) -> dict[str, int]:
        return reader.document_frequencies(terms, visible)

    def example(term: str) -> str:
        found = reader.search_lexical([term], 1, visible)
        return "".join(map(index_text, reader.chunks([each for each, _ in found])))

    readings = read_unknown(question, frequencies, example)
    text = reworded(question, readings)
    also = (f"{each.text} (for {question[each.start : each.end]})" for each in readings)
    return Query(text, query_terms(text), also=tuple(also))


def taught(query: Query, passages: Iterable[str]) -> Query:
    """Add the other forms of abbreviations that passages introduce.

    Args:
        query: the query that found the passages.
        passages: their texts, best first.
    """
    forms = learned(query.terms, passages)
    if not forms:
        return query
    return dataclasses.replace(
        query,
        learned=tuple(term for other, _ in forms for term in tokenize(other)),
        also=(*query.also, *(f"{other} (for {asked})" for other, asked in forms)),
    )


def search_words(query: Query, k: int, reader: Reader, visible: Visible) -> Ranked:
    """Find at most k chunks by the query's words, best first."""
    found = reader.search_lexical(query.terms, k, visible) if query.terms else []
    if not query.learned:
        return found
    more = reader.search_lexical(query.learned, k, visible)
    ids = [*dict.fromkeys(each for each, _ in (*found, *more))]
    ranked = zip(ids, score_words(query, ids, reader, visible), strict=True)
    return sorted(ranked, key=lambda each: (-each[1], *chunk_place(each[0])))[:k]


def score_words(
    query: Query, chunks: Sequence[str], reader: Reader, visible: Visible
) -> list[float]:
    """Return the score of each chunk by the query's words, aligned."""
    scores = reader.lexical_scores(query.terms, chunks, visible)
    if not query.learned:
        return scores
    weight = _LEARNED / len(query.learned)
    more = reader.lexical_scores(query.learned, chunks, visible)
    return [own + weight * other for own, other in zip(scores, more, strict=True)]
