"""Names in a sentence, told by how they are written: single, in lists, of places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.questions.dates import is_calendar
from bot.records import Span

_TITLE = r"(?:St|Dr|Mr|Mrs|Ms|Mt|Prof|Gen|Sen|Gov|Lt|Col|Capt|Rev|Fr)\."
_INITIALS = r"(?:[A-Z]\.[ -]?){1,4}(?=[A-Z])"  # "C. C. Wei", "J.R.R. Tolkien"
_LETTERS = r"(?:[\w&]|['’](?!s\b)|[-.](?=\w))"  # a possessive ends a name
_MIXED = r"[a-z]{1,2}[A-Z]\w+"  # "iPhone", "eBay"
_MIXED_START = re.compile(_MIXED)
_FIRST = rf"(?:(?:{_TITLE} )?(?:{_INITIALS})?(?:[A-Z]{_LETTERS}*|{_MIXED}))"
_NEXT = rf"(?:{_TITLE}|(?:{_INITIALS})?(?:[A-Z0-9]{_LETTERS}*|{_MIXED}))"
_INNER = r"(?:of|for|and|the|de|la|le|du|da|del|di|van|von|der|den|bin|al|&)"
_COMPANY = r"(?:Co|Corp|Inc|Ltd|Company|Corporation|Limited)"
_NAME = re.compile(
    rf"(?<![\w'’]){_FIRST}(?:[ ](?:(?:{_INNER}[ ]){{1,2}}(?=[A-Z]))?(?!{_COMPANY}\b)"
    rf"{_NEXT})*(?:,? {_COMPANY}\b(?:\.(?=,| [a-z(]|$))?)*(?:,? (?:Jr|Sr)\.)?"
)
# What ends the name of a body that may have "and" inside: "Trade and Industry".
_BODY = re.compile(
    r"(?:Organi[sz]ation|Institut(?:e|ion)|Agency|Ministry|Cent(?:er|re)|Association"
    r"|University|Department|Society|Council|Commission|Administration|Office|Bureau"
    r"|Committee|Foundation|Union|Authority|Fund|Industry|Industries|Technology|Trade"
    r"|Science|Sciences|Affairs|Commerce|Services|Systems|Development|Engineering"
    rf"|Programme|Program|Sons|Partners|{_COMPANY})\.?"
)
_AND = re.compile(r" (?:and|&) (?:the )?")
_JOINER = re.compile(r"(?:,? and (?:the )?|, (?:the )?|,? or |; )?(?:\([^()]{1,30}\))?")
_LAST = re.compile(r"\b(?:and|or)\b")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|near|from|of|to|outside|around)\s(?:the\s)?(?:\w+['’]s\s)?$",
    re.IGNORECASE,
)
_OWNER = re.compile(r"['’]s\b")
_PLACE_WITHIN = re.compile(r", (?:in )?")  # "Peoria, Arizona", "Nankan, in Kumamoto"
# What may follow it; in "In Osaka, Sharp built ..." Sharp is no place.
_AFTER_PLACE = re.compile(
    r"[,.;:)]|$| (?:and|or|in|on|at|by|with|where|which|that|from|to|since|for|as)\b"
)
_NATIONALITY = re.compile(
    r"\w+(?:ese|ian|ean|ican|adian|ish)|German|French|Dutch|Greek|Swiss|Czech|Thai"
)
_COUNTRIES = frozenset(
    """Argentina|Australia|Austria|Belgium|Brazil|Britain|Canada|Chile|China|Denmark
    |Egypt|England|Finland|France|Germany|Greece|Hong Kong|Hungary|India|Indonesia|Iran
    |Iraq|Ireland|Israel|Italy|Japan|Korea|Malaysia|Mexico|Netherlands|New Zealand
    |North Korea|Norway|Pakistan|Philippines|Poland|Portugal|Russia|Saudi Arabia
    |Scotland|Singapore|South Africa|South Korea|Spain|Sweden|Switzerland|Taiwan
    |Thailand|Turkey|Ukraine|United Kingdom|United States|Vietnam|Wales|US|USA|U.S|UK
    |EU|Europe|Asia|Africa|America|North America|South America|Southeast Asia
    """.replace("\n    |", "|")
    .strip()
    .split("|")
)
_STARTERS = frozenset(
    """A An The This That These Those In On At By For From With As It Its They Their
    He She His Her We Our If When While After Before Since During However Although
    But And Or So Both Each Such Some Many Most All One Two Three Not No Under Among
    Between Because Despite Specifically Renowned Established According Instead Also
    Today There Here What Which Who Where Why How Four Five Six Seven Eight Nine Ten
    Eleven Twelve Another Other Every Several Few Once Now Then Thus Until Unlike
    Later Earlier Only Even Still Yet Nor Neither Either More Less About Over Of To
    Within Without Through Like I You My Your Is Are Was Were Has Have Had Can
    Will Would Should May Might Must Did Does Do""".split()
)


def names(text: str) -> Iterator[Span]:
    """Find names, left to right; words that only begin a sentence are none."""
    for match in _NAME.finditer(text):
        for span in _divided(text, match.span()):
            name = _trimmed(text, span)
            if name and not is_calendar(text, name) and not _is_adjective(text, *name):
                yield name


def _divided(text: str, span: Span) -> Iterator[Span]:
    """Divide "Gates and Allen", and leave "Ministry of Trade and Industry" whole."""
    start, end = span
    if not _BODY.fullmatch(text[start:end].rsplit(" ", 1)[-1]):
        for match in _AND.finditer(text, start, end):
            yield start, match.start()
            start = match.end()
    yield start, end


def _trimmed(text: str, span: Span) -> Span | None:
    """Leave out words that only begin a sentence; None when no name is left."""
    start, end = span
    first, _, rest = text[start:end].partition(" ")
    while rest and (first in _STARTERS or (first.isdecimal() and start > span[0])):
        start += len(first) + 1
        first, _, rest = text[start:end].partition(" ")
    stop = start + len(text[start:end].rstrip(" -"))
    if first in _STARTERS or stop - start < 2:  # noqa: PLR2004 - a letter is no name
        return None
    named = text[start].isupper() or _MIXED_START.match(text, start)
    return (start, stop) if named else None


def _is_adjective(text: str, start: int, end: int) -> bool:
    """Whether it is the "Canadian" of "a Canadian company"."""
    followed = text[end : end + 1] == " " and text[end + 1 : end + 2].islower()
    return followed and _NATIONALITY.fullmatch(text, start, end) is not None


def is_country(text: str) -> bool:
    """Whether a name, or each name of a list, is that of a country or continent."""
    found = [text[start:end] for start, end in names(text)]
    return bool(found) and all(each in _COUNTRIES for each in found)


def name_lists(text: str) -> Iterator[Span]:
    """Find runs of names joined by commas and "and", and single names.

    After "A, B and C", a comma begins something else.
    """
    run: Span | None = None
    closed = False  # by "and" before the last name
    for start, end in names(text):
        joiner = _JOINER.fullmatch(text, run[1], start) if run else None
        if run and joiner and joiner[0] and not (closed and joiner[0].startswith(",")):
            run, closed = (run[0], end), _LAST.search(joiner[0]) is not None
        else:
            if run:
                yield _with_brackets(text, run)
            run, closed = (start, end), False
    if run:
        yield _with_brackets(text, run)


def _with_brackets(text: str, span: Span) -> Span:
    """Take in a short bracket that follows: "... Center (LSTC)"."""
    bracket = re.compile(r" \([^()]{1,30}\)").match(text, span[1])
    return (span[0], bracket.end()) if bracket else span


def places(text: str) -> Iterator[Span]:
    """Find names after "in", "at", "from" and their like, with what they lie in."""
    found = list(names(text))
    for number, (start, end) in enumerate(found):
        if not _PLACE_BEFORE.search(text[:start]) or _OWNER.match(text, end):
            continue
        for begin, stop in found[number + 1 :]:
            joined = _PLACE_WITHIN.fullmatch(text, end, begin)
            if not joined or not _AFTER_PLACE.match(text, stop):
                break
            yield begin, stop
            end = stop  # noqa: PLW2901 - the place grows by what it lies in
        yield start, end
