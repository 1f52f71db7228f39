"""A JSONL collection: one document a line, in the form that BEIR uses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.config import CorpusConfig
from bot.ingest.documents import (
    NO_PLACE,
    Found,
    Skipped,
    UnusableError,
    check_size,
    decoded,
    make_document,
)
from bot.ingest.frontmatter import FrontMatter
from bot.ingest.lines import line_spans
from bot.ingest.plaintext import read_plaintext

MAX_ID = 512  # characters
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


class BadLineError(ValueError):
    """A line is no document; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A document of a collection."""

    number: int  # of its line, counted from 1
    id: str
    title: str
    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was refused, with its number counted from 1 and the reason."""

    number: int
    reason: str


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read a collection, line by line; see `bot.ingest.formats.Read`.

    A text is a passage of prose: no headings, no page around it. No place is given:
    a line number would change with every line that is added above.
    """
    found: Found = []
    for row in read_rows(decoded(data)):
        if isinstance(row, BadRow):
            found.append(Skipped(f"{path}:{row.number}", row.reason, refused=True))
            continue
        try:
            check_size(row.text, limits)
        except UnusableError as error:
            found.append(Skipped(f"{path}:{row.number}", str(error), refused=True))
            continue
        document = make_document(
            row.id,
            path,
            title=row.title or row.id,
            text=row.text,
            parts=read_plaintext(row.text, headings=False),
            front=FrontMatter(url=row.url),
            places=NO_PLACE,
        )
        found.append(document)
    return found


def read_rows(text: str) -> Iterator[Row | BadRow]:
    """Yield what each line holds; a bad line costs no other.

    Of lines with the same `_id` the first one stays.
    """
    seen: dict[str, int] = {}
    for number, (start, end) in enumerate(line_spans(text), start=1):
        line = text[start:end].strip()
        if not line:
            continue
        try:
            row = _row(number, line)
        except BadLineError as error:
            yield BadRow(number, str(error))
            continue
        first = seen.setdefault(row.id, number)
        if first == number:
            yield row
        else:
            yield BadRow(
                number, f"`_id` {row.id!r} is that of line {first} too; give it another"
            )


def _row(number: int, line: str) -> Row:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = str(error).split(":", 1)[0] if str(error) else "nested too deep"
        raise BadLineError(f"is not JSON ({reason}); mend or remove it") from error
    if not isinstance(values, dict):
        raise BadLineError("is not a JSON object; write one document a line")
    identity = values.get("_id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not identity.strip():
        raise BadLineError("has no `_id`; give it a text that no other line has")
    if len(identity) > MAX_ID or _CONTROL.search(identity):
        raise BadLineError(
            f"`_id` must be at most {MAX_ID} characters without control characters"
        )
    title, text, url = (_text(values, key) for key in ("title", "text", "url"))
    if not text.strip():
        raise BadLineError("has no `text`; add it or remove the line")
    if url and not _WEB.fullmatch(url):
        raise BadLineError("`url` must start with http:// or https://")
    row = Row(number, identity, " ".join(title.split()), text, url or None)
    try:
        f"{row.id}{row.title}{row.text}{row.url}".encode()
    except UnicodeEncodeError as error:
        raise BadLineError(
            "has half a surrogate pair, which is no character; mend the escape"
        ) from error
    return row


def _text(values: dict[str, object], key: str) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLineError(f"`{key}` must be text")
    return value
