"""What a paragraph of a Word file says, as it is shown: deletions are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.ingest.office.docx_formula import MATH, formula
from bot.ingest.office.package import Element

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CHOICES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VALUE = f"{WORD}val"
_OFF = {"0", "false", "off"}
_RAISED = str.maketrans("0123456789+-\u2212n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_CHARACTERS = {
    f"{WORD}tab": " ",
    f"{WORD}ptab": " ",
    f"{WORD}br": "\n",
    f"{WORD}cr": "\n",
    f"{WORD}noBreakHyphen": "-",
}
# What is not shown: deleted or moved text, field codes, and what stands elsewhere.
_UNSEEN = {
    f"{WORD}{each}"
    for each in ("del", "moveFrom", "delText", "instrText", "rPr", "pPr", "rt")
}
_NOTES = {f"{WORD}footnoteReference": "footnote", f"{WORD}endnoteReference": "endnote"}
_BOX = f"{WORD}txbxContent"


@dataclass(slots=True)
class ParagraphText:
    """A paragraph's text, and what hangs on it."""

    pieces: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # kind and id
    boxes: list[Element] = field(default_factory=list)  # their contents

    @property
    def text(self) -> str:
        """What the paragraph says."""
        return "".join(self.pieces)


def read_paragraph(paragraph: Element) -> ParagraphText:
    """Read a paragraph, tracked insertions included and deletions left out."""
    found = ParagraphText()
    _walk(paragraph, found)
    return found


def is_on(element: Element | None) -> bool:
    """Say whether a switch such as `w:vanish` is there and not turned off."""
    return element is not None and element.get(_VALUE) not in _OFF


def shown_children(element: Element) -> Iterator[Element]:
    """Yield the children; of alternatives for old and new programs the first."""
    for child in element:
        if child.tag == f"{CHOICES}AlternateContent":
            for choice in child[:1]:
                yield from shown_children(choice)
        else:
            yield child


def _walk(element: Element, found: ParagraphText) -> None:
    for child in shown_children(element):
        tag = child.tag
        if tag in _UNSEEN:
            continue
        if tag == f"{WORD}t":
            found.pieces.append(child.text or "")
        elif tag in _CHARACTERS:
            found.pieces.append(_CHARACTERS[tag])
        elif tag in _NOTES:
            found.notes.append((_NOTES[tag], child.get(f"{WORD}id", "")))
        elif tag == _BOX:
            found.boxes.append(child)
        elif tag == f"{MATH}oMath":
            found.pieces.append(formula(child))
        elif tag == f"{WORD}r":
            _run(child, found)
        else:
            _walk(child, found)


def _run(run: Element, found: ParagraphText) -> None:
    """Read a run; hidden text is not shown, and 10³ must not become 103."""
    properties = run.find(f"{WORD}rPr")
    if properties is None:
        _walk(run, found)
        return
    if is_on(properties.find(f"{WORD}vanish")):
        return
    position = properties.find(f"{WORD}vertAlign")
    before = len(found.pieces)
    _walk(run, found)
    if position is not None and position.get(_VALUE) == "superscript":
        found.pieces[before:] = [_raised("".join(found.pieces[before:]))]


def _raised(text: str) -> str:
    """Return digits and signs as superscripts; words stay as they are."""
    raised = text.translate(_RAISED)
    return raised if not any(map(str.isascii, raised)) else text
