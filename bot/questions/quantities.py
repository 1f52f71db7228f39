"""Numbers in a sentence: counts, amounts of money, measures with their units."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.questions.dates import dates
from bot.records import Span

_CARDINAL = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    r"|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty"
    r"|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|trillion"
    r"|dozen|half)"
)
_FIGURE = r"\d+(?:[,.\u202f]\d+)*"
_BETWEEN = r"(?: ?[-–] ?| to | by | x | × )"
_RANGE = rf"{_FIGURE}(?: ?[-–] ?{_FIGURE}| (?:to|or) {_FIGURE})?"
_NUMBER = re.compile(
    rf"(?<![\w.])(?:{_FIGURE}(?![\w%])|{_CARDINAL}\b)(?:[ -]{_CARDINAL}\b)*",
    re.IGNORECASE,
)
_CURRENCY = (
    r"(?:(?:(?:US|U\.S\.|Hong Kong|Singapore|Canadian|Australian) )?dollars?"
    r"|(?:Japanese )?yen|euros?|(?:Korean )?won|yuan|pounds?|francs?|rupees?|cents?"
    r"|USD|JPY|EUR|GBP|CHF|US\$)"
)
_AMOUNT = re.compile(
    rf"(?:[¥$€£₩]|US\$|NT\$|JPY|USD|EUR|GBP|CHF)\s?{_RANGE}"
    rf"(?:[ -]{_CARDINAL}\b|[ -]?(?:bn|mn|tn|m|b|k)\b)*"
    rf"|(?<![\w.])(?:{_RANGE}|{_CARDINAL})(?:[ -]{_CARDINAL})*[ -]{_CURRENCY}(?!\w)",
    re.IGNORECASE,
)
_UNIT = (
    r"(?:%|percent|per cent|nm|nanomet(?:er|re)s?|µm|μm|um|microns?"
    r"|micromet(?:er|re)s?|mm|millimet(?:er|re)s?|cm|centimet(?:er|re)s?|km"
    r"|kilomet(?:er|re)s?|m|met(?:er|re)s?|(?:square|cubic) \w+|miles?|feet|foot|yards?"
    r"|acres?|hectares?|inch(?:es)?|°[CF]|degrees?(?: (?:Celsius|Fahrenheit|C|F)\b)?"
    r"|K|W|watts?|kW|MW|V|volts?|A|GHz|MHz|Hz|Gb/s|GB/s|TB/s|Gbps|Tbps|GT/s|GB|TB|MB"
    r"|bits?|bytes?|g|kg|mg|pounds|ounces|lit(?:er|re)s?|tons?|tonnes?|hours?|days?"
    r"|weeks?|months?|years?|decades?|minutes?|seconds?|times|layers?|wafers?|W/mK"
    r"|ppm(?:/\S+)?|parts per million|GPa|MPa|people|employees)"
)
_QUANTITY = re.compile(
    rf"(?<![\w.]){_FIGURE}"
    rf"(?:[ -]?{_UNIT}{_BETWEEN}{_FIGURE}|{_BETWEEN}{_FIGURE})?"
    rf"(?:[ -]{_CARDINAL})*[ -]?{_UNIT}(?!\w)"
    rf"|(?<![\w.]){_CARDINAL}(?:[ -]{_CARDINAL})*[ -](?:hours?|days?|weeks?|months?"
    r"|years?|decades?|minutes?|seconds?|times|percent)(?!\w)"
)
_NAMED = re.compile(r"(?:^|[\s(])(?:[a-z]*[A-Z][\w-]*) $")  # "iPhone 7", "Phase 2"
_COUNTS = re.compile(
    r" (?!(?:has|is|was|does|its|this)\b)(?:[a-z]+ing |[a-z]+ed )?[a-z-]+s\b"
)


def counts(text: str) -> Iterator[Span]:
    """Find numbers that are no part of a date or of a name, left to right."""
    taken = list(dates(text))
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if any(a <= start and end <= b for a, b in taken):
            continue
        before = _NAMED.search(text, 0, start)
        first = before is not None and not text[: before.start()].strip()
        if before and not first and not _COUNTS.match(text, end):
            continue
        yield start, end


def amounts(text: str) -> Iterator[Span]:
    """Find amounts of money."""
    return (each.span() for each in _AMOUNT.finditer(text))


def measures(text: str) -> Iterator[Span]:
    """Find numbers with a unit, and amounts of money, left to right."""
    money = list(amounts(text))
    units = (each.span() for each in _QUANTITY.finditer(text))
    kept = [each for each in units if not any(_inside(each, one) for one in money)]
    yield from sorted([*kept, *money])


def _inside(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]
