"""The table of formats, and how the content of a file decides among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import cast

from bot.config import CorpusConfig
from bot.ingest.documents import Found, UnusableError
from bot.ingest.proofs import is_message, is_page

# Reads a whole file. Its arguments: the path inside the corpus, the content, and what
# one file may cost. It raises UnusableError or UndecodableError where nothing of the
# file can be used, and returns Skipped for what is left out of the rest.
Read = Callable[[str, bytes, CorpusConfig], Found]
Proof = Callable[[bytes], bool]

_ZIP = b"PK\x03\x04"
_ZIP_NAME = 30  # bytes before the first member's name
_ODF_START = 120  # bytes; its type is the first member, as it stands
_PDF_START = 1_024  # bytes; readers look no further
_ZIP_END = b"PK\x05\x06"  # of the record that says where the list of members is
_ZIP_TAIL = 65_557  # bytes: that record with the longest comment


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read.

    Attributes:
        name: with its article, as messages say it.
        module: has a function `read` (see `Read`); it and the libraries it uses are
            imported when a file needs it.
        suffixes: that hint at the format, in lower case.
        proof: tells from the content that it is this format and no other. None where
            only the suffix can tell, as for kinds of plain text.
        trusts_suffix: the suffix is enough where no content proves another format.
        hostile: it is parsed in a process of its own, with limits.
        layer: a file may hold files of lower layers; most formats hold none.
        revision: raise it when the same file is read otherwise than before.
        packages: whose versions decide what is read; named in the index.
    """

    name: str
    module: str
    suffixes: tuple[str, ...]
    proof: Proof | None = None
    trusts_suffix: bool = False
    hostile: bool = True
    revision: int = 1
    layer: int = 0
    packages: tuple[str, ...] = ()

    def reader(self) -> Read:
        """Import the function that reads it."""
        return cast("Read", import_module(self.module).read)


def starts_with(*signatures: bytes) -> Proof:
    """Return a proof by the first bytes."""
    return lambda data: data.startswith(signatures)


def zip_with(*members: str) -> Proof:
    """Return a proof by members that only archives of this format have together."""
    wanted = [each.encode() for each in members]

    def proof(data: bytes) -> bool:
        listed = _zip_list(data) if data.startswith(_ZIP) else b""
        return all(each in listed for each in wanted)

    return proof


def _is_pdf(data: bytes) -> bool:
    """A PDF file may have something before its signature, as from a mail server."""
    if data.startswith((b"%PDF-", _ZIP)):
        return not data.startswith(_ZIP)  # which may hold a PDF file as it is
    return b"\n%PDF-" in data[:_PDF_START] and b"\nstartxref" in data[-_PDF_START:]


def _is_archive(data: bytes) -> bool:
    """An archive is none where it is one document, as those of OpenDocument are."""
    whole = data.startswith(_ZIP) and not data.startswith(b"mimetype", _ZIP_NAME)
    return whole and b"[Content_Types].xml" not in _zip_list(data)


def _zip_list(data: bytes) -> bytes:
    """Return the list of members at a ZIP archive's end, unread: it may be hostile."""
    end = data.rfind(_ZIP_END, max(0, len(data) - _ZIP_TAIL))
    if end < 0:
        return b""
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    return data[start : start + size]


# One line a format. Those whose content proves them are tried first, in this order:
# a format that others are made of, such as ZIP, stands below them.
FORMATS: tuple[Format, ...] = (
    Format("a Word document", "bot.ingest.office.docx", (".docx", ".docm", ".dotx"),
           zip_with("[Content_Types].xml", "word/"), packages=("lxml",)),
    Format("a PowerPoint presentation", "bot.ingest.office.pptx",
           (".pptx", ".pptm", ".ppsx", ".potx"),
           zip_with("[Content_Types].xml", "ppt/"), packages=("lxml",)),
    Format("an Excel workbook", "bot.ingest.office.xlsx", (".xlsx", ".xlsm", ".xltx"),
           zip_with("[Content_Types].xml", "xl/"), packages=("lxml",)),
    Format("a PDF file", "bot.ingest.pdf", (".pdf",),
           proof=_is_pdf, packages=("pypdfium2",)),
    Format("an HTML page", "bot.ingest.html", (".html", ".htm", ".xhtml"),
           proof=is_page, trusts_suffix=True, packages=("lxml",)),
    Format("a message", "bot.ingest.message", (".eml",), proof=is_message, layer=1),
    Format("a ZIP archive", "bot.ingest.zip_archive", (".zip",),
           proof=_is_archive, layer=2),
    Format("a text", "bot.ingest.prose", (".md", ".markdown", ".txt", ".text"),
           trusts_suffix=True, hostile=False),
    Format("a JSONL collection", "bot.ingest.jsonl", (".jsonl",),
           trusts_suffix=True, hostile=False, revision=2),
    Format("a table", "bot.ingest.csv_table", (".csv", ".tsv", ".tab"),
           trusts_suffix=True, hostile=False),
    Format("reStructuredText", "bot.ingest.rst", (".rst", ".rest"),
           trusts_suffix=True, packages=("docutils",)),
    Format("AsciiDoc", "bot.ingest.asciidoc", (".adoc", ".asciidoc", ".asc"),
           trusts_suffix=True),
)  # fmt: skip


# What cannot be read and can be told, with what to do about it.
_FOREIGN: tuple[tuple[Proof, str], ...] = (
    (starts_with(b"\xd0\xcf\x11\xe0"),
     ("is an Office file of 2003 or before, or has a password; save it as .docx, "
      ".pptx or .xlsx without one")),
    (starts_with(b"{\\rtf"), "is an RTF file; save it as .docx"),
    (lambda data: data.startswith(_ZIP) and b"opendocument" in data[:_ODF_START],
     "is an OpenDocument file; save it as .docx, .pptx or .xlsx"),
)  # fmt: skip


def find_format(path: str, data: bytes) -> Format:
    """Return the format of a file: that which its content proves, else by its suffix.

    Raises:
        UnusableError: no format fits.
    """
    for proof, reason in _FOREIGN:
        if proof(data):
            raise UnusableError(reason)
    for each in FORMATS:
        if each.proof is not None and each.proof(data):
            return each
    suffix = PurePosixPath(path).suffix.lower()
    named = next((each for each in FORMATS if suffix in each.suffixes), None)
    if named is None:
        raise UnusableError(
            f"has no known format; known are {', '.join(known_suffixes())}, so "
            "convert or remove it"
        )
    if not named.trusts_suffix:
        raise UnusableError(
            f"is named {suffix}, but what it holds is not {named.name}; name it "
            "rightly, save it again or remove it"
        )
    return named


def known_suffixes() -> list[str]:
    """Return the suffixes of all formats, sorted."""
    return sorted(suffix for each in FORMATS for suffix in each.suffixes)


def revisions() -> dict[str, str]:
    """Return what decides how files are read: a revision for each format.

    A new version of a parser may read the same file otherwise, so it takes part.
    """
    return {
        each.module.rsplit(".", 1)[-1]: " ".join(
            [str(each.revision), *map(_versioned, each.packages)]
        )
        for each in FORMATS
    }


def _versioned(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:  # reading such a file will say so
        return f"{package} missing"
