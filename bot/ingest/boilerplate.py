"""Leaves out what a web page has around its main text, when it was pasted whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.ingest.lines import line_spans, trim
from bot.ingest.parts import Heading, Part, Passage
from bot.ingest.phrases import LONGEST, Furniture, furniture
from bot.ingest.wording import ends_sentence, is_byline, is_title
from bot.records import Span

_PROSE_WORDS = 8  # a passage with as many words and a sentence end is main text
_SHORT_WORDS = 15  # a passage with more is never a menu entry or another page's title
_STRONG: frozenset[Furniture | None] = frozenset({"label", "ending", "related"})
_PROOF = 2  # such lines prove that a page was pasted; one may be an author's own
_REACH = 40  # short lines that one line of furniture may take with it
_NEAR = 2  # lines to either side that count as company
_MENU_LEVEL = 1  # below deeper headings, list items are what somebody wrote
_CONTACT = re.compile(r"@\w|(?:\d[\s()/.-]{0,3}){6}\d")
_NUMBERED = re.compile(r"(?:\d{1,9}[.)]|\([a-z0-9]\))[ \t]*$")
_LOCAL_LINK = re.compile(
    r"\[[^\[\]]{1,300}\]\((?![a-zA-Z][\w+.-]*:|//)[^()\s]{0,1000}\)\W{0,3}"
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A part with what its words say about it."""

    part: Part
    text: str
    family: Furniture | None
    prose: bool  # main text
    short: bool  # a few words that are no statement
    contact: bool = False  # with an address or a telephone number


def without_boilerplate(text: str, parts: Sequence[Part]) -> list[Part]:
    """Return the parts without menus, comment forms, notices and lists of other pages.

    A line that says only what web pages say around their text goes wherever it
    stands. Other short lines go only where such lines prove that a page was pasted:
    above the main text (the title and the byline stay), below it, and after a
    heading over other pages. What is a full sentence, a list item with a lead-in or
    a number, a table row or code, has an address or a telephone number, or stands
    under a heading of its own, stays.
    """
    pieces = [
        piece
        for part in _without_local_links(text, parts)
        for piece in _split_mixed(text, part)
    ]
    units = _units(text, pieces)
    dropped = _clusters(units)
    body = [index for index, unit in enumerate(units) if unit.prose]
    if body and sum(unit.family in _STRONG for unit in units) >= _PROOF:
        dropped |= _menu(units[: body[0]]) | _swept(units, body[-1])
    return [
        unit.part
        for index, unit in enumerate(units)
        if isinstance(unit.part, Heading) or index not in dropped
    ]


def _units(text: str, parts: Sequence[Part]) -> list[_Unit]:
    units: list[_Unit] = []
    level = 0
    for part in parts:
        piece = text[part.start : part.end]
        if isinstance(part, Heading):
            family = furniture(part.title)
            level = 0 if family else part.level
            units.append(_Unit(part, piece, family, prose=False, short=False))
        elif _is_written(text, part, level):
            units.append(_Unit(part, piece, None, prose=True, short=False))
        else:
            units.append(_unit(part, piece))
    return units


def _is_written(text: str, part: Passage, level: int) -> bool:
    """Say whether the form of a passage shows that it belongs to the main text."""
    if part.kind in {"row", "code"}:
        return True
    if part.lead is not None and furniture(text[slice(*part.lead)]) is None:
        return True
    if part.kind != "item":
        return False
    before = text[max(0, part.start - 12) : part.start].rsplit("\n", 1)[-1]
    return level > _MENU_LEVEL or bool(_NUMBERED.search(before))


def _unit(part: Passage, piece: str) -> _Unit:
    family = furniture(piece)
    words = len(piece[: LONGEST * 2].split())
    ended = ends_sentence(piece)
    plain = family is None
    prose = plain and ended and words >= _PROSE_WORDS
    stated = piece.endswith(":") or (ended and not piece.endswith(("?", "!")))
    short = not stated and words <= _SHORT_WORDS
    contact = short and bool(_CONTACT.search(piece))
    return _Unit(part, piece, family, prose, short, contact)


def _clusters(units: Sequence[_Unit]) -> set[int]:
    """Return the positions of what goes for what it says, alone or in company.

    A label goes anyway. A form's sentence and a menu's word go when a label stands
    near, or when they stand in a row with one another.
    """
    dropped: set[int] = set()
    for has_family, group in groupby(
        range(len(units)), lambda i: bool(units[i].family)
    ):
        cluster = list(group)
        families = {units[index].family for index in cluster}
        if not has_family:
            continue
        if families & _STRONG or {"form", "weak"} <= families:
            dropped.update(cluster)
        elif "form" in families:
            dropped.update(index for index in cluster if _is_near_label(units, index))
    return dropped


def _is_near_label(units: Sequence[_Unit], index: int) -> bool:
    near = units[max(0, index - _NEAR) : index + 1 + _NEAR]
    return any(each.family in _STRONG for each in near)


def _menu(head: Sequence[_Unit]) -> set[int]:
    """Return the positions of the menu above the main text."""
    strong = any(each.family in _STRONG for each in head)
    titles = [
        index
        for index, each in enumerate(head)
        if each.family is None and is_title(" ".join(each.text.split()))
    ]
    title = max(titles, key=lambda index: (len(head[index].text), index), default=None)
    weak = [index for index, each in enumerate(head) if each.family == "weak"]
    if not strong:
        return set(weak) if len(weak) > 1 else set()
    return {
        index
        for index, each in enumerate(head)
        if each.family == "weak"
        or (
            each.short
            and not each.contact
            and index != title
            and not is_byline(each.text)
        )
    }


def _swept(units: Sequence[_Unit], last: int) -> set[int]:
    """Return the positions of short lines that furniture above takes with it."""
    return {
        index
        for index, unit in enumerate(units)
        if unit.short and not unit.contact and _is_swept(units, index, last)
    }


def _is_swept(units: Sequence[_Unit], index: int, last: int) -> bool:
    """Say whether furniture above takes a short line with it.

    A heading over other pages does so anywhere, the labels of a page's end only
    below its main text; a sentence or another heading in between protects.
    """
    for unit in reversed(units[max(0, index - _REACH) : index]):
        if unit.family == "related" or (unit.family == "ending" and index > last):
            return True
        if not unit.short and unit.family is None:
            return False
    return False


def _without_local_links(text: str, parts: Sequence[Part]) -> list[Part]:
    """Leave out lists whose every item is a link to another page of the same site."""
    kept: list[Part] = []
    items: list[Part] = []
    for part in [*parts, None]:
        if isinstance(part, Passage) and part.kind == "item":
            items.append(part)
            continue
        if not all(_is_local_link(text, each) for each in items):
            kept.extend(items)
        items = []
        if part is not None:
            kept.append(part)
    return kept


def _is_local_link(text: str, part: Part) -> bool:
    return part.end - part.start <= LONGEST * 4 and bool(
        _LOCAL_LINK.fullmatch(text, part.start, part.end)
    )


def _split_mixed(text: str, part: Part) -> list[Part]:
    """Set lines of furniture apart from the paragraph that they were pasted into."""
    if isinstance(part, Heading) or part.kind != "prose":
        return [part]
    spans = [
        trim(text, start, end) for start, end in line_spans(text, part.start, part.end)
    ]
    pieces: list[Span] = []
    joined = False
    for index, (start, end) in enumerate(spans):
        alone = len(spans) > 1 and _stands_alone(text, spans, index)
        if joined and not alone:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
        joined = not alone
    return [Passage(start, end, part.kind, part.lead) for start, end in pieces]


def _stands_alone(text: str, spans: Sequence[Span], index: int) -> bool:
    """Say whether a line is furniture that no sentence runs through."""
    line = text[slice(*spans[index])]
    if furniture(line) in {None, "weak"}:
        return False
    before = text[slice(*spans[index - 1])] if index else ""
    after = text[slice(*spans[index + 1])] if index + 1 < len(spans) else ""
    begins = not before or ends_sentence(before) or furniture(before)
    return bool(begins or not line[:1].islower()) and not after[:1].islower()
