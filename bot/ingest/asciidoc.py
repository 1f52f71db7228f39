"""AsciiDoc: its blocks, told line by line; quotes are slices of the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.config import CorpusConfig
from bot.ingest.asciidoc_tables import read_table
from bot.ingest.documents import Found
from bot.ingest.lines import line_spans, trim
from bot.ingest.parts import Heading, Part, Passage
from bot.ingest.source import read_source
from bot.ingest.wording import LONGEST_TITLE
from bot.records import BlockKind, Span

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)")
_UNDERLINE = re.compile(r"={2,}|-{2,}|~{2,}|\^{2,}|\+{2,}")
_LEVELS = "=-~^+"
_ATTRIBUTE = re.compile(r":!?\w[\w-]*!?:(?:[ \t].*)?")
_BLOCK_ATTRIBUTES = re.compile(r"\[[^\]]*(?:\][^\]]*)?\]")
_TITLE = re.compile(r"\.(?![.\s])(.+)")
_CONDITION = re.compile(r"(?:ifdef|ifndef|ifeval|endif)::")
_INCLUDE = re.compile(r"include::[^\[\s]*\[")
_MACRO = re.compile(r"(?:image|video|audio|toc)::[^\[]*\[[^\]]*\]")
_ITEM = re.compile(
    r"[ \t]*(\*{1,5}|-|\.{1,5}|\d{1,4}\.|[a-zA-Z]\.|[ivxIVX]{1,6}\)|<(?:\d{1,3}|\.)>)"
    r"[ \t]+(?:\[[ xX*]\][ \t]+)?(?=\S)"
)
_TERM = re.compile(r"[ \t]*(\S[^\n]{0,300}?)(:{2,4}|;;)(?:[ \t]+(?=\S)|[ \t]*$)")
_BREAK = re.compile(r"'{3,}|-[ ]?-[ ]?-|\*[ ]?\*[ ]?\*|<{3,}")
_VERBATIM = re.compile(r"-{4,}|\.{4,}|`{3,}[\w+-]*")
_UNSEEN = re.compile(r"/{4,}|\+{4,}")
_COMPOUND = re.compile(r"={4,}|\*{4,}|_{4,}|--|~{4,}")
_TABLE = re.compile(r"[|,:!]={3,}")
_COMMENT = re.compile(r"//(?!/)")
_MARKS = re.compile(r"\[\[[^\]]*\]\]|[*_`]")
_WORD = re.compile(r"\w")
_FREE_HEADING = ("[discrete", "[float")


@dataclass(slots=True)
class _Walk:
    """Goes through the lines once and collects the parts."""

    text: str
    lines: list[Span]
    parts: list[Part] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    index: int = 0  # of the line to read next
    attributes: str = ""  # line in brackets above a block
    before: Span | None = None  # paragraph that may lead in a list
    markers: list[str] = field(default_factory=list)  # of the open lists
    leads: list[Span | None] = field(default_factory=list)  # of the same lists
    last: Span | None = None  # item

    def run(self) -> None:
        while self.index < len(self.lines):
            line = self.line(self.index)
            if not line.strip():
                self.index += 1
                continue
            start = self.index
            for read in _READERS:
                if read(self, line):
                    break
            if not line.startswith("["):
                self.attributes = ""
            self.index = max(self.index, start + 1)

    def line(self, index: int) -> str:
        inside = index < len(self.lines)
        return self.text[slice(*self.lines[index])].rstrip() if inside else ""

    def unseen(self, line: str) -> bool:
        """Pass over what is no text of the page."""
        if _INCLUDE.match(line):
            self.omitted.append(f"its line {self.index + 1} includes another file")
            return True
        if _UNSEEN.fullmatch(line):
            self.index = self.closing(line) + 1
            return True
        if line.startswith("["):
            self.attributes = line if _BLOCK_ATTRIBUTES.fullmatch(line) else ""
            return bool(self.attributes)
        patterns = (_ATTRIBUTE, _MACRO, _BREAK, _COMPOUND)
        return (
            bool(_COMMENT.match(line) or _CONDITION.match(line))
            or line == "+"
            or any(each.fullmatch(line) for each in patterns)
        )

    def closing(self, line: str) -> int:
        """Return the line that closes a block, or the last one where none does."""
        for index in range(self.index + 1, len(self.lines)):
            if self.line(index) == line:
                return index
        self.omitted.append(f"its block from line {self.index + 1} on is never closed")
        return len(self.lines) - 1

    def heading(self, line: str) -> bool:
        match = _HEADING.fullmatch(line)
        if match:
            self.add_heading(len(match[1]), match[2], self.index)
            if len(match[1]) == 1:
                self.skip_authors()
            return True
        below = self.line(self.index + 1)
        if (
            not _UNDERLINE.fullmatch(below)
            or abs(len(below) - len(line)) > 1
            or not _WORD.search(line)
            or len(line) > LONGEST_TITLE
        ):
            return False
        self.add_heading(_LEVELS.index(below[0]) + 1, line, self.index)
        self.index += 2
        return True

    def add_heading(self, level: int, title: str, index: int) -> None:
        self.before, self.last = None, None
        self.markers, self.leads = [], []
        span = trim(self.text, *self.lines[index])
        if self.attributes.startswith(_FREE_HEADING):
            level = 6
        title = " ".join(_MARKS.sub("", title.rstrip("= #")).split())
        if title:
            self.parts.append(
                Heading(level, title[:LONGEST_TITLE], *span, linkable=False)
            )

    def skip_authors(self) -> None:
        """Pass over authors and revision, which stand below a document's title."""
        if len(self.parts) == 1:
            self.index += 1
            while self.line(self.index).strip() and not _INCLUDE.match(
                self.line(self.index)
            ):
                self.index += 1

    def code(self, line: str) -> bool:
        if line[0] in " \t" and not _ITEM.match(line) and not _TERM.match(line):
            last = self.index
            while self.line(last + 1).strip():
                last += 1
            self.add(self.index, last, "code")
            self.index = last + 1
            return True
        if not _VERBATIM.fullmatch(line):
            return False
        end = self.closing("```" if line.startswith("```") else line)
        closed = _VERBATIM.match(self.line(end)) is not None and end > self.index
        last = end - closed
        while last > self.index and not self.line(last).strip():
            last -= 1
        first = self.index + 1
        while first <= last and not self.line(first).strip():
            first += 1
        if first <= last:
            self.add(first, last, "code")
        self.index = end + 1
        return True

    def table(self, line: str) -> bool:
        if not _TABLE.fullmatch(line):
            return False
        end = self.closing(line)
        inside = self.lines[self.index + 1 : end]
        self.parts.extend(read_table(self.text, inside, line[0], self.attributes))
        self.index = end + 1
        self.before = None
        return True

    def item(self, line: str) -> bool:
        match = _ITEM.match(line)
        if not match:
            return False
        marker = match[1].rstrip("0123456789.") if match[1][0] == "<" else match[1]
        marker = "1." if marker[0].isdigit() else marker
        if marker in self.markers:
            depth = self.markers.index(marker)
        else:
            depth = len(self.markers)
            self.markers.append(marker)
            self.leads.append(self.last if depth else self.before)
        del self.markers[depth + 1 :], self.leads[depth + 1 :]
        last = self.paragraph_end()
        start = self.lines[self.index][0] + match.end()
        self.last = trim(self.text, start, self.lines[last][1])
        self.parts.append(Passage(*self.last, "item", self.leads[depth]))
        self.before = None
        self.index = last + 1
        return True

    def term(self, line: str) -> bool:
        match = _TERM.match(line)
        if not match:
            return False
        begin = self.lines[self.index][0]
        lead = begin + match.start(1), begin + match.end(1)
        start = begin + match.end()
        if not line[match.end() :]:
            while self.index + 1 < len(self.lines) and not self.line(self.index + 1):
                self.index += 1
            following = self.line(self.index + 1)
            if _ITEM.match(following) or not following:
                self.before = lead
                self.index += 1
                return True
            self.index += 1
            start = self.lines[self.index][0]
        last = self.paragraph_end()
        span = trim(self.text, start, self.lines[last][1])
        if _TERM.match(self.line(self.index)) and start == self.lines[self.index][0]:
            return True  # another term for the same text
        self.parts.append(Passage(*span, "item", lead))
        self.before, self.markers, self.leads = span, [], []
        self.index = last + 1
        return True

    def paragraph(self, line: str) -> bool:
        title = _TITLE.fullmatch(line)
        last = self.index if title else self.paragraph_end()
        self.markers, self.leads = [], []
        self.add(self.index, last, "prose", marker=1 if title else 0)
        self.index = last + 1
        return True

    def paragraph_end(self) -> int:
        """Return the last line of the paragraph or item that begins here."""
        last = self.index
        while True:
            line = self.line(last + 1)
            if (
                not line.strip()
                or line == "+"
                or _ITEM.match(line)
                or _TERM.match(line)
                or _COMMENT.match(line)
                or _CONDITION.match(line)
                or _INCLUDE.match(line)
                or _BLOCK_ATTRIBUTES.fullmatch(line)
                or any(
                    each.fullmatch(line)
                    for each in (_VERBATIM, _COMPOUND, _UNSEEN, _TABLE, _HEADING)
                )
            ):
                return last
            last += 1

    def add(self, first: int, last: int, kind: BlockKind, marker: int = 0) -> None:
        start = self.lines[first][0] + marker
        span = trim(self.text, start, self.lines[last][1])
        if _WORD.search(self.text, *span):
            self.parts.append(Passage(*span, kind))
            self.before = span if kind == "prose" else None


_READERS: tuple[Callable[[_Walk, str], bool], ...] = (
    _Walk.heading,
    _Walk.table,
    _Walk.code,
    _Walk.unseen,
    _Walk.item,
    _Walk.term,
    _Walk.paragraph,
)


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read an AsciiDoc file, as `formats.Read` says."""
    return read_source(path, data, limits, read_asciidoc)


def read_asciidoc(text: str) -> tuple[list[Part], list[str]]:
    """Find the parts of an AsciiDoc text.

    Files that it includes are not read, conditions are taken as met, and attributes
    such as `{version}` stay as they are written.

    Returns:
        Parts, and what was left out, each as a clause: "its line 3 includes …".
    """
    walk = _Walk(text, line_spans(text))
    walk.run()
    return walk.parts, walk.omitted
