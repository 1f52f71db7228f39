"""Wording from template files, filled with segments so that quotes stay apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template

from bot.places import short_place
from bot.records import Citation, Segment

Values = Mapping[str, str | Sequence[Segment]]


@cache
def read_template(name: str) -> str | None:
    """Return the text of ``templates/NAME.txt``, or None when there is no such file.

    A template is wording and ``$placeholders``, nothing that could be run.
    """
    file = files("bot") / "templates" / f"{name}.txt"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def fill(name: str, values: Values) -> tuple[Segment, ...]:
    """Fill a template; text becomes wording, and segments go in as they are.

    Raises:
        KeyError: the template is missing or uses a name that has no value.
    """
    text = read_template(name)
    if text is None:
        raise KeyError(name)
    return merge(_pieces(text, values))


def fill_text(name: str, values: Mapping[str, str]) -> str:
    """Fill a template that holds no quotes, as one line."""
    return "".join(each.text for each in fill(name, values)).strip()


def merge(segments: Iterator[Segment]) -> tuple[Segment, ...]:
    """Join neighbouring pieces of wording, and leave empty ones out."""
    merged: list[Segment] = []
    for each in segments:
        if not each.text:
            continue
        if merged and merged[-1].kind == each.kind == "template":
            merged[-1] = Segment("template", merged[-1].text + each.text)
        else:
            merged.append(each)
    return tuple(merged)


def _pieces(text: str, values: Values) -> Iterator[Segment]:
    place = 0
    for match in Template.pattern.finditer(text):
        yield Segment("template", text[place : match.start()])
        place = match.end()
        name = match["named"] or match["braced"]
        value = values[name] if name else match["escaped"] or match[0]
        if isinstance(value, str):
            yield Segment("template", value)
        else:
            yield from value
    yield Segment("template", text[place:])


def source_line(citation: Citation) -> str:
    """Name a source in one line: number, title, section, document, place and date."""
    place = " > ".join((citation.title, *_below_title(citation)))
    where = short_place(citation)
    about = [citation.document, where] if where else [citation.document]
    if citation.date:
        about.append(f"as of {citation.date}")
    return f"[{citation.number}] {place} ({', '.join(about)})"


def _below_title(citation: Citation) -> tuple[str, ...]:
    repeats = citation.section[:1] == (citation.title,)
    return citation.section[1:] if repeats else citation.section
