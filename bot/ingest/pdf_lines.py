"""The lines of a PDF page: their text, where they stand, and in what type."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

SOFT_HYPHEN = "\ufffe"  # pdfium's sign for a hyphen at which a word was divided
CELL = "\t"  # our sign for a gap that only the columns of a table have
_WIDE = 1.1  # times the type size; justified text has narrower gaps, LaTeX 1.2
_BOLD = re.compile(r"bold|black|heavy|demi|cmbx|cmssbx", re.IGNORECASE)
_NAME_BYTES = 128  # of a font's name; a longer one says no more
_LETTER = re.compile(r"[^\W_]")
_LINE_END = re.compile(r"[\r\n]+")
# Controls never stand in a text. TeX's two font encodings (T1, OT1) have ligatures and
# quotes there, and some files do not say so.
_TEX = {
    "\x10": "“",
    "\x11": "”",
    "\x12": "„",
    "\x13": "«",
    "\x14": "»",
    "\x15": "–",
    "\x16": "—",
    "\x0b": "ff",
    "\x0c": "fi",
    "\x0e": "ffi",
    "\x0f": "ffl",
    "\x1b": "ff",
    "\x1c": "fi",
    "\x1d": "fl",
    "\x1e": "ffi",
    "\x1f": "ffl",
}
_CONTROL = re.compile(r"[\x0b\x0c\x0e-\x1f]")
# What else is no character. It is shown as one that is missing.
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\uffff]")
_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){0,4}\.?)\t(?=[^\W\d_])")  # of a heading
_SPACE = re.compile(r"[ \t\r\n\xa0]")  # not \s, which has controls too
# Bullets in fonts that do not say what they show, as LaTeX and Word have them.
_BULLET = re.compile(r"^[\x80-\x9f\uf06c\uf076\uf0a7\uf0b7\uf0d8\u2022][ \t]*(?=\S)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is printed; one that ends in a divided word goes on in the next.

    Lengths are in points, from the lower left corner of the page.
    """

    text: str
    page: int  # from 0
    left: float
    right: float
    first: float  # height of the base line
    last: float  # the same at its end, which is lower where it goes on in the next line
    size: float  # of the type
    bold: bool

    @property
    def width(self) -> float:
        """From the left end of the first letter to the right end of the last."""
        return self.right - self.left


def read_lines(page: PdfTextPage, number: int) -> Iterator[Line]:
    """Yield the lines of a page in the order in which the file has them.

    Args:
        page: of pypdfium2.
        number: of the page, from 0.
    """
    glyphs = _Glyphs(page)
    start = 0
    for end in [*(m.start() for m in _LINE_END.finditer(glyphs.text)), None]:
        line = glyphs.line(start, len(glyphs.text) if end is None else end, number)
        if line is not None:
            yield line
        start = 0 if end is None else end


@dataclass(frozen=True)
class _Glyphs:
    """The characters of a page, by their number."""

    page: PdfTextPage

    @cached_property
    def text(self) -> str:
        """One character a number, also where pdfium has the half of a pair."""
        from pypdfium2 import raw  # noqa: PLC0415 - only a PDF needs it

        count = self.page.count_chars()
        text = str(self.page.get_text_range())
        if len(text) == count:
            return text
        codes = (raw.FPDFText_GetUnicode(self.page, each) for each in range(count))
        return "".join(chr(each) if each <= 0x10FFFF else "\ufffd" for each in codes)  # noqa: PLR2004 - the last character there is

    def line(self, start: int, end: int, page: int) -> Line | None:
        """Measure a line; None where there is nothing to read."""
        shown = [i for i in range(start, end) if not _SPACE.match(self.text[i])]
        if not shown:
            return None
        letters = [i for i in shown if _LETTER.match(self.text[i])] or shown
        sample = {letters[0], letters[len(letters) // 2], letters[-1]}
        sizes = sorted(self.size(each) for each in sample)
        size = sizes[len(sizes) // 2]
        return Line(
            text=self.spaced(shown[0], shown[-1] + 1, size),
            page=page,
            left=self.sides(shown[0])[0],
            right=self.sides(shown[-1])[1],
            first=self.base(shown[0]),
            last=self.base(shown[-1]),
            size=round(size, 1),
            bold=all(_BOLD.search(self.font(each)) for each in sample),
        )

    def spaced(self, start: int, end: int, size: float) -> str:
        """Return the text with the gaps between the cells of a table marked."""
        pieces = list(_SPACE.sub(" ", self.text[start:end]))
        for place, character in enumerate(pieces):
            if character == " " and self.is_wide(start + place, size):
                pieces[place] = CELL
        text = _BULLET.sub("\u2022 ", "".join(pieces))
        if text.count(CELL) == 1:
            text = _NUMBER.sub(r"\1 ", text)
        text = _CONTROL.sub(lambda each: _TEX.get(each[0], each[0]), text)
        return _UNREADABLE.sub("\ufffd", text).strip(" \t")

    def is_wide(self, index: int, size: float) -> bool:
        """Say whether the gap at a space is that of two columns."""
        _, before = self.sides(index - 1)
        after, _ = self.sides(index + 1)
        return after - before > _WIDE * size

    def base(self, index: int) -> float:
        """Return the height of the line on which a character stands."""
        from pypdfium2 import raw  # noqa: PLC0415 - only a PDF needs it

        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self.page, index, x, y)
        return y.value

    def sides(self, index: int) -> tuple[float, float]:
        """Return the left and the right end of a character."""
        from pypdfium2 import raw  # noqa: PLC0415 - only a PDF needs it

        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        raw.FPDFText_GetCharBox(self.page, index, left, right, bottom, top)
        return left.value, right.value

    def size(self, index: int) -> float:
        """Return the size of the type as it is printed."""
        from pypdfium2 import raw  # noqa: PLC0415 - only a PDF needs it

        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self.page, index, matrix)
        scale = float((matrix.b**2 + matrix.d**2) ** 0.5)
        return float(raw.FPDFText_GetFontSize(self.page, index)) * (scale or 1.0)

    def font(self, index: int) -> str:
        """Return the name of the font."""
        from pypdfium2 import raw  # noqa: PLC0415 - only a PDF needs it

        name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
        length = raw.FPDFText_GetFontInfo(self.page, index, name, _NAME_BYTES, flags)
        return name.value.decode("latin-1") if 0 < length <= _NAME_BYTES else ""
