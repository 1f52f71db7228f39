"""The records that flow from a document to an answer; all frozen, all checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal["prose", "item", "row", "code"]
PlaceKind = Literal["page", "slide", "paragraph", "cells", "line", "part", "anchor"]
Status = Literal["answered", "abstained"]
Span = tuple[int, int]  # start and end offsets in characters of Document.text
Shown = frozenset[tuple[str, int, int]]  # document, start and end of what was quoted


def text_hash(text: str) -> str:
    """Return the SHA-256 of the text as UTF-8, in lower-case hexadecimal.

    For a UTF-8 file without a byte order mark this is what ``sha256sum`` prints.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document's facts come from, as its front matter names it."""

    title: str
    publisher: str | None = None
    date: str | None = None  # as written, ISO 8601 where known
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it, up to the next heading.

    The text before the first heading is a section with an empty path.
    """

    path: tuple[str, ...]  # headings from the outermost to this one
    start: int  # of the heading itself
    end: int
    anchor: str | None = None  # fragment that links to the heading


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row or code block of a document.

    What a reader should never be quoted (menus, comment forms, front matter)
    is in no block.
    """

    start: int
    end: int
    kind: BlockKind
    section: int  # index into Document.sections
    lead: Span | None = None  # lead-in of a list item, header of a table row


@dataclass(frozen=True, slots=True)
class Place:
    """Where text stands in the original, from ``start`` up to the next place.

    A label is what a reader looks for there: "3" of a page, "Sheet1!A2:C2" of cells,
    the `id` of an anchor. An empty one says that the original names no place.
    """

    start: int  # in the stored text
    kind: PlaceKind
    label: str


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What is known of a document besides its text."""

    id: str  # path inside the corpus, or `_id` in a JSONL collection
    path: str  # file inside the corpus that holds it, with forward slashes
    collection: str  # top-level folder, "" for files at the root
    title: str
    sha256: str  # of the document's text
    url: str | None = None
    date: str | None = None  # of the facts, ISO 8601
    owner: str | None = None
    reviewed_at: str | None = None
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    copies: tuple[str, ...] = ()  # other files of the collection with the same bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read: its text and the structure found in it.

    Every span of sections and blocks is a slice of ``text``. For Markdown, plain text
    and what else is written by hand, ``text`` is the decoded file itself, character
    for character, and there are no places: they are its lines. Of other formats it is
    the text that was read, and the places lead back to the original.
    """

    info: DocumentInfo
    text: str
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    places: tuple[Place, ...] = ()  # by start


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of one document: the unit that is indexed, ranked and cited.

    Always ``document.text[chunk.start : chunk.end] == chunk.text``. A chunk never
    crosses a heading.
    """

    id: str  # document id and position: "network/vpn.md#2"
    document: str  # document id
    title: str
    section: tuple[str, ...]  # heading path
    text: str
    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse a passage whose offsets cannot be those of its text."""
        if self.end - self.start != len(self.text):
            raise ValueError(f"chunk {self.id}: offsets do not fit its text")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item or table row: the unit that answers and is quoted.

    Always ``document.text[sentence.start : sentence.end] == sentence.text``.
    """

    chunk: str  # chunk id
    text: str
    start: int
    end: int
    kind: BlockKind = "prose"
    lead: Span | None = None  # lead-in of a list item, header of a table row
    lead_text: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that retrieval proposes, with its raw scores.

    The order of hits may come from fused scores; evidence never does.
    """

    chunk: Chunk
    score: float  # fused; comparable only inside one ranking
    bm25: float = 0.0
    cosine: float | None = None  # None where the dense half did not score it
    lexical_rank: int | None = None  # from 1
    dense_rank: int | None = None
    matched: tuple[str, ...] = ()  # query terms found in the chunk
    also: tuple[str, ...] = ()  # what was searched for too: "rapidus (for lapidus)"
    logit: float | None = None  # of the reranker, whose order it is; None: not read


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was understood."""

    text: str
    type: str
    focus: tuple[str, ...]
    expects: str = "other"  # kind of short answer that fits
    terms: tuple[str, ...] = ()  # analysed focus terms
    notes: tuple[str, ...] = ()  # for `--explain`


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence with the reasons for and against its answering the question."""

    sentence: Sentence
    hit: Hit
    score: float  # absolute, in [0, 1]
    features: Mapping[str, float] = field(default_factory=dict)
    short: str | None = None  # part of the sentence that answers, if one stands out


@dataclass(frozen=True, slots=True)
class Passage:
    """An exact slice of a document: the lead-in of a list, the header of a table."""

    quote: str
    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse a quote that cannot be the slice it claims to be."""
        if self.end - self.start != len(self.quote) or not self.quote:
            raise ValueError("a passage's offsets do not fit its quote")


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and the exact place it was taken from."""

    number: int
    document: str
    title: str
    section: tuple[str, ...]
    quote: str
    start: int
    end: int
    sha256: str  # of the document's text
    url: str | None = None
    date: str | None = None
    owner: str | None = None
    copies: tuple[str, ...] = ()  # files that hold the same bytes as the document's
    place: Place | None = None  # in the original; starts where the quote does
    link: str | None = None  # leads to the quote itself, where the document has a URL
    lead: Passage | None = None  # what the quote needs to be read: header, lead-in

    def __post_init__(self) -> None:
        """Refuse a quote that cannot be the slice it claims to be."""
        if self.end - self.start != len(self.quote) or not self.quote:
            raise ValueError(f"citation {self.number}: offsets do not fit its quote")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an answer: wording of ours, or a quote with its citation."""

    kind: Literal["template", "quote"]
    text: str
    citation: int | None = None

    def __post_init__(self) -> None:
        """Refuse a quote without a citation, and a template with one."""
        if (self.kind == "quote") != (self.citation is not None):
            raise ValueError("a quote has a citation, and only a quote has one")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer proven by quotes, or a refusal with its reason.

    Raises:
        ValueError: what is stated is not cited, or a citation is not what it says.
    """

    id: str
    question: str
    reading: Reading
    status: Status
    text: str
    segments: tuple[Segment, ...]
    confidence: float
    index: str  # fingerprint of the generation that answered
    short: str | None = None
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    reason: str | None = None
    remarks: tuple[str, ...] = ()  # our words on the sources: that they agree or differ
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Hold the first promise: nothing uncited."""
        numbers = [each.number for each in self.citations]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"citations are numbered {numbers}, not from 1 on")
        quotes = {each.number: each.quote for each in self.citations}
        leads = {each.number: each.lead.quote for each in self.citations if each.lead}
        for segment in self.segments:
            number = segment.citation
            if number is None or segment.text in quotes.get(number, ""):
                continue
            if segment.text not in leads.get(number, ""):
                raise ValueError(f"a quote is not in citation {number}")
        if self.status == "answered":
            self._check_answered(quotes)
        elif self.short is not None or self.citations or not self.reason:
            raise ValueError("a refusal has a reason, no short answer, no citation")

    def _check_answered(self, quotes: Mapping[int, str]) -> None:
        if not quotes or self.reason is not None:
            raise ValueError("an answer has a citation and no reason for refusing")
        if self.short is None or self.short in {"Yes", "No"}:
            return
        if not any(self.short in quote for quote in quotes.values()):
            raise ValueError("the short answer is not part of a quote")
