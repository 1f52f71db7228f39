"""A question becomes a Reading: its type, its focus and the answer it wants."""

from __future__ import annotations

import re

from bot.questions.kinds import QUESTION_TYPES
from bot.records import Reading
from bot.text.terms import tokenize

MAX_CHARACTERS = 4_000  # longer questions are cut before anything else is done

_FILLER = re.compile(
    r"^(?:(?:hi|hey|hello|ok|okay|so|well|please|pls|and|um|bot)\b[\s,!.]*"
    r"|(?:can|could|would|will) (?:you|u|someone|anyone) (?:please )?"
    r"(?:tell|explain|show|say|help) (?:to )?(?:me |us )?(?:about |with )?"
    r"|(?:please )?(?:tell|show) (?:me|us) "
    r"|(?:do|does) (?:you|anyone|u) know "
    r"|i(?:'d| would)? (?:want|like|need) to know "
    r"|i(?:'m| am) (?:wondering|curious) (?:about )?"
    r"|any idea )+",
    re.IGNORECASE,
)


# Words of the asking itself: they say what is wanted and not what it is about.
_ASKING = frozenset(
    """who whom whose who's what what's which when where why how many much long big
    large often old far is are was were be been do does did has have had can could
    will would should may might must the a an of in on at by for from to with about
    and or as into than that this these those it its there their they them he she
    his her you your i me my we our us please tell show explain describe define list
    name enumerate stand stands short abbreviation acronym mean means meaning
    definition between difference differences differ different compare compared
    versus vs give gave get got know kind kinds type types sort exactly actually
    currently any some all""".split()
)
_WORD = re.compile(r"[^\W_]+(?:[.&'’/-][^\W_]+)*")
_UNMARKED = re.compile(r"^(what|who|where|when|how)s\b", re.IGNORECASE)  # "whats"


def read_question(text: str) -> Reading:
    """Read a question, deterministically and without looking at the documents.

    Questions over 4,000 characters are cut. Chat style is fine: no capitals, no
    question mark, filler words before the question.

    >>> read_question("hey, when was JOINT2 established").type
    'when'
    >>> read_question("What does TIM stand for?").focus
    ('TIM',)
    """
    cleaned = clean(text)
    bare = _UNMARKED.sub(r"\1's", _FILLER.sub("", cleaned))
    name, expects, noun = _type(bare)
    focus = focus_words(bare, noun)
    return Reading(
        text=cleaned,
        type=name,
        focus=focus,
        expects=expects,
        terms=tuple(dict.fromkeys(t for word in focus for t in tokenize(word))),
    )


def clean(text: str) -> str:
    """Cut, and turn control characters and runs of white space into single spaces."""
    kept = (each if each.isprintable() else " " for each in text[:MAX_CHARACTERS])
    return " ".join("".join(kept).split())


def focus_words(text: str, noun: str = "") -> tuple[str, ...]:
    """Return the words that the question is about, in order, as they were written.

    When nothing is left, all words are in focus: "Who is who?" is about "who".

    Args:
        text: the question.
        noun: the kind of thing that is asked for, which says nothing about it.
    """
    words = list(dict.fromkeys(_WORD.findall(text)))
    focus = tuple(
        each for each in words if each.casefold() not in _ASKING and each != noun
    )
    return focus or tuple(words)


def _type(text: str) -> tuple[str, str, str]:
    """Return the type, what it expects, and the noun that belongs to the asking."""
    for kind in QUESTION_TYPES:
        match = kind.pattern.search(text)
        if match:
            return kind.name, kind.expects, match.groupdict().get("noun") or ""
    return "other", "other", ""
