"""What every format's reader makes: documents, and what is left out with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.config import CorpusConfig
from bot.ingest.decoding import decode
from bot.ingest.frontmatter import FrontMatter
from bot.ingest.lines import line_spans
from bot.ingest.parts import Part, assemble
from bot.records import Document, DocumentInfo, Place, text_hash

MAX_LINE = 1_048_576  # characters
# The original names no place: neither its lines nor anything else.
NO_PLACE = (Place(0, "part", ""),)


@dataclass(frozen=True, slots=True)
class Skipped:
    """What a file holds that is not indexed, while the rest of the corpus is.

    Attributes:
        path: the file; for one line of a collection `file:line`, for a member of an
            archive or an attachment of a message `file/member`.
        reason: why, in one line.
        refused: it is an error to mend; otherwise the author opted out.
    """

    path: str
    reason: str
    refused: bool = False


Found = list[Document | Skipped]


class UnusableError(ValueError):
    """A file cannot be used; the message says why and what to do, without the path.

    What a file says of itself may be part of it: it is written so that it can be
    printed, whatever it holds.
    """

    def __init__(self, reason: str) -> None:
        """Take the reason; of one that cannot be printed, the escapes."""
        if not reason.isprintable():
            reason = reason.encode("unicode_escape").decode("ascii")
        super().__init__(reason)


def parser_failed(error: Exception) -> str:
    """Say that a library failed, and how."""
    said = " ".join(str(error).split())[:200].encode("ascii", "replace").decode()
    kind = type(error).__name__
    return (
        f"cannot be parsed ({kind}{': ' if said else ''}{said}); it may be damaged, so "
        "save it again with the program it comes from or remove it"
    )


def make_document(
    identity: str,
    path: str,
    *,
    title: str,
    text: str,
    parts: Sequence[Part],
    front: FrontMatter | None = None,
    places: Sequence[Place] = (),
) -> Document:
    """Put together what a format's reader found.

    Args:
        identity: of the document: its path, or `path/member` in a container.
        path: of the file, inside the corpus.
        title: of the document.
        text: that is stored, and that all spans are slices of.
        parts: headings and passages in order.
        front: what else is known of the document.
        places: where the text stands in the original, by start; none where the text
            is the file itself, so that its lines are its places.
    """
    front = front or FrontMatter()
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
    return Document(info, text, sections, blocks, tuple(places))


def collection_of(path: str) -> str:
    """Return the top-level folder of a path, "" for a file at the root.

    >>> collection_of("network/vpn/setup.md"), collection_of("notes.md")
    ('network', '')
    """
    return path.split("/", 1)[0] if "/" in path else ""


def title_of(path: str) -> str:
    """Return a title made of a file's name, for want of a better one.

    >>> title_of("network/vpn-set_up.pdf")
    'vpn set up'
    """
    return PurePosixPath(path).stem.replace("-", " ").replace("_", " ")


def decoded(data: bytes) -> str:
    """Return the text of a file that is text.

    Raises:
        UndecodableError: it is none.
        UnusableError: it is empty.
    """
    text = decode(data)
    if not text.strip():
        raise UnusableError("is empty; write something or remove it")
    return text


def check_size(text: str, limits: CorpusConfig) -> None:
    """Refuse a text that is too long.

    Raises:
        UnusableError: it has more than ``corpus.max_characters``.
    """
    check_length(len(text), limits)


def check_length(characters: int, limits: CorpusConfig) -> None:
    """Refuse a text that has too many characters, or has too many already.

    Raises:
        UnusableError: they are more than ``corpus.max_characters``.
    """
    if characters > limits.max_characters:
        raise UnusableError(
            f"has {characters:,} characters, more than corpus.max_characters "
            f"({limits.max_characters:,}) allows; split it or raise the limit"
        )


def check_lines(text: str) -> None:
    """Refuse a text with a line that nobody wrote by hand.

    Raises:
        UnusableError: it has more than ``MAX_LINE`` characters.
    """
    for number, (start, end) in enumerate(line_spans(text), start=1):
        if end - start > MAX_LINE:
            raise UnusableError(
                f"has {end - start:,} characters in line {number}, more than "
                f"{MAX_LINE:,}; break the line or remove the file"
            )
