"""E-mail messages: what was written, without the history, and what is attached."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart

from bot.config import CorpusConfig
from bot.ingest.boilerplate import without_boilerplate
from bot.ingest.documents import (
    NO_PLACE,
    Found,
    Skipped,
    UnusableError,
    check_size,
    make_document,
    title_of,
)
from bot.ingest.frontmatter import FrontMatter
from bot.ingest.html import parse_page, text_of
from bot.ingest.members import read_member
from bot.ingest.parts import Part, Passage
from bot.ingest.plaintext import read_plaintext
from bot.ingest.wording import LONGEST_TITLE

LAYER = 1  # may hold files that hold none
_SAYS_SOMETHING = 5  # words; fewer only say that there is a page beside the text
_NO_TEXT = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "text/calendar",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
)
_LONGEST_NAME = 200  # characters of an attachment's name
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# What mail programs write above the message that is answered. A forwarded message has
# another line above it, and is what its sender wanted to say.
_HISTORY = re.compile(
    r"^(?:-{2,}[ \t]*(?:original message|ursprüngliche nachricht)[ \t]*-{2,}"
    r"|(?:on|am|le|el|il|op)\b[^\n]{4,200}(?:\n[^\n]{1,200})?"
    r"\b(?:wrote|schrieb|écrit|escribió|scritto|schreef)\b[^\n]{0,80}:"
    r"|_{20,}\n(?:from|von|de):[^\n]{1,200})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(r"^>[^\n]*(?:\n|\Z)", re.MULTILINE)
_QUOTED_HTML = (  # as Apple Mail and Thunderbird, Gmail, and Outlook mark it
    "//blockquote[@type='cite'] | //*[contains(@class, 'gmail_quote')]"
    " | //*[@id='divRplyFwdMsg'] | //*[@id='divRplyFwdMsg']/following-sibling::*"
)


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a message and its attachments; see `bot.ingest.formats.Read`."""
    message = message_from_bytes(data, policy=policy.default)
    if not any(name in message for name in ("from", "date", "subject")):
        raise UnusableError(
            "has neither sender, date nor subject; export the message again"
        )
    text, parts = _body(message)
    check_size(text, limits)
    found: Found = []
    if any(isinstance(each, Passage) for each in parts):
        title = " ".join(_header(message, "subject").split())[:LONGEST_TITLE]
        document = make_document(
            path,
            path,
            title=title or title_of(path),
            text=text,
            parts=parts,
            front=FrontMatter(date=_date(message), owner=_sender(message)),
            places=NO_PLACE,
        )
        found.append(document)
    names: set[str] = set()
    for number, part in enumerate(message.iter_attachments(), start=1):
        _check_count(number, limits)
        name = _name(part, number, names)
        names.add(name)
        found += _attachment(path, name, part, limits)
    if not found:
        raise UnusableError("has no text to quote; remove it")
    return found


def _body(message: EmailMessage) -> tuple[str, Sequence[Part]]:
    """Return what was written, from the plain form where there is one."""
    plain = message.get_body(("plain",))
    if plain is not None:
        text = _own_words(_content(plain))
        if len(text.split()) >= _SAYS_SOMETHING:
            return text, read_plaintext(text, headings=False)
    page = message.get_body(("html",))
    if page is None:
        text = _own_words(_content(plain)) if plain is not None else ""
        return text, read_plaintext(text, headings=False)
    tree = parse_page(_content(page))
    for quoted in tree.xpath(_QUOTED_HTML):
        if quoted.getparent() is not None:
            quoted.drop_tree()
    found = text_of(tree)
    return found.text, without_boilerplate(found.text, found.parts)


def _content(part: MIMEPart) -> str:
    try:
        text = str(part.get_content())
    except (LookupError, ValueError) as error:
        raise UnusableError(
            f"has a text that cannot be decoded ({error}); export it as UTF-8"
        ) from error
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _own_words(text: str) -> str:
    """Leave out what is quoted from earlier messages, if something else is there."""
    history = _HISTORY.search(text)
    written = text[: history.start()] if history else text
    written = _QUOTED.sub("", written).strip()
    return written or text.strip()


def _header(message: EmailMessage, name: str) -> str:
    try:
        text = str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError):  # of the parser, for a bad header
        return ""
    return text.encode("utf-8", "replace").decode("utf-8")


def _date(message: EmailMessage) -> str | None:
    try:
        date = message["date"].datetime.date()
    except (ValueError, IndexError, AttributeError, OverflowError):
        return None
    return str(date.isoformat())


def _sender(message: EmailMessage) -> str | None:
    try:
        sender = message["from"].addresses[0]
    except (ValueError, IndexError, AttributeError):
        return None
    name = " ".join(str(sender.display_name or sender.addr_spec).split())
    return name.encode("utf-8", "replace").decode("utf-8") or None


def _check_count(number: int, limits: CorpusConfig) -> None:
    if number > limits.max_members:
        raise UnusableError(
            f"has more attachments than corpus.max_members ({limits.max_members:,}) "
            "allows; split it or raise the limit"
        )


def _name(part: EmailMessage, number: int, taken: set[str]) -> str:
    """Return a name for an attachment that no other one has."""
    given = (part.get_filename() or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = given.encode("utf-8", "replace").decode("utf-8")[-_LONGEST_NAME:]
    if not name.strip(". ") or not name.isprintable():
        suffix = mimetypes.guess_extension(part.get_content_type()) or ""
        name = f"attachment-{number}{suffix}"
    return f"{number}-{name}" if name in taken else name


def _attachment(
    path: str, name: str, part: EmailMessage, limits: CorpusConfig
) -> Found:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        reason = "is a message inside a message; save it into the corpus by itself"
        return [Skipped(f"{path}/{name}", reason, refused=True)]
    if kind.startswith(_NO_TEXT):
        return [Skipped(f"{path}/{name}", f"is {kind}, which holds no text to quote")]
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        reason = f"is {kind} without content; save it by itself or remove it"
        return [Skipped(f"{path}/{name}", reason, refused=True)]
    return read_member(path, name, data, limits, layer=LAYER)
