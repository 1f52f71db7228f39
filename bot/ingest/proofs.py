"""How pages and messages are told from other text by what they begin with."""

from __future__ import annotations

import re

_START = 8_192  # bytes that are looked at
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,500}>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_FIELD = re.compile(
    rb"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]?[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*"
)
_LINE_END = re.compile(rb"\r?\n")
# Somebody may begin a note with From and Subject; these only a mail program writes.
_OF_PROGRAMS = frozenset(
    {b"message-id", b"mime-version", b"received", b"dkim-signature"}
)
_OF_PEOPLE = frozenset({b"from", b"date", b"subject"})


def is_page(data: bytes) -> bool:
    """Say whether a file is an HTML page.

    >>> is_page(b"<!-- saved --><!DOCTYPE html><p>"), is_page(b"Use <html> here.")
    (True, False)
    """
    return bool(_PAGE.match(data[:_START]))


def is_message(data: bytes) -> bool:
    r"""Say whether a file is an e-mail message.

    >>> is_message(b"MIME-Version: 1.0\r\nFrom: a@b.example\r\n\r\nHi")
    True
    >>> is_message(b"From: Ida\nSubject: the tug\n\nHi")
    False
    """
    names = set()
    place = 0
    head = data[:_START]
    while field := _FIELD.match(head, place):
        names.add(field[1].lower())
        end = _LINE_END.match(head, field.end())
        place = end.end() if end else len(head)
    return bool(names & _OF_PROGRAMS) and bool(names & _OF_PEOPLE)
