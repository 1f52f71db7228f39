"""Formats that people write by hand: the stored text is the file itself."""

from __future__ import annotations

from collections.abc import Callable

from bot.config import CorpusConfig
from bot.ingest.documents import (
    Found,
    Skipped,
    UnusableError,
    check_lines,
    check_size,
    decoded,
    make_document,
    title_of,
)
from bot.ingest.parts import Heading, Part, Passage

# Finds the parts of a text, and what was left out: clauses such as "its line 3 …".
Parse = Callable[[str], tuple[list[Part], list[str]]]


def read_source(path: str, data: bytes, limits: CorpusConfig, parse: Parse) -> Found:
    """Read a file whose lines are its places.

    Args:
        path: inside the corpus.
        data: the whole content.
        limits: what one file may cost.
        parse: finds the parts.

    Raises:
        UnusableError: nothing of the file can be quoted, or it is beyond a limit.
        UndecodableError: it is no text.
    """
    text = decoded(data)
    check_size(text, limits)
    check_lines(text)
    parts, omitted = parse(text)
    if not any(isinstance(each, Passage) for each in parts):
        raise UnusableError("has no text to quote; write something or remove it")
    headings = (each.title for each in parts if isinstance(each, Heading))
    title = next(headings, "") or title_of(path)
    document = make_document(path, path, title=title, text=text, parts=parts)
    return [document, *(Skipped(path, each) for each in omitted)]
