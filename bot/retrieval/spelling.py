"""Words of a question that no passage has, read as words that some passage has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.text.terms import Word, tokenize, words

Frequencies = Callable[[Sequence[str]], Mapping[str, int]]
Example = Callable[[str], str]  # term to the text of a passage that has it

_SHORTEST = 5  # letters; of shorter words too many lie one letter from another
_LONGEST = 30  # letters; the number of spellings to try grows with them
_SHORTEST_PART = 3  # letters of a word that was run together with another
_MOST_READ = 8  # words of one question; more unknown ones are another language
_OTHER_START = 0.1  # as likely: mistypers seldom miss the first letter (Pollock and
# Zamora, CACM 27(4), 1984: 92 % of misspellings have it right)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_POSSESSIVE = re.compile(r"['\u2019]s$")


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to read a part of a question."""

    start: int  # characters into the question
    end: int
    text: str  # what it is read as


def read_unknown(
    question: str, frequencies: Frequencies, example: Example
) -> list[Reading]:
    """Read the words that occur nowhere as known ones, in the question's order.

    A word is split ("interconnectpitch"), joined with its neighbour ("inter poser")
    or changed by one letter: left out, added, replaced, or swapped with the next.
    These make four in five misspellings (Damerau, CACM 7(3), 1964). Spellings are
    tried and looked up, so nothing but counts of the passages that the asker may see
    decides. Of several the commonest is taken, then the first by alphabet. Names
    with digits ("JOINT4") and abbreviations are left alone: one letter makes another
    of them. So are misspelt function words, which nothing is searched by.

    Args:
        question: as asked.
        frequencies: returns for terms in how many visible passages each occurs.
        example: returns the text of a visible passage that has a term.

    Returns:
        Readings that overlap nowhere; mostly none.
    """
    found = [each for each in words(question) if each.terms]
    counts = frequencies([term for each in found for term in each.terms])
    unknown = [
        word for word in found if not any(counts.get(term) for term in word.terms)
    ]
    if not unknown:
        return []
    readings = _joined(question, found, unknown, frequencies)
    taken = {place for each in readings for place in range(each.start, each.end)}
    shouted = question.isupper()
    for word in unknown[:_MOST_READ]:
        if word.start in taken or (word.text.isupper() and not shouted):
            continue
        if len(word.terms) > 1:  # a compound, or a script without spaces
            continue
        text = _read(_POSSESSIVE.sub("", word.text).lower(), frequencies, example)
        if text:
            readings.append(Reading(word.start, word.end, text))
    return sorted(readings, key=lambda each: each.start)


def reworded(question: str, readings: Iterable[Reading]) -> str:
    """Return the question with the readings in their places."""
    pieces, at = [], 0
    for each in readings:
        pieces += [question[at : each.start], each.text]
        at = each.end
    return "".join((*pieces, question[at:]))


def _joined(
    question: str, found: Sequence[Word], unknown: Sequence[Word], counted: Frequencies
) -> list[Reading]:
    """Join neighbours of which one is unknown, where the whole is known."""
    readings: list[Reading] = []
    for left, right in pairwise(found):
        parts = (left.text, right.text)
        if not (
            (left in unknown or right in unknown)
            and question[left.end : right.start].isspace()
            and all(map(str.isalpha, parts))
            and (not readings or readings[-1].end <= left.start)
        ):
            continue
        whole = "".join(parts).lower()
        terms = tokenize(whole)
        if len(terms) == 1 and counted(terms)[terms[0]]:
            readings.append(Reading(left.start, right.end, whole))
    return readings


def _read(word: str, frequencies: Frequencies, example: Example) -> str | None:
    if not word.isalpha() or not _SHORTEST <= len(word) <= _LONGEST:
        return None
    spellings = words(" ".join(dict.fromkeys(_spellings(word))))  # in one go
    spelled = {each.text: each.terms for each in spellings}
    if not all(spelled.values()):
        return None  # a misspelt function word
    split = {
        (word[:at], word[at:]): (tokenize(word[:at]), tokenize(word[at:]))
        for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    }
    terms = [
        *(term for found in spelled.values() for term in found),
        *(term for pair in split.values() for found in pair for term in found),
    ]
    counts = frequencies([*dict.fromkeys(terms)])

    def weight(text: str) -> float:
        count = max(counts[term] for term in spelled[text])
        return count if text[0] == word[0] else count * _OTHER_START

    best = min(spelled, key=lambda each: (-weight(each), each))
    if weight(best):
        # Several spellings may have the term of the best: take the one that is used.
        alike = [each for each in spelled if spelled[each] == spelled[best]]
        used = {each.text.lower() for each in words(example(spelled[best][0]))}
        return next((each for each in sorted(alike) if each in used), best)
    parts = {
        pair: min(counts[left[0]], counts[right[0]])
        for pair, (left, right) in split.items()
        if left and right
    }
    pair = min(parts, key=lambda each: (-parts[each], each), default=None)
    return " ".join(pair) if pair and parts[pair] else None


def _spellings(word: str) -> Iterator[str]:
    """Change a word by one letter in every way (Norvig 2007)."""
    letters = "".join(dict.fromkeys(_ALPHABET + word))
    for at in range(len(word) + 1):
        left, right = word[:at], word[at:]
        yield from (left + each + right for each in letters)
        if right:
            yield left + right[1:]
            yield from (left + each + right[1:] for each in letters if each != right[0])
        if len(right) > 1 and right[0] != right[1]:
            yield left + right[1] + right[0] + right[2:]
