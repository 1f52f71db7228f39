"""Bytes become text, or are refused: a wrong guess is worse than no document."""

from __future__ import annotations

import codecs
import re

_MARKS = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b")) + b"\x7f"
_MOST_CONTROLS = 0.01  # of all bytes; more is not text
_ADVICE = "save it as UTF-8"
# Windows code pages of languages in Latin letters. A byte that all of them read alike
# needs no guess among them. Other alphabets and other makers' pages are ruled out by
# where the signs stand: Greek, Cyrillic and East Asian texts have several such bytes
# in a row, and a dash or a quote inside a word was a letter of a Macintosh or of DOS.
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257")
_MOST_HIGH = 0.1  # of the bytes; texts in Latin letters have fewer
_HIGH = re.compile(rb"[\x80-\xff]")
_FOREIGN = re.compile(rb"[\x80-\xff]{3}|[\xc2-\xf4][\x80-\xbf]")  # the latter is UTF-8
_MISPLACED = re.compile(
    r"[^\x00-\x7f‘’“”„–—…•€™©®°§«»\xa0\w]"  # signs that are rare in any case
    r"|\w[‘“„•][^\W\d_]"
    r"|[^\W\d_][”–—…™®°§«»][^\W\d_]"
    r"|[^\W\d_]’(?!(?:s|t|re|ve|ll|d|m)\b)(?=[^\W\d_])(?<!\bO’)(?<!\b[dlDL]’)"
    r"|[a-z][À-ÖØ-Þ]"
    r"|(?<![A-Za-z])(?:(?![A-Za-z])[^\W\d_])+(?![A-Za-z])"  # letters that stand alone
)
# In DOS the byte of the ellipsis is an "à"; curly quotes prove that it is not.
_CURLY = re.compile(r"“\w|\w’(?:s|t|re|ve|ll|d|m)\b")


class UndecodableError(ValueError):
    """The bytes are no text that can be read safely; the message says why."""


def decode(data: bytes) -> str:
    """Return the text without its byte order mark.

    UTF-8 and whatever a byte order mark names are read strictly. Bytes that are not
    UTF-8 are read as Windows-1252 only when the other Latin code pages of Windows
    read the same: curly quotes, dashes, and letters such as é and ü qualify, è and
    ñ do not.

    Raises:
        UndecodableError: the bytes are another kind of file, or no text.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], charset)
    _check_is_text(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = _latin(data)
        if text is None:
            raise UndecodableError(
                f"is not UTF-8 (byte 0x{data[error.start]:02X} at position "
                f"{error.start:,}); {_ADVICE}"
            ) from error
        return text


def _strict(data: bytes, charset: str) -> str:
    try:
        text = data.decode(charset)
    except UnicodeDecodeError as error:
        raise UndecodableError(
            f"is not the {charset.upper()} that it starts as (position "
            f"{error.start:,}); {_ADVICE}"
        ) from error
    if "\0" in text:
        raise UndecodableError("has NUL characters: it is not text, so remove it")
    return text


def _check_is_text(data: bytes) -> None:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise UndecodableError(
                f"is {kind}, whatever its name says; remove it or name it rightly"
            )
    if b"\0" in data:
        raise UndecodableError(
            "has NUL bytes: it is no text, or it is UTF-16 without a byte order "
            f"mark; remove it or {_ADVICE}"
        )
    if b"\x1b$" in data or b"\x1b(" in data:
        raise UndecodableError(f"is ISO-2022-JP or the like; {_ADVICE}")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > _MOST_CONTROLS * len(data):
        raise UndecodableError(
            f"has {controls:,} control characters: it is not text, so remove it"
        )


def _latin(data: bytes) -> str | None:
    if _FOREIGN.search(data) or len(_HIGH.findall(data)) > _MOST_HIGH * len(data):
        return None
    try:
        text, *others = [data.decode(each) for each in _LATIN]
    except UnicodeDecodeError:
        return None
    if any(each != text for each in others):
        return None
    if _MISPLACED.search(text) or ("…" in text and not _CURLY.search(text)):
        return None
    return text
