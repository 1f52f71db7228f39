"""Wording from template files, filled with segments so that quotes stay apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Self

from bot.errors import ConfigError
from bot.places import short_place
from bot.records import Citation, Segment
from bot.utf8 import read_utf8

Values = Mapping[str, str | Sequence[Segment]]

_ANSWERS = frozenset(
    {"short", "quotes"}
)  # what the template of a question type may use
_QUOTED = "_quoted"  # ends the name of a type's template where no short answer is given
_TYPES = frozenset(
    """abbreviation compare definition how how_many how_much list other what when where
    which who why yes_no""".split()
)


@dataclass(frozen=True, slots=True)
class Templates:
    """The bot's own words: the shipped files, and those of a folder that replace them.

    A template is wording and ``$placeholders``, nothing that could be run. What is
    filled in is never looked at for placeholders again.
    """

    own: Mapping[str, str] = field(default_factory=dict)  # name to text, overriding

    @classmethod
    def read(cls, folder: Path | None) -> Self:
        """Read and check a folder of templates; without one, the shipped ones stand.

        Raises:
            ConfigError: the folder or a file cannot be read, a file has the name of no
                template, or a placeholder is unknown, broken or missing.
        """
        if folder is None:
            return cls()
        try:
            found = sorted(folder.iterdir())
        except OSError as error:
            raise ConfigError(
                f"answers.templates: {folder} cannot be read: {error.strerror}."
            ) from error
        return cls({each.stem: _checked(each) for each in found})

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each template that replaces a shipped one, by name."""
        return {
            name: hashlib.sha256(text.encode()).hexdigest()
            for name, text in sorted(self.own.items())
        }

    def has(self, name: str) -> bool:
        """Whether there is a template of this name."""
        return name in self.own or read_template(name) is not None

    def fill(self, name: str, values: Values) -> tuple[Segment, ...]:
        """Fill a template; text becomes wording, and segments go in as they are.

        Raises:
            KeyError: the template is missing or uses a name that has no value.
        """
        text = self.own[name] if name in self.own else read_template(name)
        if text is None:
            raise KeyError(name)
        return merge(_pieces(text, values))

    def fill_text(self, name: str, values: Mapping[str, str]) -> str:
        """Fill a template that holds no quotes, without white space around it."""
        return "".join(each.text for each in self.fill(name, values)).strip()


@cache
def read_template(name: str) -> str | None:
    """Return the text of the shipped ``templates/NAME.txt``, or None."""
    file = files("bot") / "templates" / f"{name}.txt"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _checked(file: Path) -> str:
    shipped, known = read_template(file.stem), _known(file.stem)
    if file.suffix != ".txt" or known is None:
        raise ConfigError(
            f"{file} is no template; it must be named like one of bot/templates, such "
            "as when.txt, found.txt or refused.txt."
        )
    text = read_utf8(file, ConfigError)
    used = set()
    for match in Template.pattern.finditer(text):
        name = match["named"] or match["braced"]
        used.add(name)
        if match["escaped"] is None and name not in known:
            line = text.count("\n", 0, match.start()) + 1
            wrong = f"${name} is unknown" if name else "a single $ stands for nothing"
            raise ConfigError(
                f"{file}, line {line}: {wrong}; known are {_listed(known)}, and $$ is "
                "a dollar sign."
            )
    needed = known - {"short"} if shipped is None else _placeholders(shipped)
    missing = (needed & {"quotes", "body", "sources", "reason", "nearest"}) - used
    if missing:
        raise ConfigError(
            f"{file}: {_listed(missing)} is missing; without it the answer would be "
            "shown without its proof."
        )
    return text


def _known(name: str) -> frozenset[str] | None:
    """Return the placeholders that a template may use; None if there is no such one."""
    if name in _TYPES:
        return _ANSWERS
    if name.removesuffix(_QUOTED) in _TYPES:
        return _ANSWERS - {"short"}
    shipped = read_template(name)
    return None if shipped is None else _placeholders(shipped)


def _placeholders(text: str) -> frozenset[str]:
    found = Template.pattern.finditer(text)
    named = (each["named"] or each["braced"] for each in found)
    return frozenset(name for name in named if name)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"${each}" for each in sorted(names)) or "none"


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
    where = short_place(citation)
    about = [citation.document, where] if where else [citation.document]
    if citation.date:
        about.append(f"as of {citation.date}")
    return f"[{citation.number}] {heading(citation)} ({', '.join(about)})"


def heading(citation: Citation) -> str:
    """Name the title and the section that a quote stands under."""
    repeats = citation.section[:1] == (citation.title,)
    below = citation.section[1:] if repeats else citation.section
    return " > ".join((citation.title, *below))
