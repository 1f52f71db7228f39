"""Where a quote stands in its original, and how that is said."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from bot.records import Citation, Place, PlaceKind

_BREAK = re.compile(r"\r\n?|\n")
_LONG: dict[PlaceKind, str] = {
    "page": "page {}",
    "slide": "slide {}",
    "paragraph": "paragraph {}",
    "cells": "cells {}",
    "line": "line {}",
    "part": "{}",
    "anchor": "#{}",
}
# An anchor is for links: to a reader, the section says what it names.
_SHORT: dict[PlaceKind, str] = {**_LONG, "page": "p. {}", "cells": "{}", "anchor": ""}


def find_place(places: Sequence[Place], text: str, start: int) -> Place | None:
    r"""Return the place of an offset, with that offset as its start.

    A document without places is its file, so that a line of one is a line of the
    other. None where the original names no place.

    Args:
        places: of the document, by start.
        text: of the document.
        start: offset in the text.

    >>> find_place((), "one\ntwo", 4)
    Place(start=4, kind='line', label='2')
    """
    if not places:
        number = 1 + sum(1 for _ in _BREAK.finditer(text, 0, start))
        return Place(start, "line", str(number))
    after = bisect_right(places, start, key=lambda each: each.start)
    place = places[after - 1] if after else None
    return replace(place, start=start) if place and place.label else None


def long_place(place: Place | None) -> str:
    """Name a place in words: "page 3"; "" where there is none.

    >>> long_place(Place(0, "cells", "Sheet1!A2:C2"))
    'cells Sheet1!A2:C2'
    """
    return _LONG[place.kind].format(place.label) if place else ""


def short_place(citation: Citation) -> str:
    """Name the place of a quote beside its section: "p. 3"; "" where that is needless.

    A line helps where no section was found; otherwise the section is found sooner.
    """
    place = citation.place
    if place is None or (place.kind == "line" and citation.section):
        return ""
    return _SHORT[place.kind].format(place.label)
