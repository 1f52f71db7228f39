"""What the rest of a line may be: commands and their arguments, titles, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_MOST = 12  # candidates; a longer list is not read
_FEWEST_LETTERS = 2  # of a title that is looked for
_MOST_WORDS = 4  # of a title that may have been typed


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may stand in the place of the last characters of a line."""

    text: str
    replaces: int  # characters before the end of the line
    note: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What can be completed.

    Attributes:
        commands: "/name" to what it does.
        arguments: "/name" to what may follow it.
        titles: of documents.
        questions: asked before, the latest first.
    """

    commands: Mapping[str, str]
    arguments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    titles: Sequence[str] = ()
    questions: Sequence[str] = ()


def complete(line: str, known: Known) -> list[Candidate]:
    """Complete a line at its end.

    >>> known = Known({"/why": "reasons"}, titles=("Glass substrates",))
    >>> [each.text for each in complete("/w", known)]
    ['/why']
    >>> [each.text for each in complete("what are glass s", known)]
    ['Glass substrates']
    """
    if line.startswith("/"):
        found = _command(line, known)
    else:
        found = _questions_and_titles(line, known)
    return [each for each, _ in zip(found, range(_MOST), strict=False)]


def _command(line: str, known: Known) -> Iterator[Candidate]:
    name, space, argument = line.partition(" ")
    if not space:
        for each, note in known.commands.items():
            if each.startswith(name):
                yield Candidate(each, len(name), note)
        return
    for each in known.arguments.get(name, ()):
        if each.casefold().startswith(argument.casefold()):
            yield Candidate(each, len(argument))


def _questions_and_titles(line: str, known: Known) -> Iterator[Candidate]:
    typed = line.casefold()
    if len(typed.strip()) < _FEWEST_LETTERS:
        return
    for each in known.questions:
        if each.casefold().startswith(typed) and each != line:
            yield Candidate(each, len(line), "asked before")
    words = line.split(" ")
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        start = " ".join(words[-count:])
        if len(start) < _FEWEST_LETTERS:
            continue
        matching = [
            each
            for each in known.titles
            if each.casefold().startswith(start.casefold())
        ]
        for each in matching:
            yield Candidate(each, len(start), "title")
        if matching:
            return
