"""A link that opens a document at the quote: its URL with anchor and text fragment."""

from __future__ import annotations

import re
from urllib.parse import quote as percent_encoded
from urllib.parse import urldefrag

from bot.records import Place
from bot.text.markup import plain

_WORDS = 5  # of the beginning and of the end of a longer quote
_LONGEST = 80  # characters of either; without spaces a "word" may be a whole text
_CELLS = re.compile(r"[\t|\r\n]+")
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def link_to(url: str | None, place: Place | None, quote: str) -> str | None:
    """Return the document's URL with a fragment that leads to the quote.

    Browsers scroll to a text fragment (https://wicg.github.io/scroll-to-text-fragment)
    where they find its words, and to the anchor before it where they do not.

    Args:
        url: of the document; without one there is no link.
        place: of the quote; its anchor replaces the fragment that the URL has.
        quote: with whatever markup the document has.

    >>> link_to("https://a.example/b", None, "It is **new**, they say.")
    'https://a.example/b#:~:text=It%20is%20new%2C%20they%20say.'
    """
    if url is None or not _WEB.fullmatch(url):
        return None
    page, anchor = urldefrag(url)
    if place is not None and place.kind == "anchor":
        anchor = percent_encoded(place.label, safe="!$&'()*+,;=:@/?-._~")
    directive = _text_directive(quote)
    fragment = f"{anchor}:~:{directive}" if directive else anchor
    return f"{page}#{fragment}" if fragment else page


def _text_directive(quote: str) -> str:
    # A fragment's words must stand in one paragraph or cell each.
    runs = [words for each in _CELLS.split(quote) if (words := plain(each).split())]
    if not runs:
        return ""
    if len(runs) == 1 and len(runs[0]) <= 2 * _WORDS:
        return f"text={_encoded(' '.join(runs[0])[: 2 * _LONGEST])}"
    first = " ".join(runs[0][:_WORDS])[:_LONGEST]
    last = " ".join(runs[-1][-_WORDS:])[-_LONGEST:]
    return f"text={_encoded(first)},{_encoded(last)}"


def _encoded(text: str) -> str:
    # The hyphen separates context from text in a directive: it must be encoded too.
    return percent_encoded(text, safe="", errors="replace").replace("-", "%2D")
