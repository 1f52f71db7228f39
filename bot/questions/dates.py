"""Dates in a sentence: days, months, years, parts of years, centuries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.records import Span

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR = r"(?:1[89]|20)\d{2}"
_EARLY_YEAR = r"(?<=\bin )1[0-7]\d{2}"  # without "in" a number of that size is a count
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?: ?[-–] ?\d{1,2}(?:st|nd|rd|th)?)?"
_PART = (
    r"(?:fiscal(?: year)?|FY|the (?:first|second|third|fourth) (?:half|quarter) of"
    r"|Q[1-4]|(?:early|late|mid|spring|summer|autumn|fall|winter)(?: in| of)?)"
)
_CENTURY = r"\d{1,2}(?:st|nd|rd|th)(?: (?:or|and) \d{1,2}(?:st|nd|rd|th))? century"
_ERA = r"(?: ?(?:BCE?|AD|CE)\b)?"
DATE = re.compile(
    rf"\b(?:{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?"
    rf"|{_MONTH} {_DAY}(?:, ?{_YEAR})?(?!\d)"
    rf"|{_MONTH} {_YEAR}"
    rf"|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|{_CENTURY}{_ERA}"
    rf"|(?:{_PART}[\s-]?)?{_YEAR}(?:[-–/](?:{_YEAR}|\d{{2}})(?!\d))?s?"
    rf"|{_EARLY_YEAR})(?!\w)"
)
# A day without its month: "enlisted on the 21st of a month that it does not name".
_DAY_ALONE = re.compile(
    r"\bthe \d{1,2}(?:st|nd|rd|th)\b(?= of (?:the|a|an|this|that|each|every|next"
    r"|last)\b[\w ]{0,20}\bmonth|[,.;)]|$| (?:and|but|when|while)\b)"
)
_YEAR_ALONE = re.compile(rf"(?:(?:fiscal(?: year)?|FY)\s?)?{_YEAR}s?|1[0-7]\d{{2}}")
_UNIT_AFTER = re.compile(
    r" ?(?:%|percent|mm|nm|cm|m|km|kg|g|W|kW|V|K|degrees?|°C|yen|dollars|euros"
    r"|employees|people|members|wafers|hours|days)(?!\w)"
)
_DAY_NAME = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_CALENDAR = re.compile(rf"{DATE.pattern}|{_MONTH}|{_DAY_NAME}")


def dates(text: str) -> Iterator[Span]:
    """Find dates, left to right; a year before a unit is a measure and no date."""
    found = [
        each.span()
        for each in DATE.finditer(text)
        if not (each[0].isdecimal() and _UNIT_AFTER.match(text, each.end()))
    ]
    alone = [each.span() for each in _DAY_ALONE.finditer(text)]
    yield from sorted([*found, *(each for each in alone if not _touches(each, found))])


def years(text: str) -> Iterator[Span]:
    """Find the year of each date, for questions that want nothing more."""
    for start, end in dates(text):
        for match in _YEAR_ALONE.finditer(text, start, end):
            yield match.span()


def is_calendar(text: str, span: Span) -> bool:
    """Whether a span is a date, or the name of a month or day, and no other name."""
    return _CALENDAR.fullmatch(text, *span) is not None


def _touches(span: Span, others: list[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
