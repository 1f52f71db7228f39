"""What a format's reader makes of bytes, told in few words."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config import CorpusConfig
from bot.ingest.documents import Found
from bot.ingest.formats import find_format
from bot.places import find_place
from bot.records import Document

LIMITS = CorpusConfig()


@dataclass(frozen=True)
class Said:
    """A passage: what it says, what leads it in, where it stands."""

    text: str
    kind: str
    lead: str
    section: tuple[str, ...]
    place: str


def find(path: str, data: bytes, limits: CorpusConfig = LIMITS) -> Found:
    """Read a file in this process, so that coverage sees it."""
    return find_format(path, data).reader()(path, data, limits)


def document(path: str, data: bytes, limits: CorpusConfig = LIMITS) -> Document:
    """Read a file that holds one document and nothing that is left out."""
    (found,) = find(path, data, limits)
    assert isinstance(found, Document)
    return found


def said(read: Document) -> list[Said]:
    """Return the passages in order."""
    passages = []
    for block in read.blocks:
        place = find_place(read.places, read.text, block.start)
        passages.append(
            Said(
                read.text[block.start : block.end],
                block.kind,
                read.text[slice(*block.lead)] if block.lead else "",
                read.sections[block.section].path,
                f"{place.kind} {place.label}" if place else "",
            )
        )
    return passages


def texts(read: Document) -> list[str]:
    """Return what the passages say."""
    return [each.text for each in said(read)]


def leads(read: Document) -> dict[str, str]:
    """Return what leads in each passage."""
    return {each.text: each.lead for each in said(read)}
