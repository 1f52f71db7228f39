"""How questions are asked: the type each wording shows, and the answer it wants."""

from __future__ import annotations

import re
from typing import NamedTuple

_ORGANISATIONS = (
    r"(?:compan(?:y|ies)|firms?|organi[sz]ations?|institut(?:e|ion)s?|members?"
    r"|consorti(?:um|a)|partners?|suppliers?|makers?|manufacturers?|vendors?"
    r"|agenc(?:y|ies)|ministr(?:y|ies)|bod(?:y|ies)|groups?|teams?|participants?"
    r"|universit(?:y|ies)|foundr(?:y|ies)|banks?|schools?|clubs?|bands?)"
)
_PEOPLE = (
    r"(?:persons?|people|m[ae]n|wom[ae]n|diplomats?|ambassadors?|presidents?"
    r"|ministers?|directors?|officers?|chairm[ae]n|ceos?|founders?|leaders?|heads?"
    r"|professors?|scientists?|engineers?|inventors?|authors?|writers?|actors?"
    r"|actress(?:es)?|singers?|players?|kings?|queens?|emperors?|generals?|architects?)"
)
_PLACES = (
    r"(?:cit(?:y|ies)|countr(?:y|ies)|places?|towns?|prefectures?|states?|regions?"
    r"|locations?|count(?:y|ies)|continents?|villages?|districts?)"
)
_TIMES = r"(?:years?|dates?|months?|days?|quarters?|centur(?:y|ies)|decades?)"
_PARTS = r"(?:steps|stages|types|kinds|methods|materials|parts|products|options|ways)"
_FEW = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
_VERBS = r"(?:is|are|was|were|do|does|did|has|have|had|can|will|would|should)"
_PREPOSITION = r"^(?:(?:up to|of|in|on|at|by|for|from|with|to|since|until) )?"
_MONEY = r"(?:cost|costs|invest\w*|fund\w*|subsid\w*|paid|pay|spen[dt]|grant\w*|worth)"
_SUMS = (
    r"(?:cost|price|amount|budget|subsidy|funding|sum|sales|revenues?|turnover|profits?"
    r"|investment|fee|salary|value)"
)
_MEASURES = (
    r"(?:percentage|percent|share|fraction|proportion|part of (?:all|the)|size|width"
    r"|pitch|thickness|diameter|height|length|depth|area|weight|mass|speed"
    r"|temperature|capacity|wavelength|frequency|voltage|bandwidth|factor|distance)"
)


class QuestionType(NamedTuple):
    """A way of asking.

    The group ``noun`` of the pattern, where it has one, is the kind of thing asked
    for ("which *companies*"): it belongs to the asking and not to the focus.
    """

    name: str
    expects: str  # kind of short answer that fits
    pattern: re.Pattern[str]


def _type(name: str, expects: str, *patterns: str) -> QuestionType:
    return QuestionType(name, expects, re.compile("|".join(patterns), re.IGNORECASE))


# The first that matches decides, so the narrow ones stand before the wide ones.
QUESTION_TYPES = (
    _type(
        "abbreviation",
        "expansion",
        r"\bstands? for\b",
        r"\bshort for\b",
        r"\b(?:full|long) (?:form|name) (?:of|for)\b",
        r"\babbreviat\w+",
        r"\bacronym\b",
        r"\bspel(?:led|t|l) out\b",
        r"\bwhat (?:do|does) (?:the )?(?:letters?|initials?) .{1,40} mean\b",
    ),
    _type(
        "compare",
        "other",
        r"\bdifferen(?:ce|ces|t)\b.{0,80}\b(?:between|from|to|and|than)\b",
        r"\bdiffer(?:s|ed)? from\b",
        r"\bcompar(?:e|ed|es|ison)\b",
        r"\bversus\b",
        r"\bvs\b",
        r"^(?:who|which|what)\b.{3,120}, .{1,60} or .{1,60}$",
    ),
    _type(
        "when",
        "date",
        rf"{_PREPOSITION}when\b",
        r"\bwhen (?:did|was|were|is|will|does)\b",
        rf"{_PREPOSITION}(?:what|which) (?:is the |was the )?(?:\w+ )?"
        rf"(?P<noun>{_TIMES})\b",
    ),
    _type(
        "where",
        "place",
        rf"{_PREPOSITION}where\b",
        rf"{_PREPOSITION}(?:what|which) (?:\w+ )?(?P<noun>{_PLACES})\b",
        rf", (?:in )?(?:what|which) (?P<place>{_PLACES})$",
    ),
    _type(
        "how_many",
        "number",
        r"\bhow many\b",
        r"\b(?:what|which) (?:is the )?number of\b",
    ),
    _type(
        "how_much",
        "amount",
        r"\bhow much (?:money|funding)\b",
        rf"\bhow much\b.{{0,80}}\b(?:{_MONEY}|give|gave|receive\w*)\b",
        rf"\bwhat (?:is|was|were) the {_SUMS}\b",
        rf"^what {_SUMS}\b",
    ),
    _type(
        "how_much",
        "quantity",
        r"\bhow much\b",
        r"\bhow (?:big|large|small|long|wide|thick|thin|tall|high|deep|far|fast|hot"
        r"|heavy|fine|old|often)\b",
        rf"{_PREPOSITION}what(?:'s| is| was| are)?(?: the)? {_MEASURES}\b",
    ),
    _type(
        "why",
        "reason",
        r"^why\b",
        r"\bhow come\b",
        r"\bwhat (?:is|was|are|were) the (?:reason|cause|purpose)",
        r"\bfor what (?:reason|purpose)\b",
        r"\bwhat (?:causes|caused)\b",
    ),
    _type("who", "name", rf"{_PREPOSITION}(?:who|whom|whose)\b"),
    _type(
        "who",
        "names",
        rf"{_PREPOSITION}(?:what|which) (?!{_VERBS}\b)(?:\w+ ){{0,2}}"
        rf"(?P<noun>{_PEOPLE})\b",
    ),
    _type(
        "list",
        "names",
        r"^(?:list|name|enumerate)\b",
        r"^(?:what|which) (?:are|were) the\b",
        rf"^(?:what|which) (?P<noun>{_PARTS})\b",
    ),
    _type("list", "other", rf"^(?:at |in |on )?(?:what|which) {_FEW} \w+"),
    _type(
        "which",
        "names",
        rf"{_PREPOSITION}(?:what|which) (?!{_VERBS}\b)(?:\w+ ){{0,2}}"
        rf"(?P<noun>{_ORGANISATIONS})\b",
    ),
    _type("how", "method", r"^how\b"),
    _type(
        "definition",
        "definition",
        r"^(?:define|explain|describe)\b",
        r"\bwhat(?:'s| does| do) .{1,60} mean\b",
        r"\b(?:meaning|definition) of\b",
        r"^what(?:'s| is| are) (?:an? |the )?(?:[\w.&/-]+ ?){1,4}\??$",
        r"^about\b",
    ),
    _type("which", "other", rf"{_PREPOSITION}which\b"),
    _type("what", "other", rf"{_PREPOSITION}what\b"),
    _type(
        "yes_no",
        "yes_no",
        r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should"
        r"|may|might|isn't|aren't|doesn't|don't|didn't|hasn't)\b",
    ),
)
