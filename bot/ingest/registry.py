"""One file's bytes become documents, in the format that its content shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.config import CorpusConfig
from bot.errors import DocumentRefusedError
from bot.ingest.boilerplate import without_boilerplate
from bot.ingest.decoding import UndecodableError, decode
from bot.ingest.frontmatter import FrontMatter, FrontMatterError, read_front_matter
from bot.ingest.jsonl import BadRow, Row, read_rows
from bot.ingest.lines import line_spans
from bot.ingest.markdown import NestedTooDeepError, inline_text, read_markdown
from bot.ingest.parts import Heading, Part, Passage, assemble
from bot.ingest.plaintext import read_plaintext
from bot.ingest.wording import is_title
from bot.records import Document, DocumentInfo, text_hash

INGEST = "1"  # raise it when a parser finds other sections or blocks than before
MAX_LINE = 1_048_576  # characters
# What shows that a plain text is written in Markdown.
_TABLE = re.compile(r"^[ ]{0,3}\|?[ \t]*:?-{3,}:?[ \t]*\|[-:| \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^`{3,}[\w+-]*[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_PAIR = 2  # one line with a hash may be a comment, one with backticks an accident


@dataclass(frozen=True, slots=True)
class Skipped:
    """What a file holds that is not indexed, while the rest of the corpus is.

    Attributes:
        path: the file, and for one line of a collection `file:line`.
        reason: why, in one line.
        refused: it is an error to mend; otherwise the author opted out.
    """

    path: str
    reason: str
    refused: bool = False


def read_documents(
    path: str, data: bytes, limits: CorpusConfig
) -> list[Document | Skipped]:
    """Read one file: one document for most formats, many for a JSONL collection.

    Args:
        path: inside the corpus, with forward slashes.
        data: the whole content.
        limits: what one file may cost.

    Raises:
        DocumentRefusedError: nothing of the file can be used.
    """
    suffix = PurePosixPath(path).suffix.lower()
    read = _FORMATS.get(suffix)
    if read is None:
        raise DocumentRefusedError(
            path,
            f"has no known format; known are {', '.join(sorted(_FORMATS))}, so "
            "convert or remove it",
        )
    try:
        return read(path, _decoded(data, limits), limits)
    except (_UnusableError, UndecodableError, FrontMatterError) as error:
        raise DocumentRefusedError(path, str(error)) from error
    except NestedTooDeepError as error:
        raise DocumentRefusedError(
            path, "nests lists or quotes too deep; flatten or remove it"
        ) from error


class _UnusableError(ValueError):
    """The text cannot be used; the message says why, without the path."""


def _decoded(data: bytes, limits: CorpusConfig) -> str:
    if len(data) > limits.max_file_mib * 1_048_576:
        raise _UnusableError(
            f"has {len(data):,} bytes, more than corpus.max_file_mib "
            f"({limits.max_file_mib}) allows; split it or raise the limit"
        )
    text = decode(data)
    if not text.strip():
        raise _UnusableError("is empty; write something or remove it")
    return text


def _read_markdown_file(
    path: str, text: str, limits: CorpusConfig
) -> list[Document | Skipped]:
    return _read_prose(path, text, limits, read_markdown)


def _read_text_file(
    path: str, text: str, limits: CorpusConfig
) -> list[Document | Skipped]:
    parse = read_markdown if _is_markdown(text) else read_plaintext
    return _read_prose(path, text, limits, parse)


def _is_markdown(text: str) -> bool:
    return (
        bool(_TABLE.search(text))
        or len(_FENCE.findall(text)) >= _PAIR
        or len(_HEADING.findall(text)) >= _PAIR
    )


def _read_prose(
    path: str,
    text: str,
    limits: CorpusConfig,
    parse: Callable[[str, int], list[Part]],
) -> list[Document | Skipped]:
    _check_size(text, limits)
    _check_lines(text)
    front, start = read_front_matter(text)
    if not front.index:
        return [Skipped(path, "its front matter says `index: false`")]
    parts = parse(text, start)
    if not any(isinstance(each, Passage) for each in parts):
        raise _UnusableError("has no text to quote; write something or remove it")
    parts = without_boilerplate(text, parts)
    if not any(isinstance(each, Passage) for each in parts):
        raise _UnusableError(
            "has nothing but menus, links or forms; add its text or remove it"
        )
    title = front.title or _title(path, text, parts)
    return [_document(path, path, title=title, text=text, parts=parts, front=front)]


def _read_collection(
    path: str, text: str, limits: CorpusConfig
) -> list[Document | Skipped]:
    found: list[Document | Skipped] = []
    for row in read_rows(text):
        if isinstance(row, BadRow):
            found.append(Skipped(f"{path}:{row.number}", row.reason, refused=True))
            continue
        try:
            _check_size(row.text, limits)
        except _UnusableError as error:
            found.append(Skipped(f"{path}:{row.number}", str(error), refused=True))
            continue
        found.append(_row_document(path, row))
    return found


def _row_document(path: str, row: Row) -> Document:
    """A collection's texts are passages of prose: no headings, no page around them."""
    parts = read_plaintext(row.text, headings=False)
    return _document(
        row.id,
        path,
        title=row.title or row.id,
        text=row.text,
        parts=parts,
        front=FrontMatter(url=row.url),
    )


def _document(
    identity: str,
    path: str,
    *,
    title: str,
    text: str,
    parts: list[Part],
    front: FrontMatter,
) -> Document:
    sections, blocks = assemble(parts, len(text))
    info = DocumentInfo(
        id=identity,
        path=path,
        collection=collection_of(path),
        title=title,
        sha256=text_hash(text),
        url=front.url,
        date=front.date,
        owner=front.owner,
        reviewed_at=front.reviewed_at,
        tags=front.tags,
        sources=front.sources,
    )
    return Document(info, text, sections, blocks)


def collection_of(path: str) -> str:
    """Return the top-level folder of a path, "" for a file at the root.

    >>> collection_of("network/vpn/setup.md"), collection_of("notes.md")
    ('network', '')
    """
    return path.split("/", 1)[0] if "/" in path else ""


def _title(path: str, text: str, parts: list[Part]) -> str:
    """Return the first heading, else the first title-like line, else the file name."""
    for part in parts:
        if isinstance(part, Heading):
            return part.title
    for part in parts:
        line = text[part.start : part.end]
        if is_title(line):
            return inline_text(line)
    return PurePosixPath(path).stem.replace("-", " ").replace("_", " ")


def _check_size(text: str, limits: CorpusConfig) -> None:
    if len(text) > limits.max_characters:
        raise _UnusableError(
            f"has {len(text):,} characters, more than corpus.max_characters "
            f"({limits.max_characters:,}) allows; split it or raise the limit"
        )


def _check_lines(text: str) -> None:
    for number, (start, end) in enumerate(line_spans(text), start=1):
        if end - start > MAX_LINE:
            raise _UnusableError(
                f"has {end - start:,} characters in line {number}, more than "
                f"{MAX_LINE:,}; break the line or remove the file"
            )


_FORMATS: dict[str, Callable[[str, str, CorpusConfig], list[Document | Skipped]]] = {
    ".md": _read_markdown_file,
    ".markdown": _read_markdown_file,
    ".txt": _read_text_file,
    ".text": _read_text_file,
    ".jsonl": _read_collection,
}
