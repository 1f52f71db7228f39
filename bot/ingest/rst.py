"""reStructuredText: docutils finds the structure, quotes are slices of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from bot.config import CorpusConfig
from bot.ingest.documents import MAX_LINE, Found, UnusableError
from bot.ingest.parts import Heading, Part, Passage
from bot.ingest.source import read_source
from bot.ingest.source_lines import SourceLines
from bot.records import BlockKind, Span

if TYPE_CHECKING:
    from docutils import nodes

MAX_NESTING = 50
_DIRECTIVE = re.compile(r"\s*\.\.\s+(?:\|[^|]*\|\s+)?([\w:.+-]+?)::[ \t]*(.*)")
_OPTION = re.compile(r"\s*:[\w-]+:(?:\s|$)")
_UNKNOWN = "Unknown directive type"
_DISABLED = ("directive disabled", "access deactivated")
# Directives of Sphinx and its extensions without prose in them.
_NO_PROSE = {
    "toctree", "graphviz", "digraph", "graph", "mermaid", "plantuml", "uml", "tikz",
    "index", "only", "highlight", "currentmodule", "module", "literalinclude",
    "tabularcolumns", "raw", "include", "image", "meta",
}  # fmt: skip
_CODE = {
    "testcode",
    "testoutput",
    "testsetup",
    "doctest",
    "ipython",
    "prompt",
    "console",
}
# Nodes whose text is no part of the page, or stands elsewhere.
_UNSEEN = {
    "comment", "substitution_definition", "target", "raw", "pending", "image", "meta",
    "transition", "label", "colspec", "classifier",
}  # fmt: skip


@dataclass(slots=True)
class _Walk:
    """Goes through the nodes once, in their order in the file."""

    source: SourceLines
    parts: list[Part] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    before: Span | None = None  # paragraph directly before, which may lead in a list
    lead: Span | None = None  # of the open list or definition
    base: int = 0  # lines above the text that docutils was given
    level: int = 0  # of the open section

    def children(self, node: nodes.Element, depth: int) -> None:
        if depth > MAX_NESTING:
            raise UnusableError(
                f"nests lists, quotes or tables more than {MAX_NESTING} deep; flatten "
                "them"
            )
        for child in _children(node):
            name = type(child).__name__
            handler = _HANDLERS.get(name)
            if handler is not None:
                handler(self, child, depth)
            elif name not in _UNSEEN:
                self.children(child, depth + 1)

    def section(self, node: nodes.Element, depth: int) -> None:
        self.level += 1
        self.before = self.lead = None
        self.children(node, depth)
        self.level -= 1

    def title(self, node: nodes.Element, _depth: int) -> None:
        span = self.find(node)
        if span is None:
            return
        if type(node.parent).__name__ == "section":
            title = " ".join(node.astext().split())
            self.parts.append(Heading(self.level, title, *span))
        else:
            self.add(span, "prose")

    def paragraph(self, node: nodes.Element, _depth: int) -> None:
        span = self.find(node)
        if span is not None:
            self.add(span, "item" if self.lead_of(node) else "prose")
            self.before = span

    def lead_of(self, node: nodes.Element) -> bool:
        """Say whether a paragraph is an item of a list."""
        return type(node.parent).__name__ in {
            "list_item", "definition", "field_body", "description",
        }  # fmt: skip

    def list(self, node: nodes.Element, depth: int) -> None:
        outer, self.lead = self.lead, self.before
        for item in _children(node):
            self.before = None
            self.children(item, depth + 1)
        self.lead, self.before = outer, None

    def pair(self, node: nodes.Element, depth: int) -> None:
        """Read a term with its definition, or an option or field with its text."""
        outer = self.lead
        for child in _children(node):
            name = type(child).__name__
            if name in {"term", "field_name", "option_group"}:
                line = self.base + (child.line or node.line or _first_line(node))
                self.lead = self.source.find_in_line(child.astext(), line)
                self.before = None
            elif name != "classifier":
                self.children(child, depth + 1)
        self.lead, self.before = outer, None

    def code(self, node: nodes.Element, _depth: int) -> None:
        span = self.find(node)
        if span is not None:
            self.add(span, "code")
        self.before = None

    def line_block(self, node: nodes.Element, _depth: int) -> None:
        spans = [self.find(each) for each in _all(node, "line")]
        found = [each for each in spans if each is not None]
        if found:
            self.add((found[0][0], found[-1][1]), "prose")
        self.before = None

    def table(self, node: nodes.Element, depth: int) -> None:
        header: Span | None = None
        self.before = None
        for child in _children(node):
            if type(child).__name__ == "title":
                self.title(child, depth)
        for row in _all(node, "row"):
            span = self.row(row, self.base + (node.line or 0))
            if span is None:
                continue
            if type(row.parent).__name__ == "thead":
                header = (header[0], span[1]) if header else span
            else:
                self.parts.append(Passage(*span, "row", header))

    def row(self, row: nodes.Element, table: int) -> Span | None:
        """Return where the cells of a row stand, from the first to the last."""
        cells = [
            (each.rawsource, self.base + (each.line or 0))
            for each in _all(row, "paragraph")
        ]
        return self.source.find_row(cells, table)

    def message(self, node: nodes.Element, depth: int) -> None:
        """Read what docutils complained of: nothing may be lost for it."""
        reason = " ".join(each.astext() for each in _all(node, "paragraph"))
        for block in _all(node, "literal_block"):
            text = block.rawsource
            line = self.base + (node.get("line") or 0)
            match = _DIRECTIVE.match(text)
            name = match[1] if match else ""
            if any(each in reason for each in _DISABLED):
                if name != "raw":
                    self.omitted.append(f"its line {line} includes another file")
            elif _UNKNOWN in reason and match and name not in _CODE:
                if name not in _NO_PROSE and not name.startswith("auto"):
                    self.directive(text, match, line, depth)
            else:
                span = self.source.find(text, line)
                if span is not None:
                    self.add(span, "code")

    def directive(self, text: str, match: re.Match[str], line: int, depth: int) -> None:
        """Read the text inside a directive that docutils does not know."""
        argument, *body = [match[2], *text.split("\n")[1:]]
        while body and _OPTION.match(body[0]):
            body.pop(0)
        skipped = len(text.split("\n")) - 1 - len(body)
        outer = self.base, self.level, self.before
        for piece, above in ((argument, line - 1), (_dedented(body), line + skipped)):
            if piece.strip():
                self.base = above
                self.children(_parsed(piece), depth + 1)
        self.base, self.level, self.before = outer

    def find(self, node: nodes.Element) -> Span | None:
        is_math = type(node).__name__ == "math_block"  # whose source has the directive
        text = node.astext() if is_math else node.rawsource or node.astext()
        return self.source.find(text, self.base + (node.line or 0))

    def add(self, span: Span, kind: BlockKind) -> None:
        lead = self.lead if kind == "item" else None
        self.parts.append(Passage(*span, kind, lead))


_HANDLERS = {
    "section": _Walk.section,
    "title": _Walk.title,
    "paragraph": _Walk.paragraph,
    "rubric": _Walk.paragraph,
    "caption": _Walk.paragraph,
    "attribution": _Walk.paragraph,
    "bullet_list": _Walk.list,
    "enumerated_list": _Walk.list,
    "definition_list_item": _Walk.pair,
    "field": _Walk.pair,
    "option_list_item": _Walk.pair,
    "literal_block": _Walk.code,
    "doctest_block": _Walk.code,
    "math_block": _Walk.code,
    "line_block": _Walk.line_block,
    "table": _Walk.table,
    "system_message": _Walk.message,
}


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a reStructuredText file, as `formats.Read` says."""
    return read_source(path, data, limits, read_rst)


def read_rst(text: str) -> tuple[list[Part], list[str]]:
    """Find the parts of a reStructuredText.

    Files that it includes are not read, nor is raw HTML. Text inside directives that
    docutils does not know, such as Sphinx's, is read like any other.

    Returns:
        Parts, and what was left out, each as a clause: "its line 3 includes …".

    Raises:
        UnusableError: it nests too deep.
    """
    walk = _Walk(SourceLines(text))
    try:
        walk.children(_parsed(text), 0)
    except RecursionError as error:
        raise UnusableError("nests lists or quotes too deep; flatten them") from error
    # A footnote or a header row may be found behind what follows it.
    return sorted(walk.parts, key=lambda each: each.start), walk.omitted


def _parsed(text: str) -> nodes.document:
    from docutils import frontend, utils  # noqa: PLC0415 - 80 ms that only these need
    from docutils.parsers.rst import Parser  # noqa: PLC0415 - the same

    settings = frontend.get_default_settings(Parser)
    settings.file_insertion_enabled = False
    settings.raw_enabled = False
    settings.report_level = settings.halt_level = 5  # messages are nodes, never errors
    settings.line_length_limit = MAX_LINE  # else it returns nothing beyond 10,000
    settings.syntax_highlight = "none"
    settings.warning_stream = False
    document = utils.new_document("", settings)
    Parser().parse(text, document)
    return document


def _first_line(node: nodes.Element) -> int:
    """Return the line of the first paragraph below a node that has no line itself."""
    return next((each.line or 0 for each in _all(node, "paragraph")), 0)


def _children(node: nodes.Element) -> Iterator[nodes.Element]:
    """Yield the children that are elements and no bare text."""
    return (cast("nodes.Element", each) for each in node.children if each.children)


def _all(node: nodes.Element, name: str) -> Iterator[nodes.Element]:
    """Yield the elements of a kind below a node, in order."""
    found = node.findall(lambda each: type(each).__name__ == name)
    return (cast("nodes.Element", each) for each in found)


def _dedented(lines: list[str]) -> str:
    indents = (len(each) - len(each.lstrip()) for each in lines if each.strip())
    indent = min(indents, default=0)
    return "\n".join(each[indent:] for each in lines)
