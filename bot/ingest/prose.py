"""Markdown and plain text files: the stored text is the decoded file itself."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from bot.config import CorpusConfig
from bot.ingest.boilerplate import without_boilerplate
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
from bot.ingest.frontmatter import FrontMatterError, read_front_matter
from bot.ingest.markdown import NestedTooDeepError, inline_text, read_markdown
from bot.ingest.parts import Heading, Part, Passage
from bot.ingest.plaintext import read_plaintext
from bot.ingest.wording import is_title

_MARKDOWN = frozenset({".md", ".markdown"})
# What shows that a plain text is written in Markdown.
_TABLE = re.compile(r"^[ ]{0,3}\|?[ \t]*:?-{3,}:?[ \t]*\|[-:| \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^`{3,}[\w+-]*[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_PAIR = 2  # one line with a hash may be a comment, one with backticks an accident


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a file as one document; see `bot.ingest.formats.Read`."""
    text = decoded(data)
    check_size(text, limits)
    check_lines(text)
    try:
        front, start = read_front_matter(text)
    except FrontMatterError as error:
        raise UnusableError(str(error)) from error
    if not front.index:
        return [Skipped(path, "its front matter says `index: false`")]
    try:
        parts = _parse(path, text, start)
    except NestedTooDeepError as error:
        raise UnusableError(
            "nests lists or quotes too deep; flatten or remove it"
        ) from error
    if not any(isinstance(each, Passage) for each in parts):
        raise UnusableError("has no text to quote; write something or remove it")
    parts = without_boilerplate(text, parts)
    if not any(isinstance(each, Passage) for each in parts):
        raise UnusableError(
            "has nothing but menus, links or forms; add its text or remove it"
        )
    title = front.title or _title(path, text, parts)
    return [make_document(path, path, title=title, text=text, parts=parts, front=front)]


def _parse(path: str, text: str, start: int) -> list[Part]:
    if PurePosixPath(path).suffix.lower() in _MARKDOWN or _is_markdown(text):
        return read_markdown(text, start)
    return read_plaintext(text, start)


def _is_markdown(text: str) -> bool:
    return (
        bool(_TABLE.search(text))
        or len(_FENCE.findall(text)) >= _PAIR
        or len(_HEADING.findall(text)) >= _PAIR
    )


def _title(path: str, text: str, parts: list[Part]) -> str:
    """Return the first heading, else the first title-like line, else the file name."""
    for part in parts:
        if isinstance(part, Heading):
            return part.title
    for part in parts:
        line = text[part.start : part.end]
        if is_title(line):
            return inline_text(line)
    return title_of(path)
