"""Questions that repeat the one before with another word, or of another thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.questions.mentions import Mention, names_in, own_words, topic_of
from bot.questions.parts import (
    AUX,
    AUX_FIRST,
    MAX_WORDS,
    OPENING,
    WH,
    WH_CLAUSE,
    core,
)
from bot.records import Answer

_OWNERS = frozenset({"its", "their", "his", "her"})
_BARE_WH = re.compile(
    rf"^(?:(?P<wh>{WH})(?: (?:exactly|then|so|not))*"
    rf"|(?P<event>when|where|why|how) {AUX} (?:that|this|so))$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^(?:(?:(?:and|but|so) )?(?:(?:what|how) about|how is it with|what of"
    r"|(?:the )?same (?:question )?for)|and)\s+"
    r"(?:(?P<where>in|at|with|by|on|under|for|from|until|since)\s+)?(?P<what>.+)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")


def same_with_other_word(text: str, turns: Sequence[Answer]) -> tuple[str, ...]:
    """Read "and when?" as the question before, asked with another word."""
    match = _BARE_WH.match(OPENING.sub("", text))
    if not match:
        return ()
    wh = (match["wh"] or match["event"]).capitalize()
    before = core(turns[-1].reading.text)
    clause = WH_CLAUSE.match(before)
    readings = []
    if clause and (rest := _clause_rest(clause)):
        readings.append(f"{wh} {rest}?")
    elif AUX_FIRST.match(before):
        readings.append(f"{wh} {before[0].lower()}{before[1:]}?")
    topic = topic_of(before)
    if topic:
        readings.append(f"{wh} {topic}?")
    return tuple(dict.fromkeys(readings))


def _clause_rest(clause: re.Match[str]) -> str:
    """Return what follows the question word, with an auxiliary in front of it."""
    rest = clause["rest"].strip()
    if AUX_FIRST.match(rest):
        return rest
    inner = re.search(rf"\b{AUX}\b.*$", rest, re.IGNORECASE)
    if inner and clause["wh"].casefold() not in {"who", "whom"}:
        return inner[0]
    past = re.match(r"(?P<verb>\w+(?:ed|t|ew|ade|an|uilt|ld)) (?P<object>.+)$", rest)
    if past and clause["wh"].casefold() == "who" and past["verb"].endswith("ed"):
        return f"was {past['object']} {past['verb']}"
    return rest


def same_of_other(text: str, turns: Sequence[Answer]) -> tuple[str, ...]:
    """Read "what about X?" as the question before, asked of X."""
    match = _ABOUT.match(text)
    if not match or len(text.split()) > MAX_WORDS:
        return ()
    what = match["what"].strip()
    if _OWNERS.intersection(what.casefold().split()[:1]):
        return ()
    if WH_CLAUSE.match(what):
        # "what about why ORC joined?" stands alone, "and how many ...?" may not.
        alone = own_words(what) and not text.casefold().startswith("and ")
        return (f"{what}?",) if alone else ()
    if match["where"] and own_words(what):
        before = core(turns[-1].reading.text)
        return (f"{_in_place(before, match['where'], what)}?",)
    if AUX_FIRST.match(what) or _BARE_WH.match(what):
        return ()
    return about(what, turns)


def _in_place(before: str, where: str, what: str) -> str:
    """Put "by 2040" in the place of "by 2030", or at the end.

    A year takes the place of a year; other words that of the names after the same
    preposition, or of the last words that follow it.
    """
    years = list(_YEAR.finditer(before))
    if years and _YEAR.fullmatch(what):
        return f"{before[: years[-1].start()]}{what}{before[years[-1].end() :]}"
    tail = re.search(rf"\b{where} (?:(?!\b{where}\b).)+$", before, re.IGNORECASE)
    if tail:
        return f"{before[: tail.start()]}{where} {what}"
    names = names_in(before)
    if where == "for" and names:
        return _replace(before, names[-1], what)
    return f"{before} {where} {what}"


def about(what: str, turns: Sequence[Answer]) -> tuple[str, ...]:
    """Put X in the place of what the question before asked about."""
    before = core(turns[-1].reading.text)
    if not own_words(what) or re.search(r"[,;]", what):
        return ()
    old = names_in(before)
    replaced = _replace(before, old[-1], what) if old else None
    topic = topic_of(before)
    joined = f"{what} ({topic})" if topic else what
    if replaced is None:
        return (joined,)
    if names_in(f"about {what}"):  # the first word of a text may be no name
        return (f"{replaced}?",)
    # "and the cost?" asks for something else of the same thing, "and orc?" for the same
    # of something else.
    return (joined, f"{replaced}?")


def _replace(text: str, old: Mention, new: str) -> str:
    bare = re.sub(r"^(?:the|an?) ", "", new, flags=re.IGNORECASE)
    return f"{text[: old.start]}{bare}{text[old.end :]}"
