"""Headings and passages of a text in order, and how they become sections and blocks."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.records import Block, BlockKind, Section, Span

_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its place, and what it says without markup."""

    level: int  # 1 is the outermost
    title: str
    start: int
    end: int
    linkable: bool = True  # renderers give it an anchor
    anchor: str | None = None  # that it has in the original; goes before a renderer's


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, list item, table row or code block before it has a section."""

    start: int
    end: int
    kind: BlockKind
    lead: Span | None = None


Part = Heading | Passage


def assemble(
    parts: Sequence[Part], length: int
) -> tuple[tuple[Section, ...], tuple[Block, ...]]:
    """Put passages under their headings.

    Args:
        parts: in order of position.
        length: of the whole text, where the last section ends.

    Returns:
        Sections and blocks. A section without heading comes first when a passage
        stands before the first heading.
    """
    sections: list[Section] = []
    blocks: list[Block] = []
    open_headings: list[Heading] = []
    anchors: Counter[str] = Counter()
    for part in parts:
        if isinstance(part, Heading):
            while open_headings and open_headings[-1].level >= part.level:
                open_headings.pop()
            open_headings.append(part)
            path = tuple(each.title for each in open_headings)
            anchor = _anchor(part.title, anchors) if part.linkable else None
            sections.append(Section(path, part.start, length, part.anchor or anchor))
        else:
            if not sections:
                sections.append(Section((), 0, length))
            blocks.append(
                Block(part.start, part.end, part.kind, len(sections) - 1, part.lead)
            )
    return _closed(sections), tuple(blocks)


def _closed(sections: list[Section]) -> tuple[Section, ...]:
    ends = [each.start for each in sections[1:]] + [each.end for each in sections[-1:]]
    return tuple(
        Section(each.path, each.start, end, each.anchor)
        for each, end in zip(sections, ends, strict=True)
    )


def _anchor(title: str, seen: Counter[str]) -> str | None:
    """Return the fragment that GitHub gives a heading, unique in its document."""
    text = unicodedata.normalize("NFC", title).strip().lower()
    anchor = _NOT_IN_ANCHOR.sub("", text).replace(" ", "-")
    if not anchor:
        return None
    number = seen[anchor]
    seen[anchor] += 1
    return f"{anchor}-{number}" if number else anchor
