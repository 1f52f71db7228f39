"""Yes or no, under a rule: the sentence says all that is asked, in one plain clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from bot.records import Reading, Span
from bot.text.terms import Word, words

_FAR = 4  # words that may stand between two words of the question
_AUXILIARY = re.compile(
    r"^(?P<aux>is|are|was|were|do|does|did|has|have|had|can|will|must)\b", re.IGNORECASE
)
# Words that a question has for its grammar, and a sentence need not have.
_FREE = frozenset(
    """is are was were do does did has have had be been a an the it its there to of in
    on at by for with also please""".split()
)
_NOT_ASKED = re.compile(
    r"\b(?:not|no|never|or|which|what|who)\b|n['’]t\b", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nor|neither|cannot|nobody|nothing|nowhere)\b|n['’]t\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:(?:is|are|was|were|do|does|did|has|have|had|can|will|must) (?:not|never)"
    r"|cannot|\w+n['’]t)\b",
    re.IGNORECASE,
)
_ARTICLES = re.compile(r"\s*(?:(?:a|an|the|been|be)\s+)*")
# What makes a statement less than one: doubt, condition, plan, hearsay, exception.
_HEDGES = frozenset(
    """if unless whether would could might may should can will must shall plan plans
    planned planning expect expects expected hope hopes hoped aim aims aimed want wants
    wanted intend intends intended try tries tried propose proposed proposes deny denies
    denied reportedly allegedly claim claims claimed rumour rumoured rumored almost
    nearly hardly barely scarcely rather instead except without unlike fail fails failed
    lack lacks lacked refuse refused refuses until before once formerly former only some
    few partly mostly usually often sometimes seldom rarely potential possible future
    candidate perhaps probably likely maybe supposed said says say told reported reports
    stop stopped stops cease ceased less fewer up than too still already yet longer
    suggests suggested believe believes believed think thinks thought false untrue
    used""".split()
)
_TURNS = re.compile(
    r"[;:,()|]|\b(?:and|or|but|whereas|while|although|though|because|that|who|whom|whose"
    r"|which|where|when|after|as)\b",
    re.IGNORECASE,
)
_MODALS = {
    "can": frozenset({"can", "cannot", "can't", "can’t"}),
    "will": frozenset({"will", "won't", "won’t"}),
    "must": frozenset({"must"}),
}
_PAST = re.compile(r"\b(?:was|were|had|did)\b", re.IGNORECASE)
_PRESENT = frozenset({"is", "are", "do", "does", "has", "have"})


def polarity(reading: Reading, sentence: str) -> Literal["Yes", "No"] | None:
    """Say Yes or No where the sentence leaves no doubt, else nothing.

    The rule is narrow on purpose. Every word of the question has to stand in the
    sentence, in the order of the question, near together and within one clause; the
    sentence has no word of doubt, condition, plan or hearsay that the question lacks,
    and no other tense. Without a negation it is Yes; with a single one that denies
    just the predicate asked about, it is No.

    >>> from bot.questions.reading import read_question
    >>> asked = read_question("Is Ebara a member of JOINT2?")
    >>> polarity(asked, "Ebara is a founding member of JOINT2.")
    'Yes'
    >>> polarity(asked, "Ebara is not a member of JOINT2.")
    'No'
    >>> polarity(asked, "Ebara may become a member of JOINT2.")
    """
    match = _AUXILIARY.search(reading.text)
    if match is None or _NOT_ASKED.search(reading.text):
        return None
    auxiliary, *rest = words(reading.text)
    asked = [each for each in rest if each.text.casefold() not in _FREE]
    said = words(sentence)
    if not _has_modal(auxiliary.text.casefold(), said):
        return None
    places = _places(asked, said)
    if len(places) < 2 or _is_hedged(reading.text, said):  # noqa: PLR2004 - who, and what
        return None
    found = [said[each] for each in places]
    if not _is_one_clause(sentence, found, places) or _other_tense(
        match["aux"].casefold(), sentence, asked, found
    ):
        return None
    negations = list(_NEGATION.finditer(sentence))
    if not negations:
        return "Yes"
    return "No" if len(negations) == 1 and _denies(sentence, found) else None


def _places(asked: Sequence[Word], said: Sequence[Word]) -> list[int]:
    """Find all words of the question in order; empty when one is missing."""
    places: list[int] = []
    for word in asked:
        start = places[-1] + 1 if places else 0
        place = next(
            (at for at in range(start, len(said)) if _same(word, said[at])), None
        )
        if place is None:
            return []
        places.append(place)
    return places


def _same(asked: Word, said: Word) -> bool:
    if not asked.terms:
        return asked.text.casefold() == said.text.casefold()
    return bool(set(asked.terms) & set(said.terms)) and _figures(asked) == _figures(
        said
    )


def _figures(word: Word) -> list[str]:
    return [each for each in word.text if each.isdigit()]


def _has_modal(auxiliary: str, said: Sequence[Word]) -> bool:
    forms = _MODALS.get(auxiliary)
    return forms is None or any(each.text.casefold() in forms for each in said)


def _is_hedged(question: str, said: Sequence[Word]) -> bool:
    asked = {each.text.casefold() for each in words(question)}
    return any(each.text.casefold() in _HEDGES - asked for each in said)


def _is_one_clause(sentence: str, found: Sequence[Word], places: Sequence[int]) -> bool:
    near = all(b - a - 1 <= _FAR for a, b in pairwise(places))
    return near and not _TURNS.search(sentence[found[0].start : found[-1].end])


def _other_tense(
    auxiliary: str, sentence: str, asked: Sequence[Word], found: Sequence[Word]
) -> bool:
    """Whether the present is asked about and the past is told."""
    if auxiliary not in _PRESENT:
        return False
    if _PAST.search(sentence, found[0].end, found[-1].end):
        return True
    return auxiliary in {"do", "does"} and any(
        said.text.endswith("ed") and not word.text.endswith("ed")
        for word, said in zip(asked, found, strict=True)
    )


def _denies(sentence: str, found: Sequence[Word]) -> bool:
    """Whether the negation stands right before the next word of the question.

    "is not a member" denies membership; "is not the largest member" does not.
    """
    return any(
        first.end <= start and _ARTICLES.fullmatch(sentence, end, second.start)
        for start, end in _denials(sentence)
        for first, second in pairwise(found)
    )


def _denials(sentence: str) -> Iterator[Span]:
    return (each.span() for each in _DENIED.finditer(sentence))
