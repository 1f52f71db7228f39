"""How near the words of a question stand to a part of a sentence."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from bot.records import Span
from bot.text.terms import tokenize, words

_STEP = re.compile(
    r"(?P<turn>\b(?:whereas|while|although|though|but|because)\b)"
    r"|(?P<clause>[,;:()|]|\band\b)"
    r"|(?P<small>\b(?:in|on|at|by|of|to|the|a|an|from|for|about|some)\b)"
    r"|(?P<word>[^\s,;:()|]+)",
    re.IGNORECASE,
)
_COSTS = {"turn": 4, "clause": 2, "small": 0, "word": 1}
# Past forms that no stemmer leads back to the verb of "When did it leave?".
_PAST = dict(
    pair.split("/")
    for pair in """left/leave won/win began/begin made/make built/build wrote/write
    sold/sell bought/buy led/lead held/hold gave/give took/take became/become grew/grow
    rose/rise fell/fall chose/choose paid/pay sent/send spent/spend lost/lose met/meet
    said/say went/go came/come ran/run drew/draw broke/break brought/bring taught/teach
    caught/catch fought/fight thought/think kept/keep shot/shoot sang/sing swam/swim
    flew/fly drove/drive rode/ride spoke/speak stole/steal told/tell wore/wear
    written/write taken/take given/give chosen/choose begun/begin grown/grow""".split()
)


@dataclass(frozen=True, slots=True)
class Ruler:
    """Measures distances in a sentence: words, and more for what divides clauses.

    Small words cost nothing ("opened in 1974" is as near as can be); a comma, a
    bracket or "and" counts as two words, "whereas" and its like as four.
    """

    places: Sequence[int]  # where each step begins, ascending
    sums: Sequence[int]  # cost of all steps before it, and of all at the end

    @classmethod
    def of(cls, sentence: str) -> Self:
        """Lay a ruler along a sentence."""
        steps = list(_STEP.finditer(sentence))
        costs = [_COSTS[each.lastgroup or "word"] for each in steps]
        return cls([each.start() for each in steps], [0, *accumulate(costs)])

    def between(self, one: Span, other: Span) -> int:
        """Return the distance of two spans that do not overlap, else 0."""
        (_, end), (start, _) = sorted((one, other))
        first, last = bisect_left(self.places, end), bisect_left(self.places, start)
        return max(0, self.sums[last] - self.sums[first])


@dataclass(frozen=True, slots=True)
class Anchor:
    """A word of the question in the sentence, with what it weighs."""

    span: Span
    weight: float


def anchors(sentence: str, weights: Mapping[str, float]) -> list[Anchor]:
    """Find the words of a question in a sentence, past forms of its verbs included."""
    found = []
    for word in words(sentence):
        base = _PAST.get(word.text.casefold())
        terms = (*word.terms, *(tokenize(base) if base else ()))
        weight = max((weights.get(each, 0.0) for each in terms), default=0.0)
        if weight:
            found.append(Anchor((word.start, word.end), weight))
    return found


def nearness(span: Span, ruler: Ruler, near: Sequence[Anchor]) -> float:
    """Add up the weights of the anchors, each less the farther away it stands."""
    return sum(each.weight / (1 + ruler.between(span, each.span)) for each in near)
