"""A text is written piece by piece, and each piece knows its place in the original."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.ingest.documents import (
    Found,
    Skipped,
    UnusableError,
    make_document,
    title_of,
)
from bot.ingest.parts import Heading, Part, Passage
from bot.records import BlockKind, Place, PlaceKind, Span

CELL_BREAK = " | "  # between the cells of a row
_BREAK = re.compile(r"[ \t\xa0]*[\r\n\v\f\x85\u2028\u2029]+\s*")
_SPACE = re.compile(r"[ \t\xa0]+")
# Characters that cannot be seen or that would break the lines of a terminal: controls,
# soft hyphens, zero-width and directional marks, and halves of surrogate pairs.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]"
)


@dataclass(slots=True)
class Writer:
    """Writes the text of a format that is no text itself, with its parts and places.

    Attributes:
        most: characters that the text may have.
        omitted: what was left out on purpose, each as a clause: "its sheet … is …".
    """

    most: int
    parts: list[Part] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0

    @property
    def text(self) -> str:
        """Everything written so far, with a line end after it."""
        return "".join([*self._pieces, "\n"] if self._pieces else [])

    def heading(self, level: int, title: str, kind: PlaceKind, label: str) -> None:
        """Write a heading; one without words is left out."""
        title = " ".join(clean(title).split())
        if title:
            start, end = self._write(title, "\n\n", kind, label)
            self.parts.append(Heading(level, title, start, end, linkable=False))

    def passage(
        self,
        text: str,
        kind: PlaceKind,
        label: str,
        *,
        block: BlockKind = "prose",
        lead: Span | None = None,
        close: bool = False,
    ) -> Span | None:
        """Write a passage and return where it stands; None if it says nothing.

        Args:
            text: as it stands in the original.
            kind: of the place in the original.
            label: of the place in the original.
            block: kind of the passage.
            lead: lead-in of a list item, header of a row; a span returned before.
            close: it stands on the next line, without an empty one between.
        """
        text = clean(text)
        if not text:
            return None
        span = self._write(text, "\n" if close else "\n\n", kind, label)
        self.parts.append(Passage(*span, block, lead))
        return span

    def header(
        self, cells: Sequence[str], kind: PlaceKind, label: str, *, close: bool = False
    ) -> Span:
        """Write a row of a table's header, which is quoted with other rows only."""
        return self._write(row_text(cells), "\n" if close else "\n\n", kind, label)

    def found(self, path: str, title: str = "") -> Found:
        """Return the document that was written, and what was left out.

        Args:
            path: inside the corpus.
            title: of the document; its first heading or else its file's name if empty.

        Raises:
            UnusableError: nothing was written that could be quoted.
        """
        if not any(isinstance(each, Passage) for each in self.parts):
            raise UnusableError(
                "has no text to quote; if it is made of pictures, add their text, "
                "otherwise remove it"
            )
        headings = (each.title for each in self.parts if isinstance(each, Heading))
        document = make_document(
            path,
            path,
            title=title or next(headings, "") or title_of(path),
            text=self.text,
            parts=self.parts,
            places=self.places,
        )
        return [document, *(Skipped(path, each) for each in self.omitted)]

    def _write(self, text: str, between: str, kind: PlaceKind, label: str) -> Span:
        if self._pieces:
            self._pieces.append(between)
            self._length += len(between)
        start = self._length
        self._pieces.append(text)
        self._length += len(text)
        if self._length > self.most:
            raise UnusableError(
                f"has more than the {self.most:,} characters that "
                "corpus.max_characters allows; split it or raise the limit"
            )
        self.places.append(Place(start, kind, label))
        return start, self._length


def row_text(cells: Sequence[str]) -> str:
    """Return a row as one line; empty cells keep their place, but for the last ones.

    >>> row_text(["Resin", "", "165 °C", ""])
    'Resin | | 165 °C'
    """
    texts = [" ".join(clean(each).split()) for each in cells]
    while texts and not texts[-1]:
        texts.pop()
    return " ".join(CELL_BREAK.join(texts).split())


def clean(text: str) -> str:
    r"""Fold white space, keep line ends, and drop what cannot be seen.

    >>> clean(" one\xa0 two\v\n three\u200b ")
    'one two\nthree'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # most cells: a workbook has many
    return _SPACE.sub(" ", _BREAK.sub("\n", _UNSEEN.sub("", text))).strip()
