"""Groups of printed lines become one text, with its parts and its pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.ingest.parts import Heading, Part, Passage
from bot.ingest.pdf_layout import Group, bullet_length
from bot.ingest.pdf_lines import CELL, Line
from bot.ingest.pdf_words import Joiner
from bot.ingest.wording import LONGEST_TITLE
from bot.records import Place, Span

_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_SPACES = re.compile(r" {2,}")


class PdfText:
    """The text of a document, while group after group is added to it."""

    def __init__(self, lines: Sequence[Line], labels: Sequence[str]) -> None:
        """Begin with nothing.

        Args:
            lines: of the document, whose words tell how divided ones are joined.
            labels: of its pages.
        """
        self.parts: list[Part] = []
        self.places: list[Place] = []
        self._joiner = Joiner(lines)
        self._labels = labels
        self._pieces: list[str] = []
        self._length = 0
        self._page = -1  # that was placed last
        self._lead: Span | None = None  # what leads in a list: a paragraph with a colon
        self._header: Span | None = None  # of the open table

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._pieces)

    def heading(self) -> str:
        """Return the first of the outermost headings; "" where there is none."""
        heads = [each for each in self.parts if isinstance(each, Heading)]
        return min(heads, key=lambda each: each.level).title if heads else ""

    def add(self, group: Group) -> None:
        """Add a group of lines."""
        if group.kind == "row":
            for line in group.lines:
                self._add_row(line)
        else:
            self._header = None
            self._add_text(group)

    def _add_row(self, line: Line) -> None:
        _, span = self._append((line,), "\n" if self._header else "\n\n", " | ")
        # The first may be a header, or the first of the data.
        self.parts.append(Passage(*span, "row", self._header))
        self._header = self._header or span

    def _add_text(self, group: Group) -> None:
        text, (start, end) = self._append(group.lines, "\n\n", " ")
        if group.kind == "heading":
            title = text[:LONGEST_TITLE]
            self.parts.append(Heading(group.level, title, start, end, linkable=False))
            self._lead = None
        elif group.kind == "item":
            begin = start + bullet_length(text)
            self.parts.append(Passage(begin, end, "item", self._lead))
        else:
            self.parts.append(Passage(start, end, "prose"))
            self._lead = (start, end) if text.endswith(":") else None

    def _append(self, lines: Sequence[Line], gap: str, cell: str) -> tuple[str, Span]:
        """Add lines as one paragraph; return its text and where it stands.

        Args:
            lines: to be joined.
            gap: between this paragraph and the one before.
            cell: what stands for a wide gap inside a line.
        """
        start = self._length + (len(gap) if self._length else 0)
        whole = ""
        for line in lines:
            text = _clean(self._joiner.mend(line.text), cell)
            whole = self._joiner.before(whole, text) if whole else ""
            if line.page != self._page:
                label = self._labels[line.page]
                self.places.append(Place(start + len(whole), "page", label))
                self._page = line.page
            whole += text
        self._pieces += [gap, whole] if self._length else [whole]
        self._length = start + len(whole)
        return whole, (start, self._length)


def _clean(text: str, cell: str) -> str:
    text = _LIGATURE.sub(lambda each: _LIGATURES[each[0]], text)
    return _SPACES.sub(" ", text.replace(CELL, cell))
