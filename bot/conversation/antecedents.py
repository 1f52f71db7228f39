"""What "it", "the second one" and their like stand for in a thread."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.questions.mentions import names_in, own_words, topic_of
from bot.questions.parts import (
    AUX,
    AUX_FIRST,
    OLD_TURNS,
    OPENING,
    WH_CLAUSE,
    core,
)
from bot.records import Answer

_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2,
    "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "sixth": 5, "6th": 5,
    "seventh": 6, "7th": 6, "eighth": 7, "8th": 7, "last": -1,
    "former": 0, "latter": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b(?:the )?(?P<word>{'|'.join(_ORDINALS)})"
    r"(?: one\b| of (?:them|those|these)\b|$)"
    r"|\b(?:number|no\.?|item|point) ?(?P<number>\d{1,2})\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:its|it|they|them|their|theirs|he|him|his|she|hers?|those|these"
    r"|(?:that|this)(?= one\b)|the (?:former|latter))\b",
    re.IGNORECASE,
)
# "that" and "this" point back only where they cannot begin a clause or name a time.
_POINTING = re.compile(
    rf"(?:^|\b{AUX} |\b(?:of|for|about|from|with|in|on|to|by|like|than|after|before"
    r"|mean(?:s|t)?) )(?P<word>(?:that|this)(?! (?:year|month|week|day|quarter|is|are"
    r"|was|were)\b)|there)(?= \w+(?:ed|en)?\b|$)",
    re.IGNORECASE,
)
_ENDS_THERE = re.compile(r"\b(?P<word>there|this|that)$", re.IGNORECASE)
_DUMMY = re.compile(
    r"\b(?:is|was|does|will|would|can) it (?:true|possible|necessary|hard|difficult"
    r"|easy|important|worth|safe|legal|ok|okay|better|usual|common|known|said|take"
    r"|cost|rain|make sense)\b|\bit takes?\b|\bthere (?:is|are|was|were)\b"
    r"|\b(?:is|are|was|were) there\b",
    re.IGNORECASE,
)
_PERSONS = frozenset({"he", "him", "his", "she", "her", "hers"})
_POSSESSED = re.compile(r"['\u2019]s$")
_POSSESSIVE = frozenset({"its", "their", "theirs", "his", "her", "hers"})
# What may stand between a question word and "its" without being its owner.
_BEFORE_OWNED = re.compile(r"^(?:(?:who|what) \w+ |how \w+ )", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[,;:.?!]|\b(?:if|when|because|although|though|while|since|after|before|and|but|or"
    r"|that|which|until|unless|so)\b(?<!^when)(?<!^which)(?<!^since)",
    re.IGNORECASE,
)
_PARTITIVE = re.compile(
    r"\b(?:how (?:much|many)|which|all|some|most|any|one|none) "
    r"(?P<of>of (?:it|them|those|these))\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^(?:in |with |of )?(?:how (?:many|much)|which|what) (?P<thing>\w+)", re.IGNORECASE
)
_SECOND = re.compile(r"\b(?:it|them)\b", re.IGNORECASE)
_NAMED = re.compile(
    r"^(?:what|who)(?:'s| is| are| was| were) (?P<thing>[^,?]{2,80})$"
    r"(?<! for)(?<! like)(?<! of)(?<! in)(?<!ed)(?<! about)(?<! by)",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"\b(?:about|of|for|to|with|in|from|by|at|on) (?P<word>it|them|this|that|those"
    r"|these|him|her)$",
    re.IGNORECASE,
)


def item_readings(text: str, turns: Sequence[Answer]) -> tuple[str, ...]:
    """Read "the second one" as the second thing that the last answer listed."""
    match = _ORDINAL.search(text)
    if not match:
        return ()
    place = (
        int(match["number"]) - 1
        if match["number"]
        else _ORDINALS[match["word"].casefold()]
    )
    items = listed(turns[-1])
    if not -len(items) <= place < len(items):
        return ()
    item = items[place]
    bare = OPENING.sub("", text)
    if WH_CLAUSE.match(bare) or AUX_FIRST.match(bare):
        return (f"{text[: match.start()]}{item}{text[match.end() :]}?",)
    return (f"What is {item}?", item)


_LIST_ITEM = re.compile(
    r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?P<item>.+)$", re.MULTILINE
)
_MARKS = re.compile(r"[*_`]+|\[(?P<text>[^\[\]]{1,200})\]\([^()\s]{0,500}\)")


def listed(answer: Answer) -> list[str]:
    """Return the things that an answer lists, in the order they are shown.

    They are the items of a quoted list, else the names that the short answer joins,
    else the quotes themselves by their titles.
    """
    for each in answer.citations:
        items = [
            _plain_item(match["item"]) for match in _LIST_ITEM.finditer(each.quote)
        ]
        if len(items) > 1:
            return items
    if answer.short:
        parts = [
            part.strip()
            for part in re.split(r",| and | or |;", answer.short)
            if part.strip()
        ]
        if len(parts) > 1:
            return parts
    shown = answer.citations or answer.nearest
    return [_heading(each.title, each.section) for each in shown]


def _plain_item(text: str) -> str:
    plain = _MARKS.sub(lambda match: match["text"] or "", text)
    head = re.split(r"[:;(–—]|, | - |\. ", plain, maxsplit=1)[0]
    return (head if head.strip() else plain).strip(" .")


def _heading(title: str, section: tuple[str, ...]) -> str:
    return section[-1] if section else title


def pronoun_readings(text: str, turns: Sequence[Answer]) -> tuple[str, ...]:
    """Put what was spoken of in the place of a pronoun."""
    text = OPENING.sub("", text)
    part = _PARTITIVE.search(text)
    if part:
        return _part_readings(text, part, turns)
    span = _pointer(text)
    if span is None:
        return ()
    start, end = span
    before, after = text[:start], text[end:]
    owned = text[start:end].casefold() in _POSSESSIVE and after.strip()
    readings = []
    person = text[start:end].casefold() in _PERSONS
    for each in antecedents(turns, person=person):
        filler = each
        if owned:
            filler += "'" if each.endswith("s") else "'s"
        rest = _rest_of_topic(each, turns[-1]) if _SECOND.search(after) else ""
        more = f" ({rest})" if rest else ""
        readings.append(f"{before}{filler}{after}{more}?")
    return tuple(dict.fromkeys(readings))


def _rest_of_topic(taken: str, turn: Answer) -> str:
    """Return what else the last question was about, for a second pronoun."""
    known = {term for each in own_words(taken) for term in each.terms}
    words = own_words(turn.reading.text)
    return " ".join(each.text for each in words if not known & set(each.terms))


def _part_readings(
    text: str, part: re.Match[str], turns: Sequence[Answer]
) -> tuple[str, ...]:
    """Read "how many of them", after "How many mounters ...?", with the noun."""
    before = turns[-1].reading.text
    counted = _COUNTED.match(core(before))
    topic = topic_of(before)
    if counted:
        thing = counted["thing"]
        whole = f"{text[: part.start('of')]}{thing}{text[part.end() :]}"
        return (f"{whole} ({topic})?" if topic else f"{whole}?",)
    return (f"{text} ({topic})?",) if topic else ()


def _pointer(text: str) -> tuple[int, int] | None:
    """Find the word that points out of the question, if one does.

    "It" never stands for the subject of its own clause, so "Did Resonac join it?"
    points back, while "its" may: "How do companies train their staff?" does not.
    """
    for pattern in (_DANGLING, _ENDS_THERE):
        match = pattern.search(text)
        if match:
            return match.span("word")
    hidden = [match.span() for match in _DUMMY.finditer(text)]
    found = [match.span() for match in _PERSONAL.finditer(text)]
    found += [match.span("word") for match in _POINTING.finditer(text)]
    for start, end in sorted(found):
        if any(left <= start < right for left, right in hidden):
            continue
        before = text[:start]
        if text[start:end].casefold() in _POSSESSIVE:
            subject = _BEFORE_OWNED.sub("", before)
            inside = bool(own_words(subject))
        else:
            inside = bool(own_words(before)) and bool(_CLAUSE.search(before))
        return None if inside else (start, end)
    return None


def antecedents(turns: Sequence[Answer], *, person: bool = False) -> tuple[str, ...]:
    """Return what a pronoun may stand for, likeliest first.

    A person ("he", "her") is only the name that was the last answer.

    A thread keeps to its topic (Grosz, Joshi and Weinstein, Computational
    Linguistics 1995), so names that were asked about stand before the name that was
    the last answer, and that before the title of what was cited. Only "which company
    ...?" makes its answer the topic.
    """
    last = turns[-1]
    short = last.short if last.short and _is_name(last.short) else None
    if person:
        return (short,) if short else ()
    found: list[str] = []
    for turn in reversed(turns[-OLD_TURNS:]):
        found += _names_of(turn)
        if found:
            break
    titled = not found
    if not found and (topic := _borrowed(last) or topic_of(last.reading.text)):
        found.append(topic)
    whole = _NAMED.match(core(last.reading.text))
    if whole and len(own_words(whole["thing"])) > 1:
        found.insert(0, whole["thing"])
    if short and last.reading.type in {"which", "who"}:
        found.insert(0 if last.reading.type == "which" else 1, short)
    if titled and last.citations:
        found.append(last.citations[0].title)
    return tuple(dict.fromkeys(found))[:3]


def _is_name(text: str) -> bool:
    return any(each.text == text for each in names_in(f"named {text}"))


def _borrowed(turn: Answer) -> str:
    """Return the words that a turn took over from the turns before it."""
    typed = {term for each in own_words(turn.question) for term in each.terms}
    words = own_words(turn.reading.text)
    return " ".join(each.text for each in words if not typed & set(each.terms))


def _names_of(turn: Answer) -> list[str]:
    """Name what a turn was about: what it took over, else what it brought."""
    names = list(dict.fromkeys(each.text for each in names_in(turn.reading.text)))
    names = [_POSSESSED.sub("", each) for each in names]
    brought = {_POSSESSED.sub("", each.text) for each in names_in(turn.question)}
    return [each for each in names if each not in brought] or names
