"""What a question leaves out, and how the thread before it may complete it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.conversation.antecedents import item_readings, pronoun_readings
from bot.conversation.completions import about, same_of_other, same_with_other_word
from bot.questions.mentions import Mention, names_in, own_words, topic_of
from bot.questions.parts import (
    AUX_FIRST,
    MAX_WORDS,
    OLD_TURNS,
    OPENING,
    WH,
    WH_CLAUSE,
    core,
)
from bot.records import Answer

Lack = Literal["nothing", "perhaps", "surely"]
Act = Literal["question", "more", "others", "correction"]

_FRAGMENT = 3  # words of its own that a fragment ("any awards?") has at most

_MEANT = re.compile(
    r"^(?:no|nope|sorry|actually)?[\s,.!]*(?:i|we) (?:meant|mean|was asking about)"
    r"(?: to ask)?(?: about)?\s+(?P<what>.+)$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^(?:(?:tell|show|give) (?:me|us) )?(?:(?:some|any|a bit|a little) )?more"
    r"(?: (?:please|of (?:it|that|them)|details?|about (?:it|that|this)|results?"
    r"|quotes?|sources?))*$|^(?:go on|continue|keep going|next(?: one)?|elaborate)$",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    rf"^(?:{WH}|any(?:one|body|thing|where)?) else$"
    r"|^(?:are|is|were|was) (?:those|these|they|that|this|it) "
    r"(?:all(?: of (?:them|it))?|the only ones?|everything|everyone|complete)$"
    r"|^(?:(?:are|is|were) there )?(?:any )?(?:others?|more)(?: ones?| of them)?$"
    r"|^(?:only|just) (?:those|these|that|them|one)$|^all of them$",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:no|nope|nah|wrong|incorrect|false|not (?:that|this)(?: one)?|not quite"
    r"|(?:that|this|it)(?:'s| is| was)(?: not|n't)? (?:wrong|incorrect|not (?:it|right)"
    r"|right|correct|it|what i (?:meant|asked(?: for)?|wanted)|my question)"
    r"|(?:that|this|it) (?:isn't|wasn't) (?:it|right|correct|what i (?:meant|asked)"
    r"|my question)|(?:the )?other one|another one|something else|try again)$",
    re.IGNORECASE,
)
_NOT_WRONG = re.compile(
    r"^(?:that|this|it)(?:'s| is| was) (?:right|correct|it)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question in its thread.

    Attributes:
        act: what the person does with it.
        text: the question, without opening words and closing marks.
        lack: whether something of the thread is needed to understand it.
        readings: complete questions that it may stand for, likeliest first.
        own: names that the question itself brings; an answer must speak of one.
        rivals: no reading is likelier than the others; the surest answer decides.
    """

    act: Act
    text: str
    lack: Lack = "nothing"
    readings: tuple[str, ...] = ()
    own: tuple[Mention, ...] = ()
    rivals: bool = False


def read_follow_up(question: str, turns: Sequence[Answer]) -> FollowUp:
    """Say what a question lacks, and what the turns before would make of it.

    Nothing is looked up: what a reading is worth is for the evidence to decide.

    Args:
        question: as it was typed.
        turns: what was answered or refused before, oldest first.
    """
    text = core(question)
    own = names_in(text)
    if not turns:
        return FollowUp("question", text, own=own)
    meant = _MEANT.match(text)
    if meant and len(text.split()) <= MAX_WORDS:
        what = core(meant["what"])
        return FollowUp(
            "correction", text, "surely", about(what, turns), names_in(what)
        )
    act = _act(text)
    if act != "question":
        return FollowUp(act, text, "surely", (turns[-1].reading.text,))
    for complete in (
        same_with_other_word,
        same_of_other,
        item_readings,
        pronoun_readings,
    ):
        readings = complete(text, turns)
        if readings:
            rivals = complete is same_of_other and not own
            return FollowUp("question", text, "surely", readings, own, rivals)
    text = OPENING.sub("", text) or text
    if not own and _is_fragment(text):
        return FollowUp("question", text, "perhaps", _with_topic(text, turns), own)
    readings = () if own else _with_topic(text, turns)
    return FollowUp("question", text, "nothing", readings, own)


def _act(text: str) -> Act:
    bare = OPENING.sub("", text)
    if _MORE.match(bare):
        return "more"
    if _OTHERS.match(bare):
        return "others"
    parts = [each.strip() for each in re.split(r"[,.!;:]+", text) if each.strip()]
    if parts and all(_CORRECTION.match(each) for each in parts):
        right = len(parts) == 1 and _NOT_WRONG.match(parts[0])
        return "question" if right else "correction"
    return "question"


def _is_fragment(text: str) -> bool:
    bare = OPENING.sub("", text)
    if WH_CLAUSE.match(bare) or AUX_FIRST.match(bare):
        return len(own_words(bare)) <= 1
    return len(own_words(bare)) <= _FRAGMENT


def _with_topic(text: str, turns: Sequence[Answer]) -> tuple[str, ...]:
    """Add what the thread is about to a question that may lack it."""
    for turn in reversed(turns[-OLD_TURNS:]):
        topic = topic_of(turn.reading.text)
        if topic:
            return (f"{text} ({topic})",)
    return ()
