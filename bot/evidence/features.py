"""What speaks for and against a sentence as the answer, before any model is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.evidence.spelling import written_as_names
from bot.questions.short_answers import short_answer
from bot.records import Hit, Reading, Sentence
from bot.stores.protocol import Reader, Visible
from bot.text.terms import tokenize

# How far a term counts that is not in the sentence itself but near it.
_IN_CONTEXT = 0.7  # title, headings, lead-in
_IN_CHUNK = 0.4  # another sentence of the passage


@dataclass(frozen=True, slots=True)
class Question:
    """A reading with what the index says of its terms."""

    reading: Reading
    weights: Mapping[str, float]  # focus term to idf
    names: tuple[tuple[str, ...], ...]  # terms of each word that is a name

    @property
    def rarest(self) -> str | None:
        """The focus term that the fewest passages have."""
        return max(self.weights, key=lambda each: self.weights[each], default=None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit with its features that cost nothing to compute."""

    hit: Hit
    sentence: Sentence
    features: Mapping[str, float]
    short: str | None


def weigh(
    reading: Reading, reader: Reader, visible: Visible = None, hits: Sequence[Hit] = ()
) -> Question:
    """Weigh the question's terms by how rare they are among the visible passages.

    A word that occurs nowhere and names nothing may just be another way to say it,
    so it gets the mean weight of the others and not the highest of all.

    Args:
        reading: the question.
        reader: the index.
        visible: collections the asker may see; None is all.
        hits: passages whose spelling shows which words in small letters are names.
    """
    size = reader.size(visible)
    counts = reader.document_frequencies(reading.terms, visible)
    names = tuple(_names(reading, hits))
    weights = {
        term: math.log1p((size - count + 0.5) / (count + 0.5))
        for term, count in counts.items()
    }
    named = {term for terms in names for term in terms}
    known = [weight for term, weight in weights.items() if counts[term]]
    if known:
        mean = sum(known) / len(known)
        for term, count in counts.items():
            if not count and term not in named:
                weights[term] = mean
    return Question(reading, weights, names)


def _names(reading: Reading, hits: Sequence[Hit]) -> Iterable[tuple[str, ...]]:
    """Find the words that name something: with a capital letter or a digit.

    A question in capitals shows nothing, and one in small letters little; of those
    the passages tell more.
    """
    loud = reading.text.isupper()
    shown = {
        word
        for word in reading.focus
        if any(each.isdigit() or (each.isupper() and not loud) for each in word)
    }
    others = [each for each in reading.focus if each not in shown]
    shown.update(written_as_names(others, (each.chunk.text for each in hits)))
    for word in reading.focus:
        if word in shown and (terms := tuple(tokenize(word))):
            yield terms


def candidates(
    question: Question, hits: Sequence[Hit], reader: Reader
) -> list[Candidate]:
    """List every sentence of the hits, in their order."""
    best_cosine = max((each.cosine or 0.0 for each in hits), default=0.0)
    best_bm25 = max((each.bm25 for each in hits), default=0.0) or 1.0
    return [
        candidate
        for hit in hits
        for candidate in _of_hit(
            question,
            hit,
            reader.sentences(hit.chunk.id),
            {
                "passage_cosine": hit.cosine or 0.0,
                "passage_behind": best_cosine - (hit.cosine or 0.0),
                "passage_words": hit.bm25 / best_bm25,
            },
        )
    ]


def _of_hit(
    question: Question,
    hit: Hit,
    sentences: Sequence[Sentence],
    passage: Mapping[str, float],
) -> Iterable[Candidate]:
    heads = set(tokenize(" ".join((hit.chunk.title, *hit.chunk.section))))
    owns = [set(tokenize(each.text)) for each in sentences]
    chunk = set().union(*owns) if owns else set()
    for sentence, own in zip(sentences, owns, strict=True):
        context = heads | set(tokenize(sentence.lead_text))
        short, fits = short_answer(question.reading, sentence.text, question.weights)
        features = {
            **passage,
            "fits": float(fits),
            "short": float(short is not None),
            "prose": float(sentence.kind == "prose"),
            **_overlap(question, own, context, chunk),
        }
        yield Candidate(hit, sentence, features, short)


def _overlap(
    question: Question,
    own: AbstractSet[str],
    context: AbstractSet[str],
    chunk: AbstractSet[str],
) -> dict[str, float]:
    def near(term: str) -> float:
        if term in own:
            return 1.0
        if term in context:
            return _IN_CONTEXT
        return _IN_CHUNK if term in chunk else 0.0

    weights = question.weights
    total = sum(weights.values()) or 1.0
    rarest = question.rarest
    named = [
        max(near(terms[0]), _nearest_parts(terms[1:], near)) for terms in question.names
    ]
    return {
        "own": sum(weight for term, weight in weights.items() if term in own) / total,
        "coverage": sum(w * near(term) for term, w in weights.items()) / total,
        "rarest": near(rarest) if rarest is not None else 1.0,
        "names": min(named, default=1.0),
        "absent": sum(w for term, w in weights.items() if not near(term)) / total,
    }


def _nearest_parts(parts: Sequence[str], near: Callable[[str], float]) -> float:
    """Of a compound that is not there as a whole, all parts have to be."""
    return min((near(each) for each in parts), default=0.0)
