"""When an answer matches an accepted one, and a passage or quote holds the evidence."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.records import Span

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "’‘“”–—")
_SHARE = 0.5  # of the shorter of two spans that the other must share


def normalise(answer: str) -> str:
    """Lower-case, drop punctuation and articles, and join the rest by single spaces.

    The normalisation of SQuAD's evaluation script (Rajpurkar et al., EMNLP 2016,
    arXiv:1606.05250), after NFKC, and with typographic quotes and dashes dropped too.

    >>> normalise("The  Resonac Corp.")
    'resonac corp'
    """
    text = unicodedata.normalize("NFKC", answer).casefold().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def exact_match(answer: str | None, accepted: Iterable[str]) -> float:
    """Return 1 when the normalised answer equals an accepted one, else 0.

    SQuAD's EM (Rajpurkar et al. 2016). No answer matches nothing.
    """
    if answer is None:
        return 0.0
    return float(any(normalise(answer) == normalise(each) for each in accepted))


def token_f1(answer: str | None, accepted: Iterable[str]) -> float:
    """Return the best harmonic mean of token precision and recall.

    SQuAD's F1 (Rajpurkar et al. 2016): tokens of the normalised strings as bags, the
    best over all accepted answers. No answer scores 0.

    >>> token_f1("October 2021", ["2021", "late 2021"])
    0.6666666666666666
    """
    if answer is None:
        return 0.0
    return max((_f1(answer, each) for each in accepted), default=0.0)


def _f1(answer: str, accepted: str) -> float:
    ours, theirs = normalise(answer).split(), normalise(accepted).split()
    if not ours or not theirs:
        return float(ours == theirs)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs))


def holds(text: str, accepted: str) -> bool:
    """Whether the tokens of an accepted answer stand side by side in the text."""
    wanted = normalise(accepted)
    return bool(wanted) and f" {wanted} " in f" {normalise(text)} "


def says(text: str, accepted: Iterable[str], *, tokens: int = 1) -> bool:
    """Whether the text holds an accepted answer of at least so many tokens."""
    return any(
        len(normalise(each).split()) >= tokens and holds(text, each)
        for each in accepted
    )


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans share at least half of the shorter one.

    A passage that holds half of a quote is enough, so that no chunking is punished for
    the place of its cuts.
    """
    shared = min(one[1], other[1]) - max(one[0], other[0])
    shorter = min(one[1] - one[0], other[1] - other[0])
    return shared > 0 and shared >= _SHARE * shorter


def occurrences(quote: str, text: str) -> Iterator[Span]:
    """Find each place where a quote stands in a text, in order."""
    start = text.find(quote) if quote else -1
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + len(quote))


def any_overlap(span: Span, places: Sequence[Span]) -> bool:
    """Whether a span overlaps one of several."""
    return any(overlaps(span, each) for each in places)
