"""What a question wants of its answer beyond the kind: one or many, year, unit, end."""

from __future__ import annotations

import re

# One of a kind; after "which firm", a word that ends in "s" is a verb.
_ONE = (
    r"(?:company|firm|organi[sz]ation|institut(?:e|ion)|member|consortium|partner"
    r"|supplier|maker|manufacturer|vendor|agency|ministry|body|group|team|participant"
    r"|university|foundry|bank|school|club|band|person|man|woman|country|city|place)"
)
_PLURAL = re.compile(
    r"^(?:list|name|enumerate)\b|\b(?:what|which|who) (?:are|were|have)\b"
    rf"|\b(?:what|which)(?! of\b)(?: (?!{_ONE}\b)\w+){{0,3}}"
    r" (?:\w+[^s\W]s|people|men|women)\b"
    r"|\b(?:what|which) (?:two|three|four|five|six|seven|eight|nine|ten|\d+)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:what|which) (?:\w+ )?years?\b", re.IGNORECASE)
_END = re.compile(
    r"\b(?:end|ends|ended|finish\w*|expire\w*|until|till|stop\w*|close[sd]?|over)\b",
    re.IGNORECASE,
)
_COUNTRY = re.compile(
    r"\b(?:countr(?:y|ies)|nations?|states?|governments?|won|beat|champions?)\b",
    re.IGNORECASE,
)
_DEATH = re.compile(r"\b(?:die|died|dies|death|dead|killed)\b", re.IGNORECASE)
_BIRTH = re.compile(r"\b(?:born|birth|birthday)\b", re.IGNORECASE)
_KIND = re.compile(r"\b(?:what|which) (?:\w+ )??(\w+)", re.IGNORECASE)
_LENGTH = (
    r"(?:[nµμu]m|[mck]?m|\w*met(?:er|re)s?|microns?|inch(?:es)?|miles?|feet|foot"
    r"|yards?)$"
)
_EXTENT = (
    r"\bhow (?:thick|thin|tall|high|wide|deep|far|fine)\b"
    r"|\b(?:wavelength|pitch|width|thickness|diameter|height|depth|distance)\b"
)
# What a question asks for, and how a measure of it ends.
_UNITS = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(unit))
    for asked, unit in (
        (r"\b(?:percentage|percent|share|fraction|proportion|part of)\b",
         r"(?:%|percent|per cent|half)$"),
        (r"\b(?:factor|how many times|how often)\b", r"times$"),
        (r"\b(?:temperature|how hot|how cold)\b", r"(?:°[CF]|degrees?.*|K)$"),
        (r"\bhow old\b", r"(?:years?|months?|weeks?|days?)$"),
        (r"\bhow fast\b|\bspeed\b", r"(?:/s|/h|[GTM]bps|Hz|per \w+)$"),
        (r"\bhow heavy\b|\b(?:weight|mass)\b",
         r"(?:k?g|mg|pounds|ounces|tons?|tonnes?)$"),
        (r"\barea\b", r"(?:square \w+|acres?|hectares?)$"),
        (_EXTENT, _LENGTH),
        (r"\bmarket|business|sales|revenue\b",
         r"(?:dollars?|yen|euros?|won|yuan|pounds?|bn|\d|illion)$"),
    )
)  # fmt: skip


def wants_several(question: str) -> bool:
    """Whether a list answers rather than a single name."""
    return _PLURAL.search(question) is not None


def wants_year(question: str) -> bool:
    """Whether the year alone is asked for."""
    return _YEAR.search(question) is not None


def wants_end(question: str) -> bool:
    """Whether it is asked how long something goes on."""
    return _END.search(question) is not None


def wants_country(question: str) -> bool:
    """Whether countries may be what is asked for, and not firms or people."""
    return _COUNTRY.search(question) is not None


def wants_birth(question: str) -> bool | None:
    """Whether a birth is asked for; False is a death, None neither."""
    if _BIRTH.search(question):
        return True
    return False if _DEATH.search(question) else None


def wanted_unit(question: str) -> re.Pattern[str] | None:
    """Return how a measure ends that is of the size asked for."""
    return next((unit for asked, unit in _UNITS if asked.search(question)), None)


def wanted_place(question: str) -> str:
    """Return the kind of place that is asked for: "prefecture", or an empty text."""
    kind = _KIND.search(question)
    return kind[1].casefold() if kind else ""
