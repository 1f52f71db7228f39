"""Where sentences begin and end inside one paragraph.

nupunkt (the Punkt algorithm with a trained model) decides what is uncertain. What
can be told from the words around a full stop is decided here, because the model
comes from legal texts: it takes words such as "chip" and "will" for abbreviations,
and breaks "Lt. Col." and "$5.2 bn. in".
"""
# ruff: noqa: RUF001 - full stops of other scripts are what this module is about

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from bot.records import Span
from bot.text.abbreviations import (
    AFTER_COMPANY,
    BEFORE_NUMBERS,
    COMPANIES,
    IN_CAPITALS,
    MONTHS,
    NEVER_LAST,
    PLACES,
    STARTERS,
    TITLES,
    UNCERTAIN,
)

if TYPE_CHECKING:
    from nupunkt import PunktSentenceTokenizer

SPLITTER = "nupunkt-0.8.0+1"  # raise the last number when the rules below change

_Verdict = Literal["end", "on", "ask"]  # ends here; goes on; the model must tell


# Ends of words may stand between the full stop and the space: closing quotes and
# brackets, Markdown's emphasis, link targets, notes such as [12], closing tags.
_CLOSERS = (
    r"(?:[\"'”’»)}*_`~¹²³⁴-⁹]|\](?:\([^()\s]{0,500}\))?|\[\^?\w{1,8}\]|</\w{1,10}>)*+"
    r"(?: (?:''|[)\]”’»])(?= |$))?+"  # texts cut into words have a space before them
)
# Quantifiers are possessive or bounded, and a run of marks is entered at its
# beginning only: the time is linear in the length of the text.
_MARK = re.compile(
    rf"(?P<mark>(?<![.!?…])[.!?…]++){_CLOSERS}(?=\s|$)"
    r"|(?P<joined>(?<=[a-z]{3})\.(?=[A-Z][a-z]{0,9}\s))"
    r"|(?P<wide>(?<![。！？｡．۔।؟])[。！？｡．۔।؟]++)(?P<shut>[”’」』）】》〉\"')]*+)"
)
_OPENERS = "\"'“‘«([{*_`~¿¡「『<"
_SPACE = re.compile(r"\s")
_WORD = re.compile(r"\w")
_LAST_WORD = re.compile(r"[^\s\"'“‘”«(\[{*_`~—–/]*\Z")
_NEXT_WORD = re.compile(r"[^\s.,:;!?)\]}\"'”’*_`~]*")
_DOTTED = re.compile(r"(?:[A-Za-z]{1,3}\.)+[A-Za-z]{1,3}")
_NUMBER = re.compile(r"[$€£¥#]?\d[\d.,:]*%?")
_ENUMERATOR = re.compile(
    r"[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})(?:\.\d{1,2}){0,3}\."
)
_CAMEL = re.compile(r"[a-z]{1,2}[A-Z]")
_NEAR = 48  # characters looked at on either side; no abbreviation is longer


def split_sentences(text: str, start: int, end: int) -> list[Span]:
    """Return the spans of the sentences in ``text[start:end]``, one block of prose.

    They are in order, without white space at their ends, and hold every character
    of the block that is not white space. Line ends count as spaces, so that a
    wrapped paragraph is read like one that is not. A block that has words has
    some in each of its sentences.
    """
    piece = _SPACE.sub(" ", text[start:end])
    spans: list[Span] = []
    begin = 0
    for stop in [*_ends(piece), len(piece)]:
        sentence = piece[begin:stop]
        first = start + begin + len(sentence) - len(sentence.lstrip())
        last = start + begin + len(sentence.rstrip())
        if spans and not _WORD.search(piece, begin, stop):
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))  # a quote mark alone
        elif first < last:
            spans.append((first, last))
        begin = stop
    return spans


def _ends(piece: str) -> list[int]:
    ends: list[int] = []
    model: frozenset[int] | None = None
    begin = 0
    word = _first_word(piece, 0)
    for match in _MARK.finditer(piece):
        if word >= match.start():
            continue  # nothing has been said since the last end
        verdict = _verdict(piece, begin, match)
        if verdict == "ask":
            if model is None:  # it is the slow part, and most paragraphs do without
                model = _model_ends(piece)
            verdict = "end" if match.end() in model else "on"
        if verdict == "end":
            begin = match.end()
            ends.append(begin)
            word = _first_word(piece, begin)
    return ends


def _first_word(piece: str, start: int) -> int:
    found = _WORD.search(piece, start)
    return found.start() if found else len(piece)


def _verdict(piece: str, begin: int, match: re.Match[str]) -> _Verdict:
    after = piece[match.end() : match.end() + _NEAR].lstrip()
    bare = after.lstrip(_OPENERS)
    found = _NEXT_WORD.match(bare)
    following = found.group() if found else ""
    near = max(begin, match.start() - _NEAR)
    if match["wide"]:
        verdict: _Verdict = "end"
        if match["shut"] and after[:1] in {"と", "、", "，"}:
            verdict = "on"
    elif match["joined"]:  # a space is missing: "sectors.While the"
        verdict = "end" if following in STARTERS else "on"
    elif not after:
        verdict = "end"
    elif near == begin and _ENUMERATOR.fullmatch(piece[begin : match.end()].strip()):
        verdict = "on"
    else:
        words = piece[near : match.start()]
        word = _last_word(words)
        closed = match.end() > match.end("mark")
        previous = (words[: len(words) - len(word)].split() or [""])[-1]
        place = _Place(
            match["mark"], word, _small(word), previous, after, bare, following, closed
        )
        verdict = next(filter(None, (rule(place) for rule in _RULES)), "end")
    return verdict


def _last_word(words: str) -> str:
    found = _LAST_WORD.search(words)
    return found.group() if found else ""


def _small(word: str) -> str:
    """Return a word in lower case, or "" where its capitals make it a name."""
    small = word.lower()
    return "" if word.isupper() and small not in IN_CAPITALS else small


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands around a mark that may end a sentence."""

    mark: str
    word: str  # before the mark
    small: str  # the same in lower case, "" for names in capitals
    previous: str  # the word before that
    after: str  # what follows, from its first sign on
    bare: str  # the same without opening quotes and brackets
    following: str  # its first word
    closed: bool  # a quote or bracket closes after the mark

    @property
    def lower(self) -> bool:
        return self.bare[:1].islower() and not _CAMEL.match(self.bare)

    @property
    def starter(self) -> bool:
        initial = self.bare.startswith(f"{self.following}.")
        return self.following in STARTERS and not initial


# The rules in their order; the first that has a verdict decides.


def _rule_for_marks(place: _Place) -> _Verdict | None:
    """Judge "!", "?" and ellipses; ". . ." and "? !" are one mark each."""
    if place.after[0] in ".!?…":
        return "on"
    if place.mark == ".":
        return None
    if place.lower:
        return "on"
    return "ask" if place.mark[0] in ".…" and place.mark[-1] not in "!?" else "end"


def _rule_for_small_letters(place: _Place) -> _Verdict | None:
    if not place.lower:
        return None
    known = place.small in UNCERTAIN or _DOTTED.fullmatch(place.word)
    number = _NUMBER.fullmatch(place.word)
    return "on" if place.closed or known or number or len(place.word) == 1 else "ask"


def _rule_for_initials(place: _Place) -> _Verdict | None:
    """An initial belongs to the name that follows; "plan B" may end a sentence."""
    if len(place.word) != 1 or not place.word.isalpha():
        return None
    if place.starter and len(place.following) > 1:
        return "on" if place.previous.endswith(".") else "end"
    previous = place.previous[:1]
    name = not previous or previous.isupper() or len(place.following) == 1
    return "on" if name else "ask"


def _rule_for_numbers(place: _Place) -> _Verdict | None:
    if place.bare[:1].isdigit() and place.small in BEFORE_NUMBERS:
        return "on"
    if not _NUMBER.fullmatch(place.word):
        return None
    return "on" if place.following.lower() in MONTHS else "end"


def _rule_for_names(place: _Place) -> _Verdict | None:
    if place.small in NEVER_LAST:
        return "on"
    if place.small in COMPANIES and place.following.lower() in AFTER_COMPANY:
        return "on"
    if place.small in TITLES and place.word[:1].isupper():
        return "end" if place.small in PLACES and place.starter else "on"
    return None


def _rule_for_what_follows(place: _Place) -> _Verdict | None:
    if place.starter:
        return "end"
    if _DOTTED.fullmatch(place.word) or place.small == "al":
        return "ask" if place.word.lower() in {"a.m", "p.m"} else "on"
    return "ask" if place.small in UNCERTAIN and place.small != "etc" else None


_RULES = (
    _rule_for_marks,
    _rule_for_small_letters,
    _rule_for_initials,
    _rule_for_numbers,
    _rule_for_names,
    _rule_for_what_follows,
)


def _model_ends(piece: str) -> frozenset[int]:
    spans = _tokenizer().span_tokenize(piece)
    return frozenset(len(piece[:last].rstrip()) for _, last in spans)


@cache
def _tokenizer() -> PunktSentenceTokenizer:
    from nupunkt.models import load_default_model  # noqa: PLC0415 - only for indexing

    return load_default_model()
