"""What the styles of a Word file make of a paragraph: a heading, an item, a menu."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.ingest.office.docx_text import WORD
from bot.ingest.office.package import Element

_VALUE = f"{WORD}val"
_TITLE = "title"
_HEADING = re.compile(r"heading (\d)")
_LIST = re.compile(r"list(?: bullet| number| paragraph)?(?: \d)?")
# Tables of contents and indexes repeat what stands elsewhere.
_DIRECTORY = re.compile(
    r"(?:toc|contents|index|table of figures|table of authorities|illustration index"
    r"|user index)(?: heading| \d)?|toa heading"
)
_BODY = 9  # outline level of what is no heading
_DEEPEST = 20  # styles that build on one another


@dataclass(frozen=True, slots=True)
class Role:
    """What a paragraph is.

    Attributes:
        level: of a heading, counted from 1 for a document's title; 0 for others.
        item: depth of a list item, counted from 0; None for others.
        directory: it belongs to a table of contents.
    """

    level: int = 0
    item: int | None = None
    directory: bool = False


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a file, by id."""

    elements: Mapping[str, Element]

    def role(self, paragraph: Element) -> Role:
        """Return what a paragraph is by its own properties and its style's."""
        own = paragraph.find(f"{WORD}pPr")
        if own is None:
            return Role()
        outline = _number(own, f"{WORD}outlineLvl")
        numbering = own.find(f"{WORD}numPr")
        for name, properties in self._chain(own):
            if _DIRECTORY.fullmatch(name):
                return Role(directory=True)
            level = 1 if name == _TITLE else _heading_level(name)
            if level:
                return Role(level)
            if outline is None:
                outline = _number(properties, f"{WORD}outlineLvl")
            if numbering is None and properties is not None:
                numbering = properties.find(f"{WORD}numPr")
            if numbering is None and _LIST.fullmatch(name) and name != "list paragraph":
                return Role(item=_last_digit(name))
        if outline is not None and outline < _BODY:
            return Role(outline + 2)
        return _item(numbering)

    def _chain(self, properties: Element) -> list[tuple[str, Element]]:
        """Return names and properties of a style and of those it builds on."""
        found: list[tuple[str, Element]] = []
        reference = properties.find(f"{WORD}pStyle")
        while reference is not None and len(found) < _DEEPEST:
            style = self.elements.get(reference.get(_VALUE, ""))
            if style is None:
                break
            name = style.find(f"{WORD}name")
            label = "" if name is None else name.get(_VALUE, "").lower()
            found.append((label, style.find(f"{WORD}pPr")))
            reference = style.find(f"{WORD}basedOn")
        return found


def read_styles(root: Element | None) -> Styles:
    """Read the part with the styles; a file without one has none."""
    found = (
        {}
        if root is None
        else {
            each.get(f"{WORD}styleId", ""): each for each in root.iter(f"{WORD}style")
        }
    )
    return Styles(found)


def _heading_level(name: str) -> int:
    """Return the level, counted from 2: level 1 is the document's title."""
    match = _HEADING.fullmatch(name)
    return int(match[1]) + 1 if match else 0


def _item(numbering: Element | None) -> Role:
    if numbering is None or _number(numbering, f"{WORD}numId") in {0, None}:
        return Role()
    return Role(item=_number(numbering, f"{WORD}ilvl") or 0)


def _number(properties: Element | None, tag: str) -> int | None:
    found = None if properties is None else properties.find(tag)
    value = "" if found is None else found.get(_VALUE, "")
    return int(value) if value.isdecimal() and len(value) < _BODY else None


def _last_digit(name: str) -> int:
    return int(name[-1]) - 1 if name[-1].isdecimal() else 0
