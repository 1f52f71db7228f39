"""Names that a question writes in small letters, known by how documents spell them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W_]+(?:[.&'’/-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_BEGINS = re.compile(r"(?:^|[\n.!?:|#*>•\"“(-])\s*$")  # what may follow has a capital
_LOOK_BACK = 4  # characters
_NEARLY_ALWAYS = 0.8  # of the places inside sentences


def written_as_names(words: Sequence[str], texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words that the texts nearly always write with a capital letter.

    Only places inside a sentence tell anything: at its beginning every word has a
    capital. Possessives do not matter.

    >>> written_as_names(["resonac", "group"], ["The Resonac Group and a group."])
    ('resonac',)
    """
    wanted = {_bare(each) for each in words}
    capitals: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for text in texts:
        for match in _WORD.finditer(text):
            word = _bare(match[0])
            if word not in wanted:
                continue
            inner = any(each.isupper() for each in match[0][1:])
            start = match.start()
            if not inner and _BEGINS.search(text[max(0, start - _LOOK_BACK) : start]):
                continue
            seen[word] += 1
            capitals[word] += inner or match[0][0].isupper()
    return tuple(
        each
        for each in words
        if seen[_bare(each)]
        and capitals[_bare(each)] >= _NEARLY_ALWAYS * seen[_bare(each)]
    )


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word).casefold()
