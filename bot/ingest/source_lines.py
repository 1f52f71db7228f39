"""Where in its file a text stands that a parser took out of it line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.ingest.lines import trim
from bot.records import Span

_BEFORE = 3  # lines: parsers name the underline of a title, not the title


@dataclass(slots=True)
class SourceLines:
    """The lines of a file, and how far they were read."""

    text: str
    spans: list[Span] = field(init=False)
    words: list[str] = field(init=False)  # of each line, with white space folded
    read: int = 0  # lines up to the last in which something was found

    def __post_init__(self) -> None:
        """Cut the text where docutils does."""
        self.spans = []
        start = 0
        for line in self.text.splitlines(keepends=True):
            self.spans.append((start, start + len(line)))
            start += len(line)
        self.words = [_folded(self.text[slice(*span)]) for span in self.spans]

    def find(self, piece: str, near: int) -> Span | None:
        """Return where lines stand that may be indented, behind a mark of a list.

        Args:
            piece: one or more lines, without their indentation.
            near: number of the first line or of one next to it, counted from 1.

        Returns:
            None if it says nothing, or stands nowhere.
        """
        lines = [_folded(each) for each in piece.strip().splitlines()]
        if not any(lines):
            return None
        last = len(self.words) - len(lines)
        hint = max(0, near - 1)
        if hint <= last and self._stands_at(hint, lines):  # which is mostly so
            return self._span(hint, lines)
        for start in (max(0, hint - _BEFORE), min(self.read, hint), 0):
            for index in range(start, last + 1):
                if self._stands_at(index, lines):
                    return self._span(index, lines)
        return None

    def find_in_line(self, piece: str, near: int) -> Span | None:
        """Return where a piece of one line stands, None if it is not in that line."""
        index = near - 1
        if not piece.strip() or not 0 <= index < len(self.spans):
            return None
        start = self.text.find(piece, *self.spans[index])
        return (start, start + len(piece)) if start >= 0 else None

    def find_row(self, cells: Sequence[tuple[str, int]], table: int) -> Span | None:
        """Return where the cells of a row stand, from the first to the end of all.

        Args:
            cells: text of each, and the number of its line, counted from 1. Where that
                cannot be right, the row is the next line that has the text.
            table: number of the line above the table.
        """
        begin = last = -1
        for text, near in cells:
            lines = [_folded(each) for each in text.strip().splitlines()]
            if not any(lines):
                continue
            index, known = near - 1, self._has(near - 1, lines[0])
            if not known:
                index = self._search(lines[0], max(self.read, table, last))
            if index < 0:
                continue
            if begin < 0:
                start, end = self.spans[index]
                column = self.text.find(lines[0], start, end) if known else -1
                begin = column if column >= 0 else trim(self.text, start, end)[0]
            last = max(last, index + len(lines) - 1 if known else index)
        if begin < 0:
            return None
        last = min(last, len(self.spans) - 1)
        self.read = max(self.read, last + 1)
        end = trim(self.text, begin, self.spans[last][1])[1]
        if self.text[end - 1] == "|" and self.words[last].startswith("|"):
            end = trim(self.text, begin, end - 1)[1]
        return begin, end

    def _has(self, index: int, line: str) -> bool:
        return 0 <= index < len(self.words) and line in self.words[index]

    def _search(self, line: str, start: int) -> int:
        """Return the first line from one on that has a text, -1 if none has."""
        found = (i for i in range(start, len(self.words)) if line in self.words[i])
        return next(found, -1)

    def _stands_at(self, index: int, lines: Sequence[str]) -> bool:
        return self.words[index].endswith(lines[0]) and all(
            self.words[index + offset] == line
            for offset, line in enumerate(lines[1:], start=1)
        )

    def _span(self, index: int, lines: Sequence[str]) -> Span:
        last = index + len(lines) - 1
        self.read = max(self.read, last + 1)
        start, end = trim(self.text, *self.spans[index])
        # From its end back, as many characters as it has without white space.
        left = len(lines[0].replace(" ", ""))
        begin = end
        while left and begin > start:
            begin -= 1
            left -= not self.text[begin].isspace()
        return begin, trim(self.text, begin, self.spans[last][1])[1]


def _folded(line: str) -> str:
    return " ".join(line.split())
