"""What the chat shows, as lines of styled pieces: the screens decide how it looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.channels.terminal_chat.desk import Check
from bot.places import long_place
from bot.records import Answer, Citation, DocumentInfo
from bot.wording import source_line

Look = Literal[
    "plain", "note", "short", "quote", "source", "hint", "warning", "mark", "heading"
]
Address = Callable[[Citation], str | None]  # of the cited place

_HIGH, _MEDIUM = 0.85, 0.65  # confidence from which it is called so
_AROUND = 700  # characters shown before and after a sentence, at most
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?---[ \t]*\n")
_NEAR_END = 120  # characters looked through for a line's end to begin or stop at


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one look, perhaps a link."""

    text: str
    look: Look = "plain"
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text; a quoted one gets a bar at its side."""

    pieces: tuple[Piece, ...] = field(default=())
    quoted: bool = False

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(each.text for each in self.pieces)


def line(text: str, look: Look = "plain") -> Line:
    """Make a line of one piece."""
    return Line((Piece(text, look),))


def lines_of(text: str, look: Look = "plain") -> list[Line]:
    """Make a line of each line of a text."""
    return [line(each, look) for each in text.split("\n")]


def answer_lines(answer: Answer, address: Address) -> list[Line]:
    """Show an answer: all its wording in order, quotes set apart, sources as links.

    Together the lines say what `answer.text` says, and then how sure the bot is.
    """
    shown = list(_segment_lines(answer, address))
    while shown and not shown[-1].text.strip():
        shown.pop()
    if answer.status == "answered":
        shown += [Line(), line(f"Confidence: {confidence_words(answer)}", "hint")]
    return shown


def confidence_words(answer: Answer) -> str:
    """Say in words how sure an answer is, with its probability."""
    level = "low"
    if answer.confidence >= _HIGH:
        level = "high"
    elif answer.confidence >= _MEDIUM:
        level = "medium"
    return f"{level} ({answer.confidence:.0%})"


def _segment_lines(answer: Answer, address: Address) -> Iterator[Line]:
    sources = {source_line(each): each for each in (*answer.citations, *answer.nearest)}
    whole = {each.quote for each in answer.citations}
    whole |= {each.lead.quote for each in answer.citations if each.lead}
    notes = frozenset(answer.reading.notes)
    pieces: list[Piece] = []
    quoted = False
    for segment in answer.segments:
        is_quote = segment.kind == "quote"
        look: Look = "plain"
        if is_quote:
            look = "quote" if segment.text in whole else "short"
        first, *rest = segment.text.split("\n")
        pieces.append(Piece(first, look))
        quoted = quoted or look == "quote"
        for each in rest:
            yield _finished(pieces, sources, notes, address, quoted=quoted)
            pieces, quoted = [Piece(each, look)], look == "quote"
    yield _finished(pieces, sources, notes, address, quoted=quoted)


def _finished(
    pieces: Sequence[Piece],
    sources: dict[str, Citation],
    notes: frozenset[str],
    address: Address,
    *,
    quoted: bool,
) -> Line:
    text = "".join(each.text for each in pieces)
    if text in sources:
        return Line((Piece(text, "source", address(sources[text])),))
    if text in notes:
        return line(text, "note")
    return Line(tuple(each for each in pieces if each.text), quoted)


def source_lines(answer: Answer, address: Address) -> list[Line]:
    """List the sources of an answer, or what came nearest, with date and owner."""
    shown = answer.citations or answer.nearest
    if not shown:
        return [line("The last answer has no sources.", "hint")]
    found: list[Line] = []
    for each in shown:
        found.append(Line((Piece(source_line(each), "source", address(each)),)))
        about = [where] if (where := long_place(each.place)) else []
        about += [f"characters {each.start:,} to {each.end:,}"]
        about += [f"owner {each.owner}"] if each.owner else []
        about += [url] if (url := each.link or each.url) else []
        about += (
            [f"the same file is at {', '.join(each.copies)}"] if each.copies else []
        )
        found.append(line(f"    {', '.join(about)}", "hint"))
    return found


def passage_lines(citation: Citation, text: str, address: Address) -> list[Line]:
    """Show a quote in its surroundings, with the quote marked."""
    start = _cut_before(text, citation.start)
    end = _cut_after(text, citation.end)
    parts: list[tuple[str, Look]] = [
        (text[start : citation.start].lstrip("\n"), "plain"),
        (citation.quote, "mark"),
        (text[citation.end : end].rstrip(), "plain"),
    ]
    shown = [Line((Piece(source_line(citation), "source", address(citation)),)), Line()]
    pieces: list[Piece] = []
    for part, look in parts:
        first, *rest = part.split("\n")
        pieces.append(Piece(first, look))
        for each in rest:
            shown.append(Line(tuple(piece for piece in pieces if piece.text)))
            pieces = [Piece(each, look)]
    return [*shown, Line(tuple(piece for piece in pieces if piece.text))]


def _cut_before(text: str, place: int) -> int:
    front = _FRONT_MATTER.match(text)
    first = front.end() if front and front.end() <= place else 0
    start = max(first, place - _AROUND)
    if start == first:
        return first
    end = text.find("\n", start, min(start + _NEAR_END, place))
    return start if end < 0 else end + 1


def _cut_after(text: str, place: int) -> int:
    end = min(len(text), place + _AROUND)
    if end == len(text):
        return end
    last = text.rfind("\n", max(place, end - _NEAR_END), end)
    return end if last < 0 else last


def document_lines(documents: Sequence[DocumentInfo]) -> list[Line]:
    """List documents with path, date and tags."""
    shown: list[Line] = []
    for each in documents:
        about = [each.id]
        about += [f"as of {each.date}"] if each.date else []
        about += [f"tags {', '.join(each.tags)}"] if each.tags else []
        pieces = (Piece(each.title, "heading"), Piece(f"  {', '.join(about)}", "hint"))
        shown.append(Line(pieces))
    return shown


def check_lines(checks: Sequence[Check]) -> list[Line]:
    """List what became of each quote."""
    if not checks:
        return [line("The last answer has no quotes to verify.", "hint")]
    return [
        Line(
            (
                Piece(f"[{each.number}] "),
                Piece(each.state, "short" if each.state == "intact" else "warning"),
                Piece(f"  {each.detail}", "hint"),
            )
        )
        for each in checks
    ]
