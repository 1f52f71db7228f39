"""An observation becomes an Outcome: right or wrong, supported or not, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.matching import (
    any_overlap,
    exact_match,
    holds,
    normalise,
    occurrences,
    says,
    token_f1,
)
from bot.evaluation.outcomes import Observation, Outcome, Stage
from bot.evaluation.question_sets import Question, Quote
from bot.evaluation.split import split_of
from bot.records import Span

_YES_NO = frozenset({"yes", "no"})
_PHRASE = 2  # tokens of an accepted answer that a quote may hold instead of evidence
TWO_DOCUMENTS = "two_documents"  # tag: the answer needs evidence from each document


@dataclass(frozen=True, slots=True)
class Gold:
    """A question with the places where its evidence stands."""

    question: Question
    places: Mapping[Quote, tuple[Span, ...]]  # empty: no longer said

    @classmethod
    def find(cls, question: Question, read_text: Callable[[str], str | None]) -> Gold:
        """Look the evidence up.

        Args:
            question: the question.
            read_text: document id to its text, None when there is no such document.
        """
        places = {
            each: tuple(occurrences(each.quote, read_text(each.document) or ""))
            for each in question.evidence
        }
        return cls(question, places)

    @property
    def stale(self) -> tuple[str, ...]:
        """Quotes that their document no longer says, or whose document is gone."""
        return tuple(
            f"{each.document}: {each.quote}"
            for each, spans in self.places.items()
            if not spans
        )

    def held_by(self, document: str, span: Span, text: str = "") -> list[Quote]:
        """Return the evidence that a place of a document holds.

        A sentence that says the same, word by word, in another place counts too, so
        ``text`` is compared when it is given.
        """
        return [
            each
            for each, spans in self.places.items()
            if (each.document == document and any_overlap(span, spans))
            or (text and normalise(each.quote) == normalise(text))
        ]


def judge(gold: Gold, observation: Observation, read_at: int) -> Outcome:
    """Judge what the bot did with one question.

    An answer is right when its short answer is: equal to an accepted one (SQuAD's
    exact match), or holding an accepted one as a run of tokens ("12 firms" for "12").
    Where the bot shows no short answer, a quote must be evidence, or hold an accepted
    answer of two tokens or more; one token, such as a year, is met by chance. A
    question without an answer is rightly refused, and any answer to it is wrong.

    Args:
        gold: the question and where its evidence stands.
        observation: what the bot did.
        read_at: passages whose sentences the bot considered (``retrieval.k``).
    """
    question, answer = gold.question, observation.answer
    answered = answer["status"] == "answered"
    held = [_held(gold, each) for each in answer["citations"]]
    right = _right(gold, answer) if answered else not question.answerable
    anyway_right = (
        None if observation.anyway is None else _right(gold, observation.anyway)
    )
    stage = None if right else _stage(gold, observation, read_at)
    outcome = Outcome(
        question,
        observation,
        split_of(question),
        right=right,
        supports=tuple(bool(each) for each in held),
        anyway_right=anyway_right,
        stage=stage,
        stale=gold.stale,
    )
    if not question.answerable:
        return outcome
    return dataclasses.replace(
        outcome,
        exact=exact_match(answer["short"], question.answers),
        f1=token_f1(answer["short"], question.answers),
        supported=float(any(held)),
        citation_recall=_recall(question, held),
    )


def _held(gold: Gold, citation: Mapping[str, Any]) -> list[Quote]:
    span = (citation["start"], citation["end"])
    return gold.held_by(citation["document"], span, citation["quote"])


def _right(gold: Gold, answer: Mapping[str, Any]) -> bool:
    question = gold.question
    if not question.answerable or answer["status"] != "answered":
        return False
    short = answer["short"]
    accepted = question.answers
    yes_no = {normalise(each) for each in accepted} <= _YES_NO
    if short is not None:
        return any(
            normalise(short) == normalise(each) if yes_no else holds(short, each)
            for each in accepted
        )
    citations = answer["citations"]
    return any(_held(gold, each) for each in citations) or any(
        not yes_no and says(each["quote"], accepted, tokens=_PHRASE)
        for each in citations
    )


def _recall(question: Question, held: Sequence[Sequence[Quote]]) -> float:
    """Return the share of needed evidence that is cited.

    Evidence quotes are alternatives, one is enough; only a question tagged
    `two_documents` needs one from each of its documents.
    """
    cited = {quote.document for quotes in held for quote in quotes}
    if TWO_DOCUMENTS not in question.tags:
        return float(bool(cited))
    return len(cited) / len(question.documents)


def _stage(gold: Gold, observation: Observation, read_at: int) -> Stage:
    """Name the first stage that failed."""
    answer, question = observation.answer, gold.question
    if not question.answerable:
        return "refusal"
    read = observation.passages[:read_at]
    if not any(gold.held_by(each.document, (each.start, each.end)) for each in read):
        return "retrieval"
    shown = answer if answer["status"] == "answered" else observation.anyway
    if shown is None or not any(_held(gold, each) for each in shown["citations"]):
        return "evidence"
    return "decision" if _right(gold, shown) else "short answer"
