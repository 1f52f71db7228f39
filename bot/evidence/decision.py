"""How sure the bot is: the probability that its best sentence answers the question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from bot.evidence.context import in_context
from bot.evidence.cross_encoder import SentenceScorer
from bot.evidence.features import Question
from bot.evidence.model import EvidenceModel
from bot.records import Evidence
from bot.stores.protocol import Reader
from bot.text.terms import tokenize

# How far a name counts by where it stands.
_OWN, _CONTEXT, _KIN, _DOCUMENT, _DOCUMENT_KIN = 1.0, 0.8, 0.6, 0.5, 0.3
_KIN_LETTERS = 5  # "Canada" and "Canadian" share as many
_MOST_WORDS = 8  # focus words left out in turn; each costs a run of the model
_LEAST_LOGIT = -11.0  # what the cross-encoder gives an unrelated sentence
_VERB = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|must)"
_COUNTED = re.compile(
    rf"\bhow (?:many|much) (?:([\w-]+(?: [\w-]+){{0,2}}?) {_VERB}\b|([\w-]+))",
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
    scorer: SentenceScorer | None,
) -> float:
    """Return the probability that the first sentence of the evidence answers.

    What a score of one sentence cannot tell: whether it stands out from the next
    best, whether every name of the question belongs to it, and whether the question
    would fit it better without one of its words. The last is the mark of a near
    miss: "When did Intel join?" fits "Rapidus joined in 2023" better without Intel.

    Args:
        question: the question.
        evidence: scored sentences, best first.
        reader: the index they come from.
        scorer: the cross-encoder, or None where the evidence was made without.
    """
    if not evidence:
        return 0.0
    features = decision_features(question, evidence, reader, scorer)
    model = EvidenceModel.read("decision", cross_encoder=scorer is not None)
    return model.score(features)


def decision_features(
    question: Question,
    evidence: Sequence[Evidence],
    reader: Reader,
    scorer: SentenceScorer | None,
) -> dict[str, float]:
    """Describe how the best sentence stands to the question and to the others."""
    best = evidence[0]
    document = frozenset(tokenize(reader.text(best.hit.chunk.document)))
    named = list(_names(question, best, document))
    weights = question.weights
    total = sum(weights.values()) or 1.0
    features = dict(best.features)
    features["names"] = min(named, default=1.0)
    features["names_mean"] = sum(named) / len(named) if named else 1.0
    features["absent_in_document"] = (
        sum(weight for term, weight in weights.items() if term not in document) / total
    )
    features["counted"] = _counted(question, best)
    if scorer is None:
        cosines = [each.features["cosine"] for each in evidence]
        features["margin"] = cosines[0] - (cosines[1] if len(cosines) > 1 else 0.0)
        return features
    logits = [each.features["cross"] for each in evidence]
    features["margin"] = logits[0] - (logits[1] if len(logits) > 1 else _LEAST_LOGIT)
    gains = _gains(question, best, scorer)
    features["gain"] = max(gains, default=0.0)
    features["gain_mean"] = sum(gains) / len(gains) if gains else 0.0
    return features


def _gains(question: Question, best: Evidence, scorer: SentenceScorer) -> list[float]:
    """Say by how much each word of the focus lowers the score."""
    text = question.reading.text
    shorter = [
        without for word in question.reading.focus if (without := _without(text, word))
    ][:_MOST_WORDS]
    sentence = in_context(best.hit.chunk.title, best.sentence)
    logits = scorer.score_pairs([(each, sentence) for each in shorter])
    return [each - best.features["cross"] for each in logits]


def _without(text: str, word: str) -> str:
    """Leave a word out, wherever it stands on its own."""
    kept = re.sub(rf"(?<!\w){re.escape(word)}(?:['’]s)?(?!\w)", "", text)
    return " ".join(kept.split())


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
    """Whether a word is there: its whole form, or all parts of the compound."""
    whole, *parts = terms
    return whole in found or (bool(parts) and all(each in found for each in parts))


def _has_kin(found: AbstractSet[str], terms: Sequence[str]) -> bool:
    starts = {each[:_KIN_LETTERS] for each in found if len(each) >= _KIN_LETTERS}
    return any(each[:_KIN_LETTERS] in starts for each in terms)


def _with_numbers(terms: Sequence[str]) -> set[str]:
    """Add the figures of numbers that are written as words."""
    return {*terms, *(_NUMBERS[each] for each in terms if each in _NUMBERS)}


def _counted(question: Question, best: Evidence) -> float:
    """Whether the sentence speaks of what is counted; one half where nothing is."""
    match = _COUNTED.search(question.reading.text)
    nouns = tokenize(match[1] or match[2]) if match else []
    if not nouns:
        return 0.5
    spoken = set(tokenize(f"{best.sentence.lead_text} {best.sentence.text}"))
    return float(any(each in spoken for each in nouns))
