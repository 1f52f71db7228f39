"""The YAML between two lines of dashes at the top of a file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from bot.records import Source

MAX_CHARACTERS = 65_536
MAX_DEPTH = 8
MAX_EVENTS = 5_000
_FENCE = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_CLOSE = re.compile(r"(?:(?<=\n)|(?<=\r))(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)")
_KEY = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n?|\n))*[A-Za-z_][\w .-]*:(?:\s|\Z)")
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


class FrontMatterError(Exception):
    """The front matter cannot be used; the message says why, without the path."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What an author says about a document; unknown keys are left out."""

    title: str | None = None
    url: str | None = None
    date: str | None = None
    owner: str | None = None
    reviewed_at: str | None = None
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    index: bool = True  # False keeps the document out of the index


def read_front_matter(text: str) -> tuple[FrontMatter, int]:
    """Read the front matter of a text, if it has any.

    Returns:
        What it says, and the offset at which the body starts: 0 without it. A line
        of dashes that no ``key:`` follows is a thematic break, not front matter.

    Raises:
        FrontMatterError: it is no valid YAML, too large or too deep, or a known key
            has a value of the wrong kind.
    """
    opened = _FENCE.match(text)
    if not opened or not _KEY.match(text, opened.end(), opened.end() + MAX_CHARACTERS):
        return FrontMatter(), 0
    closed = _CLOSE.search(text, opened.end(), opened.end() + MAX_CHARACTERS)
    if not closed:
        if len(text) > MAX_CHARACTERS:
            raise FrontMatterError(
                f"its front matter is not closed by a line `---` within "
                f"{MAX_CHARACTERS:,} characters"
            )
        return FrontMatter(), 0
    values = _load(text[opened.end() : closed.start()])
    return _checked(values), closed.end()


def _load(source: str) -> Mapping[object, object]:
    try:
        _check_events(source)
        values = yaml.safe_load(source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 2}: " if mark else ""
        problem = error.problem or "cannot be read"
        raise FrontMatterError(
            f"its front matter is no valid YAML, {line}{problem}; "
            "quote values that have a colon or a quote mark"
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "cannot be read"
        raise FrontMatterError(f"its front matter: {reason}") from error
    return values if isinstance(values, Mapping) else {}


def _check_events(source: str) -> None:
    """Refuse what makes a small YAML text large or deep, before it is built."""
    depth = 0
    for count, event in enumerate(yaml.parse(source, Loader=yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise FrontMatterError(
                "its front matter has an alias (`*name`); write the value out"
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH or count > MAX_EVENTS:
            raise FrontMatterError(
                f"its front matter has more than {MAX_DEPTH} levels or "
                f"{MAX_EVENTS:,} values; make it simpler"
            )


def _checked(values: Mapping[object, object]) -> FrontMatter:
    index = values.get("index")
    if index is not None and not isinstance(index, bool):
        raise FrontMatterError("its front matter: `index` must be true or false")
    return FrontMatter(
        title=_text(values, "title"),
        url=_url(values, "url"),
        date=_text(values, "date"),
        owner=_text(values, "owner"),
        reviewed_at=_text(values, "reviewed_at"),
        tags=_tags(values.get("tags")),
        sources=_sources(values.get("sources")),
        index=index is not False,
    )


def _text(values: Mapping[object, object], key: str) -> str | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, dt.date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, str):
        return " ".join(value.split()) or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise FrontMatterError(
        f"its front matter: `{key}` must be text; put the value in quotes"
    )


def _url(values: Mapping[object, object], key: str) -> str | None:
    value = _text(values, key)
    if value is not None and not _WEB.fullmatch(value):
        raise FrontMatterError(
            f"its front matter: `{key}` must start with http:// or https://"
        )
    return value


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        raise FrontMatterError("its front matter: `tags` must be a list of words")
    tags = (_text({"tags": each}, "tags") for each in items)
    return tuple(each for each in tags if each)


def _sources(value: object) -> tuple[Source, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(_source(each) for each in items if each is not None)


def _source(value: object) -> Source:
    if isinstance(value, str):
        text = " ".join(value.split())
        return Source(text, url=text if _WEB.fullmatch(text) else None)
    if not isinstance(value, Mapping):
        raise FrontMatterError(
            "its front matter: each of `sources` must be text or have a `title`"
        )
    url = _url(value, "url")
    title = _text(value, "title") or url
    if title is None:
        raise FrontMatterError(
            "its front matter: each of `sources` needs a `title` or a `url`"
        )
    return Source(title, _text(value, "publisher"), _text(value, "date"), url)
