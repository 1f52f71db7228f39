"""Markdown: headings, paragraphs, list items, table rows and code, with offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.ingest.html_text import text_runs
from bot.ingest.layout import longest_line, read_units
from bot.ingest.lines import line_spans, trim
from bot.ingest.parts import Heading, Part, Passage
from bot.ingest.wording import LONGEST_TITLE
from bot.records import BlockKind, Span

MAX_NESTING = 50  # lists and quotes inside one another; deeper is not prose
_MARKUP = re.compile(r"[*_`\[\]<>&\\~!]")
# What a paragraph shows besides words: pictures, tags, comments, bare link targets.
# Every quantifier is bounded, so that hostile text costs linear time.
_UNSEEN = re.compile(
    r"!\[[^\[\]]{0,500}\](?:\([^()\s]{0,2000}\)|\[[^\[\]]{0,200}\])?"
    r"|\]\([^()\s]{0,2000}\)"
    r"|<!--.{0,5000}?-->"
    r"|</?[a-zA-Z][^<>]{0,2000}>",
    re.DOTALL,
)
_WORD = re.compile(r"\w")
_QUOTE_MARKS = re.compile(r"(?:>[ \t]*)*")
_ROW_START = re.compile(r"[\s>]*\|?")


class NestedTooDeepError(Exception):
    """Lists or quotes are nested so deeply that the rest would go unread."""


@dataclass(slots=True)
class _List:
    """An open list: what leads it in, and the paragraph that its items nest under."""

    lead: Span | None


@dataclass(slots=True)
class _Walk:
    """Goes through the tokens once and collects the parts."""

    text: str
    lines: list[Span]
    parts: list[Part] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    depth_of_items: int = 0
    before: Span | None = None  # paragraph directly before, in the same container
    header: Span | None = None  # of the open table

    def run(self, tokens: Sequence[Token]) -> list[Part]:
        for index, token in enumerate(tokens):
            if token.level >= MAX_NESTING:
                raise NestedTooDeepError
            handler = _HANDLERS.get(token.type)
            if handler is not None:
                handler(self, token, tokens[index + 1 : index + 2])
        return self.parts

    def heading(self, token: Token, following: Sequence[Token]) -> None:
        content = following[0].content
        span = self.span(token)
        if token.level == 0:
            title = inline_text(content)
            if title:
                self.parts.append(Heading(int(token.tag[1]), title, *span))
            self.before = None
        else:  # inside a list or quote it heads nothing but itself
            self.add_paragraph(self.paragraph_span(token, content))

    def paragraph(self, token: Token, following: Sequence[Token]) -> None:
        span = self.paragraph_span(token, following[0].content)
        lines = line_spans(self.text, *span)
        if token.level > 0 or len(lines) == 1 or not longest_line(self.text, lines):
            self.add_paragraph(span)
            return
        # Nobody wraps lines so far out: each is a paragraph of its own, although
        # Markdown would join them.
        for unit in read_units(self.text, lines):
            self.add_paragraph((unit.start - unit.marker, unit.end))

    def add_paragraph(self, span: Span) -> None:
        if _WORD.search(_UNSEEN.sub("", self.text[slice(*span)])):
            lead = self.lists[-1].lead if self.lists else None
            self.add(span, "item" if self.lists else "prose", lead)
            self.before = span

    def open_list(self, _token: Token, _following: Sequence[Token]) -> None:
        self.lists.append(_List(self.before))
        self.before = None

    def close_list(self, _token: Token, _following: Sequence[Token]) -> None:
        self.lists.pop()
        self.before = None

    def open_item(self, _token: Token, _following: Sequence[Token]) -> None:
        self.before = None

    def open_table(self, _token: Token, _following: Sequence[Token]) -> None:
        self.header = None

    def row(self, token: Token, _following: Sequence[Token]) -> None:
        span = self.row_span(token)
        if self.header is None:
            self.header = span
        elif _WORD.search(self.text, *span):
            lead = self.header if _WORD.search(self.text, *self.header) else None
            self.add(span, "row", lead)
        self.before = None

    def code(self, token: Token, _following: Sequence[Token]) -> None:
        first, last = self.token_lines(token)
        first += token.type == "fence"
        count = token.content.count("\n") + (not token.content.endswith("\n"))
        last = min(last, first + count) if token.content else first
        while first < last and not self.line(first).strip():
            first += 1
        if first < last:
            start, end = self.lines[first][0], self.lines[last - 1][1]
            if token.level > 0:  # inside a quote or list, whose marks come first
                start = trim(self.text, start, end)[0]
                opened = _QUOTE_MARKS.match(self.text, start, end)
                start = opened.end() if opened else start
            self.add((start, trim(self.text, start, end)[1]), "code", None)
        self.before = None

    def html(self, token: Token, _following: Sequence[Token]) -> None:
        for span in text_runs(self.text, *self.span(token)):
            self.add(span, "prose", None)
        self.before = None

    def add(self, span: Span, kind: BlockKind, lead: Span | None) -> None:
        self.parts.append(Passage(*span, kind, lead))

    def token_lines(self, token: Token) -> tuple[int, int]:
        first, last = token.map or [0, 0]
        return first, min(last, len(self.lines))

    def line(self, number: int) -> str:
        return self.text[slice(*self.lines[number])]

    def span(self, token: Token) -> Span:
        first, last = self.token_lines(token)
        return trim(self.text, self.lines[first][0], self.lines[last - 1][1])

    def paragraph_span(self, token: Token, content: str) -> Span:
        """Leave out the marks of quotes and lists before the first line.

        What the parser hands out as the first line is the end of the real one.
        """
        start, end = self.span(token)
        first_line = content.split("\n", 1)[0].rstrip()
        line_end = self.lines[self.token_lines(token)[0]][1]
        line_end = trim(self.text, start, max(start, line_end))[1]
        begin = line_end - len(first_line)
        if begin > start and self.text.endswith(first_line, start, line_end):
            start = begin
        return start, end

    def row_span(self, token: Token) -> Span:
        """Return a table row without quote marks and without its outer pipes."""
        start, end = self.span(token)
        piece = self.text[start:end]
        opened = _ROW_START.match(piece)
        start += opened.end() if opened else 0
        if piece.endswith("|") and not piece.endswith("\\|") and end > start:
            end -= 1
        return trim(self.text, start, end)


_HANDLERS = {
    "heading_open": _Walk.heading,
    "paragraph_open": _Walk.paragraph,
    "bullet_list_open": _Walk.open_list,
    "ordered_list_open": _Walk.open_list,
    "bullet_list_close": _Walk.close_list,
    "ordered_list_close": _Walk.close_list,
    "list_item_open": _Walk.open_item,
    "table_open": _Walk.open_table,
    "tr_open": _Walk.row,
    "fence": _Walk.code,
    "code_block": _Walk.code,
    "html_block": _Walk.html,
}


def read_markdown(text: str, start: int = 0) -> list[Part]:
    """Find the parts of a Markdown text (CommonMark with GitHub's tables).

    Args:
        text: the whole text.
        start: where the body begins, after front matter; at the start of a line.

    Raises:
        NestedTooDeepError: lists or quotes are nested more than 50 deep.
    """
    tokens = _block_parser().parse(text[start:])
    return _Walk(text, line_spans(text, start)).run(tokens)


def inline_text(content: str) -> str:
    """Return what a heading says, without emphasis, links, code marks and tags."""
    content = content[:LONGEST_TITLE]
    if _MARKUP.search(content):
        (token,) = _inline_parser().parseInline(content)
        content = "".join(
            " " if each.type in {"softbreak", "hardbreak"} else each.content
            for each in token.children or ()
            if each.type != "html_inline"
        )
    return " ".join(content.split())


@cache
def _block_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING * 2}).enable("table")
    # Inline parsing is left out: it is not needed, and it is where hostile
    # text costs the most.
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


@cache
def _inline_parser() -> MarkdownIt:
    return MarkdownIt("commonmark")
