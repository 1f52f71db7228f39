"""HTML files: the main content of a page, with the anchors of its headings."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from bot.config import CorpusConfig
from bot.ingest.boilerplate import without_boilerplate
from bot.ingest.decoding import UndecodableError, decode
from bot.ingest.documents import (
    Found,
    UnusableError,
    check_size,
    make_document,
    title_of,
)
from bot.ingest.frontmatter import FrontMatter
from bot.ingest.html_main import main_content
from bot.ingest.html_walk import HtmlText
from bot.ingest.parts import Heading, Passage
from bot.ingest.wording import LONGEST_TITLE

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 2_048  # bytes in which a page names its character set (HTML standard: 1,024)
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE
)
_PAGE_START = 8_192  # bytes in which a page shows that it is one
_SAVED_FROM = re.compile(r"saved from url=\(\d{1,6}\)(https?://[^\s<>\"]{1,2000})")
_WEB = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TOO_DEEP = "Excessive depth"  # libxml2's words
_DATES = (
    "article:modified_time",
    "article:published_time",
    "dcterms.modified",
    "dcterms.date",
    "dc.date",
    "date",
)


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a page as one document; see `bot.ingest.formats.Read`."""
    source = _decoded(data)
    page = parse_page(source)
    front = FrontMatter(url=_url(page, source), date=_date(page))
    named = _title(page)
    text = text_of(page)
    check_size(text.text, limits)
    if not any(isinstance(each, Passage) for each in text.parts):
        raise UnusableError("has no text to quote; write something or remove it")
    parts = without_boilerplate(text.text, text.parts)
    if not any(isinstance(each, Passage) for each in parts):
        raise UnusableError(
            "has nothing but menus, links or forms; add its text or remove it"
        )
    heads = [
        each.title for each in parts if isinstance(each, Heading) and each.level == 1
    ]
    first = heads[0] if len(heads) == 1 else ""
    document = make_document(
        path,
        path,
        title=first or named or title_of(path),
        text=text.text,
        parts=parts,
        front=front,
        places=text.places,
    )
    return [document]


def _decoded(data: bytes) -> str:
    """Return the text in the character set that the page names.

    Raises:
        UndecodableError: it names none and is not UTF-8, or is not what it names.
    """
    named = _CHARSET.search(data[:_HEAD])
    if named is None or data.startswith((codecs.BOM_UTF8, *_WIDE)):
        return decode(data)
    name = named[1].decode("ascii")
    try:
        codec = codecs.lookup(name).name
    except LookupError as error:
        raise UndecodableError(
            f"names the character set {name!r}, which is unknown; save it as UTF-8"
        ) from error
    # As in browsers: who writes Latin-1 means Windows' extension of it, and a page
    # that could be read so far is not UTF-16.
    codec = {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-16": "utf-8"}.get(
        codec, codec
    )
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError) as error:
        if codec == "utf-8":
            return decode(data)
        raise UndecodableError(
            f"is not in the character set {name!r} that it names; save it as UTF-8"
        ) from error


def text_of(page: HtmlElement) -> HtmlText:
    """Return the text of the main content, with its parts. The page is changed."""
    text = HtmlText()
    text.add(main_content(page))
    return text


def parse_page(source: str) -> HtmlElement:
    """Parse a page, however broken it is.

    Raises:
        UnusableError: there is nothing on it, or it nests too deep.
    """
    from lxml import etree, html  # noqa: PLC0415 - only a page needs it

    # lxml and not html.parser, which took 92 s for 48 KB of "<a " (lxml: 0.07 s).
    parser = html.HTMLParser(encoding="utf-8", remove_pis=True, no_network=True)
    data = source.replace("\0", "").encode("utf-8", "replace")
    try:
        page = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnusableError("has no text to quote; write something or remove it") from (
            error
        )
    if any(_TOO_DEEP in each.message for each in parser.error_log):
        raise UnusableError("nests elements too deep; flatten or remove it")
    _clean(page)
    return page


def _clean(page: HtmlElement) -> None:
    """Take out controls: lxml reads them, and then refuses to move the text."""
    for each in page.iter("*"):
        if each.text and _CONTROL.search(each.text):
            each.text = _CONTROL.sub("", each.text)
        if each.tail and _CONTROL.search(each.tail):
            each.tail = _CONTROL.sub("", each.tail)


def _title(page: HtmlElement) -> str:
    title = page.findtext(".//title") or ""
    return " ".join(title.split())[:LONGEST_TITLE]


def _url(page: HtmlElement, source: str) -> str | None:
    saved = _SAVED_FROM.search(source[:_PAGE_START])
    said = [saved[1]] if saved else []
    said += [
        each.get("href", "") for each in page.iterfind(".//link[@rel='canonical']")
    ]
    said += [
        each.get("content", "") for each in page.iterfind(".//meta[@property='og:url']")
    ]
    return next((each for each in map(str.strip, said) if _WEB.fullmatch(each)), None)


def _date(page: HtmlElement) -> str | None:
    dates: dict[str, str] = {}
    for each in page.iterfind(".//meta"):
        name = (each.get("property") or each.get("name") or "").lower()
        day = _DAY.match(each.get("content", "").strip())
        if name in _DATES and day:
            dates.setdefault(name, day[0])
    return next((dates[name] for name in _DATES if name in dates), None)
