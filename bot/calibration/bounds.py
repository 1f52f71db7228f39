"""Exact binomial bounds, and the threshold whose error they keep below a limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Tried from the strictest on; fixed before any answer is seen, as the test demands.
THRESHOLDS = tuple(number / 200 for number in range(199, -1, -1))
_START = 8  # the first threshold to be tested lets this part of the answers through
_HALVINGS = 60  # of an interval of length 1: below the spacing of floats near 1
_MOST_QUESTIONS = 100_000  # more than anyone labels


@dataclass(frozen=True, slots=True)
class Labelled:
    """An answer that was judged."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Demand:
    """What share of answers may be wrong, and how sure that must be."""

    max_error: float  # in (0, 1)
    confidence: float  # in (0, 1)

    @property
    def fewest(self) -> int:
        """Answers without an error that are just enough to meet the demand."""
        return math.ceil(math.log1p(-self.confidence) / math.log1p(-self.max_error))


@dataclass(frozen=True, slots=True)
class Choice:
    """A threshold, and what it lets through of the labelled answers."""

    threshold: float
    answered: int
    wrong: int


def binomial_cdf(wrong: int, answered: int, rate: float) -> float:
    """Return the probability of at most so many errors among so many answers.

    >>> round(binomial_cdf(1, 2, 0.5), 9)
    0.75
    """
    if wrong >= answered or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    whole, yes, no = math.lgamma(answered + 1), math.log(rate), math.log1p(-rate)
    terms = (
        math.exp(
            whole
            - math.lgamma(each + 1)
            - math.lgamma(answered - each + 1)
            + each * yes
            + (answered - each) * no
        )
        for each in range(wrong + 1)
    )
    return min(math.fsum(terms), 1.0)


def upper_bound(wrong: int, answered: int, confidence: float) -> float:
    """Return the greatest error rate that so few errors leave possible.

    The one-sided bound of Clopper and Pearson (Biometrika 26, 1934): the rate at which
    so few errors have the probability ``1 - confidence``. It is exact, so it holds for
    any number of answers; rounded up, never down.

    >>> round(upper_bound(0, 45, 0.9), 4)
    0.0499
    """
    if wrong >= answered:
        return 1.0
    low, high = wrong / answered, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if binomial_cdf(wrong, answered, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def meets(demand: Demand, wrong: int, answered: int) -> bool:
    """Whether so few errors prove an error rate below the limit."""
    return (
        binomial_cdf(wrong, answered, demand.max_error) <= 1 - demand.confidence
        and answered > 0
    )


def choose_threshold(answers: Sequence[Labelled], demand: Demand) -> Choice | None:
    """Return the lowest threshold that fixed-sequence testing accepts, if any.

    Learn then Test (Angelopoulos, Bates, Candès, Jordan and Lei, arXiv:2110.01052):
    each threshold is the hypothesis that too many of its answers are wrong, with an
    exact binomial p-value. They are tested from the strictest threshold on, at the
    full level each, and the first that cannot be rejected ends it; so the chance that
    the returned threshold breaks the limit is at most ``1 - confidence``, however many
    are tried. Testing begins where there are enough answers to reject at all, and an
    eighth of them: with fewer, one early error ends what many answers would prove.
    That start depends on the answers' number and not on their correctness; it costs
    nothing as long as less confident answers are not right more often.

    Args:
        answers: a sample of the questions that will be asked, none of them used to
            make the bot.
        demand: the limit and the confidence.
    """
    best = None
    start = max(demand.fewest, len(answers) // _START)
    for each in counts(answers):
        if each.answered < start:
            continue
        if not meets(demand, each.wrong, each.answered):
            break
        best = each
    return best


def counts(answers: Sequence[Labelled]) -> list[Choice]:
    """Count what each threshold lets through, from the strictest on."""
    found = []
    for threshold in THRESHOLDS:
        passed = [each for each in answers if each.confidence >= threshold]
        wrong = sum(not each.right for each in passed)
        found.append(Choice(threshold, len(passed), wrong))
    return found


@dataclass(frozen=True, slots=True)
class Shortage:
    """How many labelled questions would be enough."""

    more: int
    choice: Choice  # the threshold for which it is so


def shortage(
    answers: Sequence[Labelled], questions: int, demand: Demand
) -> Shortage | None:
    """Estimate how many more questions are needed for some threshold to be accepted.

    It is assumed that further questions are answered as often, and as often wrongly,
    as those at hand. None where more would not help: at every threshold, the share of
    errors is not below the limit.

    Args:
        answers: of the questions at hand.
        questions: how many there are, those without an answer included.
        demand: the limit and the confidence.
    """
    found = []
    for each in counts(answers):
        if not each.answered or each.wrong / each.answered >= demand.max_error:
            continue
        needed = _fewest(each.wrong / each.answered, demand)
        if needed is not None:
            total = math.ceil(needed * questions / each.answered)
            found.append(Shortage(max(total - questions, 1), each))
    return min(found, key=lambda each: each.more, default=None)


def _fewest(rate: float, demand: Demand) -> int | None:
    """Return the fewest answers with this share of errors that meet the demand."""
    high = demand.fewest
    while not meets(demand, math.ceil(rate * high), high):
        high *= 2
        if high > _MOST_QUESTIONS:
            return None
    low = high // 2
    while low + 1 < high:  # nearly monotone: whole errors make small steps
        middle = (low + high) // 2
        if meets(demand, math.ceil(rate * middle), middle):
            high = middle
        else:
            low = middle
    return high
