"""Bare sentences, in the order of their text, are ranked as answers to a question."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from bot.cross_encoders.pairs import PairScorer
from bot.dense import Encoder
from bot.evidence.model import EvidenceModel
from bot.questions.short_answers import short_answer
from bot.records import Reading
from bot.text.terms import tokenize

_FRAGMENT = 4  # words; what has fewer is a heading or a scrap that tells nothing
_LONGEST_TOPIC = 6  # words
_OPENING = re.compile(r"^(?:the|an?|in|on|at|for|when|while|if)\s+", re.IGNORECASE)
_SUBJECT_ENDS = re.compile(
    r"\s(?:is|are|was|were|has|have|had|refers?|means?|can|will|may|began|became)\b"
    r"|\s*\(|,\s|;|:"
)
_PRONOUNS = frozenset(
    """i you he she it we they this that these those there here who what our your his
    her its their""".split()
)


def rank_texts(
    reading: Reading,
    texts: Sequence[str],
    encoder: Encoder,
    scorer: PairScorer | None,
) -> list[float]:
    """Score sentences as answers, aligned, each in [0, 1].

    The list is taken for the sentences of one text in their order. What the first one
    speaks of is set before the others, so that a model knows who "it" is, and of two
    equally good sentences the earlier one goes first.

    Args:
        reading: the question.
        texts: the sentences.
        encoder: compares meanings where there is no cross-encoder.
        scorer: the cross-encoder, or None to do without.
    """
    model = EvidenceModel.read("list", cross_encoder=scorer is not None)
    if scorer is None:
        described = list(_by_meaning(reading, texts, encoder))
    else:
        described = [{"cross": each} for each in _by_reading(reading, texts, scorer)]
    return [
        model.score(
            {
                "position": 1 / place,
                "fragment": float(len(text.split()) < _FRAGMENT),
                **features,
            }
        )
        for place, (text, features) in enumerate(
            zip(texts, described, strict=True), start=1
        )
    ]


def topic_of(texts: Sequence[str]) -> str:
    """Return what a text speaks of: the subject of its first sentence, if it is short.

    >>> topic_of(["The Eiffel Tower is a tower in Paris.", "It was built in 1889."])
    'Eiffel Tower'
    """
    first = texts[0] if texts else ""
    end = _SUBJECT_ENDS.search(first)
    subject = _OPENING.sub("", first[: end.start()] if end else "").strip(" \"'“”")
    words = subject.split()
    if not 0 < len(words) <= _LONGEST_TOPIC or words[0].casefold() in _PRONOUNS:
        return ""
    return subject if any(each[0].isupper() for each in words) else ""


def _by_reading(
    reading: Reading, texts: Sequence[str], scorer: PairScorer
) -> list[float]:
    """Score each sentence as it stands and after the topic; the better one counts."""
    topic = topic_of(texts)
    bare = scorer.score_pairs([(reading.text, each) for each in texts])
    if not topic:
        return bare
    after = scorer.score_pairs([(reading.text, f"{topic}. {each}") for each in texts])
    return [max(pair) for pair in zip(bare, after, strict=True)]


def _by_meaning(
    reading: Reading, texts: Sequence[str], encoder: Encoder
) -> list[dict[str, float]]:
    if not texts:
        return []
    vector = encoder.encode_query(reading.text)
    terms = [set(tokenize(each)) for each in texts]
    weights = _rarity(reading.terms, terms)
    total = sum(weights.values()) or 1.0
    return [
        {
            "cosine": float((row * vector).sum()),
            "coverage": sum(w for term, w in weights.items() if term in own) / total,
            "fits": float(short_answer(reading, text, weights)[1]),
        }
        for text, row, own in zip(texts, encoder.encode(texts), terms, strict=True)
    ]


def _rarity(terms: Sequence[str], texts: Sequence[set[str]]) -> Mapping[str, float]:
    """Weigh terms by idf among the sentences themselves, in Lucene's form."""
    size = len(texts)
    counts = {term: sum(term in each for each in texts) for term in terms}
    return {
        term: math.log1p((size - count + 0.5) / (count + 0.5))
        for term, count in counts.items()
    }
