"""How sure the bot is: the probability that its best sentence answers the question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from bot.evidence.features import Question
from bot.evidence.model import EvidenceModel
from bot.questions.spans import SPAN_KINDS
from bot.records import Evidence
from bot.stores.protocol import Reader
from bot.text.terms import tokenize

# How far a name counts by where it stands.
_OWN, _CONTEXT, _KIN, _DOCUMENT, _DOCUMENT_KIN = 1.0, 0.8, 0.6, 0.5, 0.3
_KIN_LETTERS = 5  # "Canada" and "Canadian" share as many
_DOCUMENTS = 64  # whose terms are kept
_LEAST_LOGIT = -11.0  # what the cross-encoder gives an unrelated sentence
_VERB = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|must)"
# What is asked for: "how many WAFERS does", "which YEAR did", "Ebara's MARKET SHARE".
_ASKED = re.compile(
    rf"\bhow (?:many|much) (?:([\w-]+(?: [\w-]+){{0,2}}?) {_VERB}\b|([\w-]+))"
    rf"|\b(?:what|which) ([\w'’-]+(?: [\w'’-]+){{0,3}}?) {_VERB}\b"
    rf"|^what(?:['’]s| is| was| are| were) (?:the |an? )?(\w[\w-]*) (?:of|in|for|at)\b"
    r"|['’]s ([\w-]+(?: [\w-]+){0,3})",
    re.IGNORECASE,
)
_NUMBERS = dict(
    zip(
        """one two three four five six seven eight nine ten eleven twelve thirteen
        fourteen fifteen sixteen seventeen eighteen nineteen twenty""".split(),
        map(str, range(1, 21)),
        strict=True,
    )
)


def confidence(
    question: Question,
    evidence: Sequence[Evidence],
    reader: Reader,
    *,
    cross_encoder: bool,
) -> float:
    """Return the probability that the first sentence of the evidence answers.

    What a score of one sentence cannot tell: whether it stands out from the next
    best, whether every name of the question belongs to it, how much of the question
    is said nowhere near it, and whether it speaks of what is asked for.

    Args:
        question: the question.
        evidence: scored sentences, best first.
        reader: the index they come from.
        cross_encoder: whether the evidence was made with it.
    """
    if not evidence:
        return 0.0
    features = decision_features(question, evidence, reader)
    model = EvidenceModel.read("decision", cross_encoder=cross_encoder)
    return model.score(features)


def decision_features(
    question: Question, evidence: Sequence[Evidence], reader: Reader
) -> dict[str, float]:
    """Describe how the best sentence stands to the question and to the others."""
    best = evidence[0]
    document = _terms(reader.text(best.hit.chunk.document))
    names = min(_names(question, best, document), default=1.0)
    weights = question.weights
    total = sum(weights.values()) or 1.0
    second = evidence[1].features if len(evidence) > 1 else {"cross": _LEAST_LOGIT}
    return {
        **best.features,
        "names": names,
        "absent_in_document": sum(
            weight for term, weight in weights.items() if term not in document
        )
        / total,
        "asked": _asked(question, best),
        "typed": float(question.reading.expects in SPAN_KINDS),
        "margin": best.features.get("cross", 0.0) - second.get("cross", 0.0),
    }


def _names(
    question: Question, best: Evidence, document: AbstractSet[str]
) -> Iterator[float]:
    """Say for each name of the question how near it is to the sentence."""
    chunk = best.hit.chunk
    own = _with_numbers(tokenize(best.sentence.text))
    heads = " ".join((chunk.title, *chunk.section, best.sentence.lead_text))
    context = own | _with_numbers(tokenize(heads))
    for terms in question.names:
        if holds(own, terms):
            yield _OWN
        elif holds(context, terms):
            yield _CONTEXT
        elif _has_kin(context, terms):
            yield _KIN
        elif holds(document, terms):
            yield _DOCUMENT
        else:
            yield _DOCUMENT_KIN if _has_kin(document, terms) else 0.0


def holds(found: AbstractSet[str], terms: Sequence[str]) -> bool:
    """Whether a word is there: its whole form, or all parts of the compound.

    A part of one letter is met by chance, so "EMIB-M" has to be there as a whole.
    """
    whole, *parts = terms
    if whole in found:
        return True
    return bool(parts) and all(len(each) > 1 and each in found for each in parts)


def _has_kin(found: AbstractSet[str], terms: Sequence[str]) -> bool:
    starts = {each[:_KIN_LETTERS] for each in found if len(each) >= _KIN_LETTERS}
    return any(each[:_KIN_LETTERS] in starts for each in terms)


def _with_numbers(terms: Sequence[str]) -> set[str]:
    """Add the figures of numbers that are written as words."""
    return {*terms, *(_NUMBERS[each] for each in terms if each in _NUMBERS)}


def _asked(question: Question, best: Evidence) -> float:
    """Whether the sentence speaks of what is asked for; one half if none is named."""
    match = _ASKED.search(question.reading.text)
    nouns = tokenize(next(filter(None, match.groups()), "")) if match else []
    if not nouns:
        return 0.5
    chunk = best.hit.chunk
    near = (chunk.title, *chunk.section, best.sentence.lead_text, best.sentence.text)
    spoken = set(tokenize(" ".join(near)))
    return float(any(each in spoken for each in nouns))


@lru_cache(_DOCUMENTS)
def _terms(text: str) -> frozenset[str]:
    return frozenset(tokenize(text))
