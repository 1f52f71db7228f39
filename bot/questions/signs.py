"""What stands around a candidate and speaks for or against it, as factors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from bot.questions.counted import counted
from bot.questions.quantities import measures
from bot.questions.wanted import wanted_place, wants_birth, wants_end, wants_several
from bot.records import Reading, Span
from bot.text.terms import tokenize, words

_REPORTER = 0.3  # who says it is seldom whom it is about
_COUNTED_HERE, _COUNTED_ELSE = 3.0, 0.4  # "13 members", when members are counted
_OTHERWISE = 0.3  # "12 founding members", when members as such are counted
_COUNTED_WITHIN = 3  # words after the number
_OTHER_UNIT = 0.3  # "300 mm" counts nothing
_LIMIT, _NO_LIMIT = 4.0, 0.4  # "until 2026", when the end is asked for or not
_KIND_NAMED = 3.0  # "Kumamoto Prefecture", when a prefecture is wanted
_AGENT = 1.5  # "by" before a name, when the question asks who did it
_SEVERAL = 3.0  # several are wanted, and a list of them is there
_AFTER_PREPOSITION = 0.6  # "ambassador to Japan", when a person is wanted
_BEFORE = 30  # characters before a candidate that are looked at
_BEHIND = 60  # and behind it
_SAYS = (
    r"(?:said|says|wrote|writes|reported|reports|estimated|estimates|expects|expected"
    r"|announced|announces|noted|notes|called|calls|named|stated|states|argued|dates"
    r"|dated|gives|puts)"
)
_SAYING = re.compile(rf"(?: \w+)?(?: \(\w+\))? {_SAYS}\b")
_SAID_BEFORE = re.compile(r"\b(?:according to|told) (?:the )?$", re.IGNORECASE)
_PREPOSITION_BEFORE = re.compile(r"\b(?:in|of|to|from|at|near|for|with) (?:the )?$")
_AGENT_BEFORE = re.compile(r"\bby (?:the )?$")
_LIMIT_BEFORE = re.compile(r"\b(?:until|till|through|ends?|ended|ending) (?:in |on )?$")
_ELIDED = re.compile(r"\s*(?:[.,;)]|$| of (?:them|these|those|which|whom)\b)")
_BREAK = re.compile("[,;:()|]")
_DASH = re.compile("[-–]")


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with the question it may answer."""

    reading: Reading
    sentence: str
    asked: frozenset[str]  # terms of the question
    terms: frozenset[str]  # of the sentence
    measures: tuple[Span, ...]
    counted: str  # term of what is counted, or an empty text

    @classmethod
    def of(cls, reading: Reading, sentence: str) -> Self:
        """Look at a sentence once, for all its candidates."""
        asked = frozenset(each for word in reading.focus for each in tokenize(word))
        if reading.expects != "number":
            return cls(reading, sentence, asked, frozenset(), (), "")
        nouns = counted(reading.text)
        return cls(
            reading,
            sentence,
            asked,
            frozenset(tokenize(sentence)),
            tuple(measures(sentence)),
            nouns[-1] if nouns else "",
        )


def signs(scene: Scene, span: Span) -> Iterator[float]:
    """Yield what multiplies the promise of a candidate."""
    kind = scene.reading.expects
    before = scene.sentence[max(0, span[0] - _BEFORE) : span[0]]
    if kind == "number":
        yield from _counting(scene, span)
    elif kind == "date":
        yield from _bounding(scene, span, before)
    elif kind == "place":
        named = scene.sentence[slice(*span)].casefold().split()
        if wanted_place(scene.reading.text) in named:
            yield _KIND_NAMED
    elif kind in {"name", "names"}:
        yield from _acting(scene, span, before)


def _acting(scene: Scene, span: Span, before: str) -> Iterator[float]:
    """Tell who acts from who reports it, and from whom something is said to be of."""
    if _SAYING.match(scene.sentence, span[1]) or _SAID_BEFORE.search(before):
        yield _REPORTER
    if _AGENT_BEFORE.search(before):
        yield _AGENT
    if _PREPOSITION_BEFORE.search(before):
        yield _AFTER_PREPOSITION
    if "," in scene.sentence[slice(*span)] and wants_several(scene.reading.text):
        yield _SEVERAL


def _counting(scene: Scene, span: Span) -> Iterator[float]:
    """Compare what stands behind a number with what the question counts."""
    behind = scene.sentence[span[1] : span[1] + _BEHIND]
    cut = _BREAK.search(behind)
    following = [
        term
        for word in words(behind[: cut.start()] if cut else behind)[:_COUNTED_WITHIN]
        for term in word.terms
    ]
    if scene.counted and (scene.counted in following or _ELIDED.match(behind)):
        yield _COUNTED_HERE
        if scene.counted in following and (
            set(following[: following.index(scene.counted)]) - scene.asked
        ):
            yield _OTHERWISE
        return
    if scene.counted in scene.terms:
        yield _COUNTED_ELSE
    if any(start <= span[0] < end for start, end in scene.measures):
        yield _OTHER_UNIT


def _bounding(scene: Scene, span: Span, before: str) -> Iterator[float]:
    """Tell the end of something from its beginning, and a death from a birth."""
    if _LIMIT_BEFORE.search(before):
        yield _LIMIT if wants_end(scene.reading.text) else _NO_LIMIT
    birth = wants_birth(scene.reading.text)
    first = None if birth is None else _is_first(scene.sentence, span)
    if first is not None:
        yield _LIMIT if first == birth else _NO_LIMIT


def _is_first(sentence: str, span: Span) -> bool | None:
    """Whether a date is the birth of "(5 May 1901 - 7 June 1980)"; None: not in one."""
    start, end = sentence.rfind("(", 0, span[0]), sentence.find(")", span[1])
    if start < 0 or end < 0 or ")" in sentence[start : span[0]]:
        return None
    dashes = [each.start() for each in _DASH.finditer(sentence, start, end)]
    return span[1] <= dashes[-1] if dashes else None
