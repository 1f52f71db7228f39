"""Documents as lines of JSON, between the process that parses and the one that asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.ingest.documents import Skipped
from bot.records import Block, Document, DocumentInfo, Place, Section, Source


class FrameError(ValueError):
    """A line is not what this module writes, or describes no sound document."""


def pack_frame(found: Document | Skipped) -> bytes:
    """Return one line: a document, or what was left out and why."""
    kind = "skipped" if isinstance(found, Skipped) else "document"
    return pack_line({kind: asdict(found)})


def pack_line(values: Mapping[str, Any]) -> bytes:
    """Return any JSON object as one line of ASCII."""
    return json.dumps(values, separators=(",", ":")).encode("ascii") + b"\n"


def read_frame(values: Mapping[str, Any]) -> Document | Skipped:
    """Build again what `pack_frame` was given.

    What comes from the parsing process is not believed: a hostile file may have got
    hold of it. So every span is checked to lie inside the text.

    Raises:
        FrameError: the values describe nothing sound.
    """
    try:
        if "skipped" in values:
            return Skipped(**values["skipped"])
        document = _document(values["document"])
        _check(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise FrameError(f"which is malformed: {error!r}") from error
    return document


def _document(values: Mapping[str, Any]) -> Document:
    info = values["info"]
    lists = {name: tuple(info[name]) for name in ("tags", "copies")}
    sources = tuple(Source(**each) for each in info["sources"])
    return Document(
        DocumentInfo(**{**info, **lists, "sources": sources}),
        values["text"],
        tuple(Section(**{**s, "path": tuple(s["path"])}) for s in values["sections"]),
        tuple(Block(**{**b, "lead": _span(b.get("lead"))}) for b in values["blocks"]),
        tuple(Place(**each) for each in values["places"]),
    )


def _span(lead: list[int] | None) -> tuple[int, int] | None:
    if lead is None:
        return None
    return lead[0], lead[1]


def _check(document: Document) -> None:
    length, sections = len(document.text), len(document.sections)
    spans = [(each.start, each.end) for each in document.sections]
    for block in document.blocks:
        spans += [(block.start, block.end), block.lead or (0, 0)]
        if not 0 <= block.section < sections:
            raise FrameError("with a block in no section")
    if not all(0 <= start <= end <= length for start, end in spans):
        raise FrameError("with a span outside of the text")
