"""Where sources agree or differ: the same thing, said in independent documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.values import Value, agree, value_of, values_in
from bot.records import Citation, Evidence, Reading
from bot.text.terms import tokenize

_ALIKE = 0.9  # share of words from which two sentences are copies of each other
_ABOUT = 0.8  # share of the question that both have to speak of
_COMMON = 0.35  # share of the words of the shorter that both have to have


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the quoted sources stand to the first of them, by citation number."""

    agreeing: tuple[int, ...] = ()
    differing: tuple[int, ...] = ()


def compare_sources(
    reading: Reading, quoted: Sequence[tuple[Evidence, Citation]]
) -> Agreement:
    """Compare what the other sources say with what the first one says.

    Both sentences must speak of the same thing: each of nearly all that was asked, and
    of much the same besides; each has to give one value of the wanted kind; and where
    either has further values, none of them may be the other's. Copies, and a document's
    own repetitions, do not count.

    Args:
        reading: the question.
        quoted: what is quoted, with its citation, best first.
    """
    (first, cited), *others = quoted
    value = value_of(reading, first)
    if value is None:
        return Agreement()
    agreeing: list[int] = []
    differing: list[int] = []
    for other, citation in others:
        if not _independent(first, cited, other, citation):
            continue
        said = value_of(reading, other)
        verdict = None if said is None else agree(value, said)
        if verdict and _about(other):
            agreeing.append(citation.number)
        elif (
            said is not None
            and verdict is False
            and _same_thing(first, value, other, said)
            and not any(agree(each, said) for each in values_in(reading, first))
            and not any(agree(each, value) for each in values_in(reading, other))
        ):
            differing.append(citation.number)
    return Agreement(tuple(agreeing), tuple(differing))


def _independent(
    first: Evidence, cited: Citation, other: Evidence, citation: Citation
) -> bool:
    if cited.document == citation.document or cited.sha256 == citation.sha256:
        return False
    if citation.document in cited.copies or cited.document in citation.copies:
        return False
    one, two = _words(first), _words(other)
    return len(one & two) < _ALIKE * len(one | two)


def _same_thing(first: Evidence, value: Value, other: Evidence, said: Value) -> bool:
    """Whether two sentences state the same attribute of the same subject."""
    if not (_about(first) and _about(other)):
        return False
    one = _words(first) - set(tokenize(value.text))
    two = _words(other) - set(tokenize(said.text))
    return len(one & two) >= _COMMON * min(len(one), len(two))


def _about(evidence: Evidence) -> bool:
    features = evidence.features
    return features["coverage"] >= _ABOUT and features["names"] >= _ABOUT / 2


def _words(evidence: Evidence) -> frozenset[str]:
    return frozenset(tokenize(evidence.sentence.text))


def numbered(numbers: Sequence[int]) -> str:
    """Write citation numbers as they stand behind quotes: "[2], [3]"."""
    return ", ".join(f"[{each}]" for each in numbers)


def dated(citations: Sequence[Citation], numbers: Sequence[int]) -> Iterator[str]:
    """Write the numbers of citations with the day to which their facts hold."""
    for each in citations:
        if each.number in numbers:
            day = f"as of {each.date}" if each.date else "undated"
            yield f"[{each.number}] ({day})"
