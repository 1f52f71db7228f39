"""PDF files: their text in reading order, page by page, with what headings it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from bot.config import CorpusConfig
from bot.ingest.documents import (
    Found,
    Skipped,
    UnusableError,
    check_length,
    make_document,
    title_of,
)
from bot.ingest.parts import Passage
from bot.ingest.pdf_layout import group_lines, without_running_lines
from bot.ingest.pdf_lines import Line, read_lines
from bot.ingest.pdf_text import PdfText
from bot.ingest.wording import LONGEST_TITLE

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_PASSWORD_WANTED = 4  # FPDF_ERR_PASSWORD
_MOST_UNREADABLE = 0.2  # of the letters; beyond it the fonts do not say what they show
_LONGEST_LABEL = 20  # characters
_NAMED = 10  # pages
_PICTURE = (
    "without text, only a picture, as from a scanner; run text recognition over the "
    "file, for instance with ocrmypdf, and put the result here"
)
_DAMAGED = "damaged; print the file to a new one, and put that here"
_UNREADABLE = re.compile(r"[\ufffd\ue000-\uf8ff]")
# Titles that a program gave, not an author.
_NO_TITLE = re.compile(
    r"\W*|untitled.*|(?:document|dokument|slide|presentation)\W*\d*|microsoft \w+ - .*"
    r"|.*\.(?:docx?|odt|rtf|tex|dvi|pptx?|xlsx?|indd|pdf|html?|md|txt)",
    re.IGNORECASE,
)


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a PDF file as one document; see `bot.ingest.formats.Read`.

    Pages that are pictures are left out and named.
    """
    with closing(_open(data)) as pdf:
        if len(pdf) > limits.max_pages:
            raise UnusableError(
                f"has {len(pdf):,} pages, more than corpus.max_pages "
                f"({limits.max_pages:,}) allows; split it or raise the limit"
            )
        lines, unread = _read_pages(pdf, limits)
        titled = _title(str(pdf.get_metadata_dict().get("Title") or ""))
        labels = [_label(pdf, number) for number in range(len(pdf))]
    if not lines:
        raise UnusableError("; ".join(unread) or "has no text at all; remove it")
    _check_readable(lines)
    kept = without_running_lines(lines)
    found_text = PdfText(kept, labels)
    for group in group_lines(kept):
        found_text.add(group)
    if not any(isinstance(each, Passage) for each in found_text.parts):
        raise UnusableError("has no text to quote; write something or remove it")
    document = make_document(
        path,
        path,
        title=titled or found_text.heading() or title_of(path),
        text=found_text.text,
        parts=found_text.parts,
        places=found_text.places,
    )
    return [document, *(Skipped(f"{path}:pages", why, refused=True) for why in unread)]


def _open(data: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - only a PDF needs it

    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_WANTED:
            raise UnusableError(
                "is protected by a password; save a copy without one or remove it"
            ) from error
        raise UnusableError(
            f"is damaged ({error}); save it again or remove it"
        ) from error


def _read_pages(pdf: PdfDocument, limits: CorpusConfig) -> tuple[list[Line], list[str]]:
    """Return all lines, and why pages were left out."""
    from pypdfium2 import PdfiumError  # noqa: PLC0415 - only a PDF needs it

    lines: list[Line] = []
    pictures: list[int] = []
    damaged: list[int] = []
    length = 0
    for number in range(len(pdf)):
        try:
            found, is_picture = _read_page(pdf, number)
        except PdfiumError:
            damaged.append(number + 1)
            continue
        if is_picture:
            pictures.append(number + 1)
        lines += found
        length += sum(len(each.text) for each in found)
        check_length(length, limits)  # before more is read than may be kept
    return lines, [
        f"{_named(pages)} {why}"
        for pages, why in ((pictures, _PICTURE), (damaged, _DAMAGED))
        if pages
    ]


def _read_page(pdf: PdfDocument, number: int) -> tuple[list[Line], bool]:
    """Return the lines of a page, and whether it is a picture instead."""
    from pypdfium2 import raw  # noqa: PLC0415 - only a PDF needs it

    with closing(pdf[number]) as page, closing(page.get_textpage()) as text:
        lines = list(read_lines(text, number))
        kinds = (each.type for each in page.get_objects(max_depth=2))
        return lines, not lines and raw.FPDF_PAGEOBJ_IMAGE in kinds


def _named(pages: Sequence[int]) -> str:
    named = ", ".join(map(str, pages[:_NAMED])) + (" …" if len(pages) > _NAMED else "")
    return f"page {named}" if len(pages) == 1 else f"pages {named}"


def _check_readable(lines: Sequence[Line]) -> None:
    letters = sum(len(each.text) for each in lines)
    unreadable = sum(len(_UNREADABLE.findall(each.text)) for each in lines)
    if unreadable > _MOST_UNREADABLE * letters:
        raise UnusableError(
            "has fonts that do not say which letters they show; print it to a new PDF "
            "file, or run text recognition over it, for instance with ocrmypdf"
        )


def _label(pdf: PdfDocument, number: int) -> str:
    """Return what a reader shows as the page's number: "iii", "12"."""
    label = str(pdf.get_page_label(number))
    return (
        label
        if 0 < len(label) <= _LONGEST_LABEL and label.isprintable()
        else str(number + 1)
    )


def _title(text: str) -> str:
    words = " ".join(text.split())[:LONGEST_TITLE]
    return "" if _NO_TITLE.fullmatch(words) or not words.isprintable() else words
