"""Elements of a web page, in order, become one text with its parts and anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.ingest.html_tables import is_layout, read_rows
from bot.ingest.parts import Heading, Part, Passage
from bot.ingest.wording import LONGEST_TITLE
from bot.records import BlockKind, Place, Span

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt "
    "fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr html "
    "legend li main ol p pre section "
    "summary table tbody td tfoot th thead tr ul".split()
)
_HEADING = re.compile(r"h([1-6])")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(r" *\n *")
_WORD = re.compile(r"\w")
_BREAK = "\x0b"  # a line break of the author, while white space is folded
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_PILCROW = re.compile(
    r"\s*[\u00b6#\u00a7\U0001f517]\s*\Z"
)  # link to the heading itself


class HtmlText:
    """The text of a page, while element after element is added to it."""

    def __init__(self) -> None:
        """Begin with nothing: no anchor stands before the first one."""
        self.parts: list[Part] = []
        self.places: list[Place] = [Place(0, "anchor", "")]
        self._pieces: list[str] = []
        self._length = 0
        self._lead: Span | None = None  # of the list items that are read
        self._before: Span | None = None  # paragraph directly before
        self._anchor: str | None = None  # of an element whose text has not begun

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._pieces)

    def add(self, element: HtmlElement, kind: BlockKind = "prose") -> None:
        """Add what an element says, block by block.

        Args:
            element: that contains blocks, or only text.
            kind: of the text that stands directly in it.
        """
        run: list[str] = [element.text or ""]
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in _BLOCKS or (tag and _holds_block(child)):
                self._passage(run, kind)
                run = []
                self._block(child, tag, kind)
            elif tag == "br":
                run.append(_BREAK)
            elif tag:  # otherwise a comment
                run.extend(_inline(child))
            run.append(child.tail or "")
        self._passage(run, kind)

    def _block(self, element: HtmlElement, tag: str, kind: BlockKind) -> None:
        heading = _HEADING.fullmatch(tag)
        if heading:
            self._heading(element, int(heading[1]))
        elif tag == "pre":
            self._code(element)
        elif tag == "table" and not is_layout(element):
            self._table(element)
        elif tag in {"ul", "ol"}:
            self._list(element)
        elif tag == "dl":
            self._definitions(element)
        else:
            if tag in {"section", "div", "article"}:
                self._anchor = element.get("id") or self._anchor
            self.add(element, kind if tag in {"div", "p", "span"} else "prose")

    def _heading(self, element: HtmlElement, level: int) -> None:
        anchor = element.get("id") or _inner_anchor(element) or self._anchor
        self._anchor = None
        title = _PILCROW.sub("", _folded(_inline(element)).replace("\n", " "))
        if not _WORD.search(title):
            return
        start, end = self._append(title, "\n\n")
        self.places.append(Place(start, "anchor", anchor or ""))
        self.parts.append(
            Heading(
                level, title[:LONGEST_TITLE], start, end, linkable=False, anchor=anchor
            )
        )
        self._before = None

    def _code(self, element: HtmlElement) -> None:
        text = "".join(element.itertext()).replace("\r\n", "\n").strip("\n")
        text = _CONTROL.sub(" ", text)
        if _WORD.search(text):
            begin = len(text) - len(text.lstrip())
            start, end = self._append(text.rstrip(), "\n\n")
            self.parts.append(Passage(start + begin, end, "code"))
        self._before = None

    def _table(self, element: HtmlElement) -> None:
        caption = element.find("caption")
        if caption is not None:
            self._passage(_inline(caption), "prose")
        header: Span | None = None
        for row in read_rows(element, lambda cell: _folded(_inline(cell))):
            span = self._append(row.text, "\n" if header else "\n\n")
            if not row.is_header or header is not None:
                self.parts.append(Passage(*span, "row", header))
            header = header or span
        self._before = None

    def _list(self, element: HtmlElement, lead: Span | None = None) -> None:
        if self._pieces and self._pieces[-1].endswith(":"):
            lead = self._before or lead
        for child in element:
            if child.tag in {"ul", "ol"}:  # inside a list, but in none of its items
                self._list(child, lead)
                continue
            outer, self._lead, self._before = self._lead, lead, None
            self.add(child, "item")
            self._lead = outer
        self._before = None

    def _definitions(self, element: HtmlElement) -> None:
        term: Span | None = None
        for child in element.iter("dt", "dd"):
            if child.tag == "dt":
                self._before = None
                if anchor := child.get("id"):
                    self._anchor = anchor
                self.add(child)
                term = self._before
            else:
                outer, self._lead = self._lead, term
                self.add(child, "item")
                self._lead = outer
        self._before = None

    def _passage(self, run: list[str], kind: BlockKind) -> None:
        text = _folded(run)
        if not _WORD.search(text):
            return
        start, end = self._append(text, "\n" if kind == "item" else "\n\n")
        self.parts.append(
            Passage(start, end, kind, self._lead if kind == "item" else None)
        )
        self._before = (start, end)

    def _append(self, text: str, gap: str) -> Span:
        start = self._length + (len(gap) if self._length else 0)
        self._pieces += [gap, text] if self._length else [text]
        self._length = start + len(text)
        if self._anchor is not None and self._anchor != self.places[-1].label:
            self.places.append(Place(start, "anchor", self._anchor))
        self._anchor = None
        return start, self._length


def _inline(element: HtmlElement) -> list[str]:
    return list(_inline_pieces(element))


def _inline_pieces(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == "br":
            yield _BREAK
        elif isinstance(child.tag, str):
            yield from _inline_pieces(child)
            if child.tag in _BLOCKS:
                yield " "
        yield child.tail or ""


def _folded(pieces: list[str]) -> str:
    """Fold white space as a browser does; breaks of the author stay."""
    text = _SPACE.sub(" ", "".join(pieces)).replace(_BREAK, "\n").replace("\xa0", " ")
    return _CONTROL.sub("", _AROUND_BREAK.sub("\n", text)).strip()


def _holds_block(element: HtmlElement) -> bool:
    return any(each.tag in _BLOCKS for each in element.iterdescendants())


def _inner_anchor(element: HtmlElement) -> str | None:
    for each in element.iter("a", "span"):
        if anchor := each.get("id") or each.get("name"):
            return str(anchor)
    return None
