"""Typed spans of a sentence: dates, numbers, amounts, names, expansions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.records import Span

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR = r"(?:1[89]|20)\d{2}"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR})?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:, ?{_YEAR})?(?!\d)"
    rf"|{_MONTH} {_YEAR}"
    rf"|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|(?:(?:fiscal(?: year)?|FY|the (?:first|second) half of|Q[1-4])\s?)?{_YEAR}"
    rf"(?:[-–/](?:{_YEAR}|\d{{2}})(?!\d))?s?)(?!\w)"
)
_CALENDAR = re.compile(rf"{_DATE.pattern}|{_MONTH}")
_CARDINAL = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    r"|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty"
    r"|fifty|sixty|hundred|thousand|million|billion|trillion|dozen|half)"
)
_FIGURE = r"\d+(?:[,.\u202f]\d+)*"
_NUMBER = re.compile(
    rf"(?<![\w.])(?:{_FIGURE}(?!\w)|{_CARDINAL}\b)(?:[ -]{_CARDINAL}\b)*", re.IGNORECASE
)
_CURRENCY = r"(?:yen|dollars?|euros?|won|yuan|USD|JPY|EUR|US\$)"
_AMOUNT = re.compile(
    rf"(?:[¥$€£₩]|US\$|JPY|USD|EUR)\s?{_FIGURE}"
    rf"(?:[ -]{_CARDINAL}\b|[ -]?(?:bn|mn|tn|m|b)\b)*"
    rf"|(?<![\w.])(?:{_FIGURE}|{_CARDINAL})(?:[ -]{_CARDINAL})*[ -]{_CURRENCY}\b",
    re.IGNORECASE,
)
_UNIT = (
    r"(?:%|percent|per cent|nm|nanomet(?:er|re)s?|µm|μm|um|microns?"
    r"|micromet(?:er|re)s?|mm|millimet(?:er|re)s?|cm|centimet(?:er|re)s?|km"
    r"|kilomet(?:er|re)s?|m|met(?:er|re)s?|square \w+|inch(?:es)?|°C|degrees?(?: \w+)?"
    r"|K|W|watts?|kW|V|volts?|A|GHz|MHz|Hz|Gb/s|GB/s|TB/s|Gbps|Tbps|GT/s|GB|TB|bits?"
    r"|bytes?|g|kg|tons?|tonnes?|hours?|days?|weeks?|months?|years?|minutes?|seconds?"
    r"|times|layers?|wafers?|W/mK|ppm(?:/\S+)?|GPa|MPa)"
)
_QUANTITY = re.compile(
    rf"(?<![\w.]){_FIGURE}(?:(?: ?[-–] ?| to | by | x | × ){_FIGURE})?"
    rf"(?:[ -]{_CARDINAL})*[ -]?{_UNIT}(?!\w)"
)
_NAME_WORD = r"(?:[A-Z0-9][\w'’&.-]*\w|[A-Z])"
_COMPANY = r"(?:Co|Corp|Inc|Ltd|Company|Corporation|Limited)"
_NAME = re.compile(
    rf"\b(?:[A-Z][\w'’&-]*\w|[A-Z])(?:[ ](?:(?:of|for|and|the|de|&)[ ](?=[A-Z]))?"
    rf"(?!{_COMPANY}\b){_NAME_WORD})*(?:,? {_COMPANY}\b(?:\.(?=,| [a-z(]|$))?)*"
)
_JOINER = re.compile(r"(?:,? and (?:the )?|, (?:the )?|,? or |; )?(?:\([^()]{1,30}\))?")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|near|from|of|to|outside|around)\s(?:the\s)?$", re.IGNORECASE
)
_STARTERS = frozenset(
    """A An The This That These Those In On At By For From With As It Its They Their
    He She His Her We Our If When While After Before Since During However Although
    But And Or So Both Each Such Some Many Most All One Two Three Not No Under Among
    Between Because Despite Specifically Renowned Established According Instead Also
    Today There Here What Which Who Where Why How Four Five Six Seven Eight Nine Ten
    Eleven Twelve Another Other Every Several Few""".split()
)


def spans(kind: str, text: str) -> list[Span]:
    """Find what could be a short answer of a kind, left to right.

    Args:
        kind: "date", "number", "amount", "quantity", "name", "names" or "place";
            another kind has no spans.
        text: one sentence.
    """
    found = _FINDERS.get(kind)
    return list(found(text)) if found else []


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (each.span() for each in pattern.finditer(text))


def _dates(text: str) -> Iterator[Span]:
    return _matches(_DATE, text)


def _numbers(text: str) -> Iterator[Span]:
    dates = list(_dates(text))
    for start, end in _matches(_NUMBER, text):
        if not any(a <= start and end <= b for a, b in dates):
            yield start, end


def _amounts(text: str) -> Iterator[Span]:
    return _matches(_AMOUNT, text)


def _quantities(text: str) -> Iterator[Span]:
    yield from _matches(_QUANTITY, text)
    yield from _amounts(text)


def _names(text: str) -> Iterator[Span]:
    for start, end in _matches(_NAME, text):
        first, _, rest = text[start:end].partition(" ")
        if first in _STARTERS and not rest:
            continue
        begin = start + len(first) + 1 if first in _STARTERS else start
        if end - begin > 1 and not _CALENDAR.fullmatch(text, begin, end):
            yield begin, end


def _name_lists(text: str) -> Iterator[Span]:
    """Runs of names joined by commas and "and", and single names."""
    run: Span | None = None
    for start, end in _names(text):
        if run and _JOINER.fullmatch(text, run[1], start) and start > run[1]:
            run = (run[0], end)
        else:
            if run:
                yield _with_brackets(text, run)
            run = (start, end)
    if run:
        yield _with_brackets(text, run)


def _with_brackets(text: str, span: Span) -> Span:
    """Take in a short bracket that follows: "... Center (LSTC)"."""
    bracket = re.compile(r" \([^()]{1,30}\)").match(text, span[1])
    return (span[0], bracket.end()) if bracket else span


def _places(text: str) -> Iterator[Span]:
    for start, end in _names(text):
        if _PLACE_BEFORE.search(text[:start]):
            yield start, end


_FINDERS = {
    "date": _dates,
    "number": _numbers,
    "amount": _amounts,
    "quantity": _quantities,
    "name": _names,
    "names": _name_lists,
    "place": _places,
}
SPAN_KINDS = frozenset({*_FINDERS, "expansion"})


def expansion(abbreviation: str, text: str) -> Span | None:
    """Find what an abbreviation stands for, where a sentence says it in brackets.

    Schwartz and Hearst, Pacific Symposium on Biocomputing 2003: in "long form
    (SF)" the letters of SF are matched from the right in the words before the
    bracket, and its first letter must begin a word. "SF (long form)" is taken too.

    >>> text = "such as thermal interface materials (TIM) and others"
    >>> text[slice(*expansion("TIM", text))]
    'thermal interface materials'
    """
    letters = "".join(each for each in abbreviation if each.isalnum())
    if not 2 <= len(letters) <= 12:  # noqa: PLR2004 - the limits of the paper, widened
        return None
    quoted = re.escape(abbreviation)
    for match in re.finditer(rf"\(\s*(?:the )?{quoted}s?\b[^()]{{0,20}}\)", text):
        words = min(len(letters) + 5, len(letters) * 2)  # window of the paper
        window = _last_words(text, match.start(), words)
        found = _match_letters(letters, text, window, match.start())
        if found:
            return found
    for match in re.finditer(rf"\b{quoted}s?\s*\(([^()]{{3,120}})\)", text):
        start, end = match.span(1)
        if _match_letters(letters, text, start, end) == (start, end):
            return start, end
    said = re.search(
        rf"\b{quoted}\b,?\s+(?:stands|is short)\s+for\s+[\"'“]?([^.;,\"”]{{3,120}})",
        text,
    )
    return said.span(1) if said else None


def _last_words(text: str, end: int, count: int) -> int:
    starts = [each.start() for each in re.finditer(r"\S+", text[:end])]
    return starts[-count] if len(starts) >= count else 0


def _match_letters(letters: str, text: str, start: int, end: int) -> Span | None:
    place = end
    for number, letter in enumerate(reversed(letters.casefold()), start=1):
        is_first = number == len(letters)
        place -= 1
        while place >= start and (
            text[place].casefold() != letter
            or (is_first and place > start and text[place - 1].isalnum())
        ):
            place -= 1
        if place < start:
            return None
    stop = len(text[:end].rstrip())
    return place, stop
