"""Words and terms of a text: one definition for indexing and for asking."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from bot.records import Chunk
from bot.text.markup import PLAIN, plain
from bot.text.stopwords import ACRONYMS, STOP_WORDS

__all__ = ["ANALYSIS", "Word", "index_text", "plain", "tokenize", "words"]

# Part of an index's fingerprint: where any of these differ, terms may differ.
ANALYSIS = (
    f"terms 2, {PLAIN}, english {Stemmer.version()}, "
    f"unicode {unicodedata.unidata_version}"
)

_LONGEST_TERM = 64  # characters; what is longer is data, not a word
_LONGEST_CACHED = 40  # characters; a longer word seldom comes twice
_MOST_MARKS = 30  # in a run; the limit of stream-safe text, Unicode UAX 15
_MOST_JOINED = 3  # parts; a longer compound is never written as one word
_SHORT_PART = 3  # characters; longer words around a slash are alternatives

# Vowel signs and accents of the living scripts, which Python's \w leaves out.
_MARKS = "\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f" + "".join(
    each
    for each in map(chr, range(0x300, 0x1D00))
    if unicodedata.category(each)[0] == "M"
)
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670"
    "\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, Kana, Han, Hangul.
_UNSPACED = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # may stand inside a word
_HYPHENS = r"\-\u2010\u2011"
_APOSTROPHES = "'\u2019"

_LETTER = rf"[\w{_MARKS}{_INVISIBLE}]"
# A joiner is no letter and is followed by one, so a match takes linear time.
_WORD = re.compile(
    rf"\b[A-Za-z](?:\+\+|#)(?!\w)"
    rf"|{_LETTER}+(?:(?:[./&{_HYPHENS}{_APOSTROPHES}]|,(?=[0-9])){_LETTER}+)*"
)
_SEPARATORS = re.compile(rf"[,/&_{_HYPHENS}]")
_MARK_RUN = re.compile(rf"([{_MARKS}]{{{_MOST_MARKS}}})[{_MARKS}]+")
_INVISIBLES = str.maketrans("", "", _INVISIBLE)
_ELISION = re.compile(rf"^[dl][{_APOSTROPHES}]")
_CLITIC = re.compile(rf"[{_APOSTROPHES}](?:s|ll|re|ve|d|m)$")
_NEGATION = re.compile(rf"n[{_APOSTROPHES}]t$")
_THOUSANDS = re.compile(r"(?<![0-9])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_NUMBER = re.compile(r"v?[0-9]+(?:\.[0-9]+)+[a-z]*")
_SMALL_NUMBER = re.compile(r"[0-9]{1,3}")  # of a version or model, not a year
_INITIALS = re.compile(r"[^\W\d_]{1,2}(?:\.[^\W\d_]{1,2})+")
_UNSPACED_RUN = re.compile(f"({_UNSPACED}+)")
_SPACED_RUN = re.compile(rf"[\w{_MARKS}.]+")

_stemmers = threading.local()  # a stemmer must not be shared between threads


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, and the index terms that it is found by.

    A compound has several ("US-JOINT": usjoint, us, joint), a stop word none.
    """

    text: str
    start: int  # characters into the text it was found in
    end: int
    terms: tuple[str, ...]


def words(text: str) -> list[Word]:
    """Find the words of a text, stop words included, in order.

    Always ``text[word.start : word.end] == word.text``.
    """
    return [
        Word(each[0], each.start(), each.end(), terms) for each, terms in _scan(text)
    ]


def tokenize(text: str) -> list[str]:
    """Return the index terms of a text in order, as often as they occur.

    Case, accents, width and possessives do not matter. English words are stemmed
    and English stop words dropped. A compound gives its parts and, where people
    also write it as one word, the whole. Scripts without spaces give pairs of
    characters.

    >>> tokenize("Resonac's 2.5D packages in the U.S.: US-JOINT")
    ['resonac', '2.5d', 'packag', 'us', 'usjoint', 'us', 'joint']
    """
    return [term for _, terms in _scan(text) for term in terms]


def index_text(chunk: Chunk) -> str:
    """Return what is indexed and encoded for a chunk: title, headings, plain text.

    A heading that repeats the title or an outer heading is named once. A title that
    is only the document's id, for want of another, says nothing: without it MiniLM's
    nDCG@10 on mtrag_human rises from .718 to .734.
    """
    titles = () if chunk.title == chunk.document else (chunk.title,)
    heads = dict.fromkeys(plain(each) for each in (*titles, *chunk.section))
    return "\n".join(each for each in (*heads, plain(chunk.text)) if each)


def _scan(text: str) -> Iterator[tuple[re.Match[str], tuple[str, ...]]]:
    # In a text without small letters, "IT" and "WHO" are words like any other.
    shouted = text.isupper()
    name, end = "", 0  # the word before, where it may be a name that takes a number
    for match in _WORD.finditer(text):
        word = match[0].lower() if shouted else match[0]
        terms = _cached_terms(word) if len(word) <= _LONGEST_CACHED else _terms(word)
        if name and _SMALL_NUMBER.fullmatch(word) and match.start() == end + 1:
            terms = (*terms, (name + word)[:_LONGEST_TERM])  # "JOINT 2" finds JOINT2
        name = _fold(word) if terms and word.isalpha() else ""
        end = match.end()
        yield match, terms


def _terms(word: str) -> tuple[str, ...]:
    if word in ACRONYMS:
        return (word.lower(),)
    folded = _fold(word)
    if _NEGATION.search(folded):
        return ()
    folded = _ELISION.sub("", _CLITIC.sub("", folded))
    for apostrophe in _APOSTROPHES:
        folded = folded.replace(apostrophe, "")
    folded = _THOUSANDS.sub(lambda number: number[0].replace(",", ""), folded)
    return tuple(term for part in _compound(folded) for term in _by_script(part))


_cached_terms = lru_cache(maxsize=1 << 16)(_terms)


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    short = _MARK_RUN.sub(r"\1", word.translate(_INVISIBLES))
    decomposed = unicodedata.normalize("NFKD", short).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _compound(word: str) -> list[str]:
    """Return the words that a compound may be looked up by, the whole one first."""
    parts = [_undotted(each) for each in _SEPARATORS.split(word) if each]
    kept = [each for each in parts if each not in STOP_WORDS]
    if kept and _is_one_word(word, parts):
        telling = [each for each in kept if len(each) > 1 or each.isdecimal()]
        return ["".join(parts), *telling]
    return [name for each in kept for name in _names(each)]


def _is_one_word(word: str, parts: list[str]) -> bool:
    """Tell whether people may leave the joiners out: usjoint, cooperate, io, rd."""
    if not 1 < len(parts) <= _MOST_JOINED or "," in word:
        return False
    if any(_is_name(each) for each in parts) or all(map(str.isdecimal, parts)):
        return False
    return not set(word) & {"/", "&"} or max(map(len, parts)) <= _SHORT_PART


def _undotted(part: str) -> str:
    return part.replace(".", "") if _INITIALS.fullmatch(part) else part


def _is_name(part: str) -> bool:
    return "." in part and not _NUMBER.fullmatch(part)


def _names(part: str) -> list[str]:
    """Return "bot.toml" with its parts; a number stays whole."""
    if not _is_name(part):
        return [part]
    return [part, *(each for each in part.split(".") if each not in STOP_WORDS)]


def _by_script(part: str) -> list[str]:
    """Stem what is written with spaces; cut the rest into pairs of characters."""
    if part.isascii():
        return [_stem(part)]
    terms: list[str] = []
    for number, run in enumerate(_UNSPACED_RUN.split(part)):
        if number % 2 == 0:
            terms.extend(map(_stem, _SPACED_RUN.findall(run)))
        else:
            terms.extend(run[each : each + 2] for each in range(max(1, len(run) - 1)))
    return terms


def _stem(word: str) -> str:
    if not word.isalpha():
        return word[:_LONGEST_TERM]
    try:
        stemmer = _stemmers.english
    except AttributeError:
        stemmer = _stemmers.english = Stemmer.Stemmer("english")
    stem: str = stemmer.stemWord(word[:_LONGEST_TERM])
    return stem
