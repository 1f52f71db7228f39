"""Question sets: JSONL or CSV in, checked Questions out, faults by line and field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bot.errors import InputError
from bot.evaluation.question_rows import Problem, csv_rows, json_rows
from bot.utf8 import read_utf8

_FIELDS = frozenset(
    {"id", "question", "answerable", "answers", "evidence", "turns", "tags", "note"}
)

_Wrong = Callable[[str, str], None]  # told a field and what is wrong with it


class Quote(NamedTuple):
    """A sentence that supports the answer, exact in its document."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what a right answer is.

    Judgements name quotes and not chunks, so they survive another chunking.
    """

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()  # all accepted short answers
    evidence: tuple[Quote, ...] = ()  # each supports the answer by itself
    turns: tuple[str, ...] = ()  # asked before in the thread
    tags: tuple[str, ...] = ()  # the first one is the type
    note: str = ""
    line: int = 0  # in the file it came from

    @property
    def type(self) -> str:
        """What kind of question it is: its first tag, or "other"."""
        return self.tags[0] if self.tags else "other"

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that its evidence names, each once."""
        return tuple(dict.fromkeys(each.document for each in self.evidence))

    def payload(self) -> dict[str, Any]:
        """Return the question as one line of a JSONL question set."""
        values: dict[str, Any] = {
            "id": self.id,
            "question": self.question,
            "answerable": self.answerable,
            "answers": list(self.answers),
            "evidence": [each._asdict() for each in self.evidence],
        }
        if self.turns:
            values["turns"] = list(self.turns)
        values["tags"] = list(self.tags)
        if self.note:
            values["note"] = self.note
        return values


def read_question_set(path: Path) -> list[Question]:
    """Read a question set; the suffix `.csv` means CSV, everything else JSONL.

    Raises:
        InputError: the file cannot be read, or a question is faulty; the first fault
            is named by line and field, with the number of further ones.
    """
    questions, problems = examine_question_set(path)
    if problems:
        more = len(problems) - 1
        rest = f" ({more} more: `bot eval check {path}` lists them.)" if more else ""
        raise InputError(f"{path}, {problems[0]}{rest}")
    if not questions:
        raise InputError(f"{path} holds no question.")
    return questions


def examine_question_set(path: Path) -> tuple[list[Question], list[Problem]]:
    """Read what can be read of a question set, and list all its faults.

    Raises:
        InputError: the file cannot be read at all.
    """
    text = read_utf8(path, InputError)
    problems: list[Problem] = []
    read = csv_rows if path.suffix.lower() == ".csv" else json_rows
    questions = [
        question
        for line, row in read(text, problems)
        if (question := parse_question(row, line, problems)) is not None
    ]
    problems.extend(_repeated(questions))
    return questions, sorted(problems)


def parse_question(
    row: Mapping[str, Any], line: int, problems: list[Problem]
) -> Question | None:
    """Check one question; faults are added to ``problems``, with None returned."""
    before = len(problems)

    def wrong(field: str, message: str) -> None:
        problems.append(Problem(line, field, message))

    _check_fields(row, wrong)
    texts = {name: _texts(row, name, wrong) for name in ("answers", "turns", "tags")}
    evidence = _evidence(row, wrong)
    if len(problems) == before:  # else what is malformed would be missing as well
        _check_judgement(row["answerable"], texts["answers"], evidence, wrong)
    if len(problems) > before:
        return None
    return Question(
        row["id"],
        row["question"],
        row["answerable"],
        texts["answers"],
        evidence,
        texts["turns"],
        texts["tags"],
        row.get("note", ""),
        line,
    )


def _check_fields(row: Mapping[str, Any], wrong: _Wrong) -> None:
    for name in sorted(row.keys() - _FIELDS):
        wrong(name, f"unknown; known are {', '.join(sorted(_FIELDS))}.")
    for name in ("id", "question"):
        value = row.get(name)
        if not isinstance(value, str) or not any(each.isalnum() for each in value):
            wrong(name, "must be text with a letter or a digit.")
    if not isinstance(row.get("answerable"), bool):
        wrong("answerable", "must be true or false.")
    if not isinstance(row.get("note", ""), str):
        wrong("note", "must be text.")


def _check_judgement(
    answerable: bool,  # noqa: FBT001 - a field of the question
    answers: Sequence[str],
    evidence: Sequence[Quote],
    wrong: _Wrong,
) -> None:
    if answerable and not answers:
        wrong("answers", "an answerable question needs at least one.")
    if answerable and not evidence:
        wrong("evidence", "an answerable question needs at least one quote.")
    if not answerable and (answers or evidence):
        wrong("answerable", "is false, but there are answers or evidence.")


def check_evidence(
    questions: Iterable[Question], texts: Mapping[str, str]
) -> Iterator[Problem]:
    """Find quotes that are not exact in their document.

    Args:
        questions: to check.
        texts: document id to its text.
    """
    for question in questions:
        for document, quote in question.evidence:
            if document not in texts:
                message = f"there is no document {document!r}."
                yield Problem(question.line, "evidence", message)
            elif quote not in texts[document]:
                message = f"{document} does not say {quote!r}."
                yield Problem(question.line, "evidence", message)


def write_question_set(questions: Sequence[Question], path: Path) -> None:
    """Write a JSONL question set.

    Raises:
        InputError: the file cannot be written.
    """
    lines = [json.dumps(each.payload(), ensure_ascii=False) for each in questions]
    try:
        path.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def _texts(row: Mapping[str, Any], name: str, wrong: _Wrong) -> tuple[str, ...]:
    value = row.get(name, [])
    if not isinstance(value, list) or not all(
        isinstance(each, str) and each.strip() for each in value
    ):
        wrong(name, "must be a list of texts that are not empty.")
        return ()
    return tuple(value)


def _evidence(row: Mapping[str, Any], wrong: _Wrong) -> tuple[Quote, ...]:
    value = row.get("evidence", [])
    if not isinstance(value, list):
        wrong("evidence", 'must be a list of {"document", "quote"}.')
        return ()
    quotes = []
    for number, each in enumerate(value):
        texts = [
            each.get(name) if isinstance(each, dict) else None for name in Quote._fields
        ]
        if all(isinstance(text, str) and text.strip() for text in texts):
            quotes.append(Quote(*texts))  # type: ignore[arg-type] # just checked
        else:
            wrong(
                f"evidence[{number}]", 'must look like {"document": "", "quote": ""}.'
            )
    return tuple(quotes)


def _repeated(questions: Iterable[Question]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for each in questions:
        first = seen.setdefault(each.id, each.line)
        if first != each.line:
            yield Problem(
                each.line, "id", f"{each.id!r} is already used in line {first}."
            )
