"""Lines of JSONL and rows of spreadsheets become objects, with faults by line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

COLUMNS = ("id", "question", "answerable", "answers", "document", "quote")
_YES, _NO = frozenset({"true", "yes", "1", "y"}), frozenset({"false", "no", "0", "n"})
_SEPARATOR = "|"  # between several values of one CSV cell


class Problem(NamedTuple):
    """A fault of a question set: where it is, and what to do about it."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"line {self.line}, field {self.field!r}: {self.message}"


def json_rows(
    text: str, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read JSONL: line number and object; faults are added to ``problems``."""
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw)
        except (ValueError, RecursionError) as error:
            problems.append(Problem(line, "", f"is not JSON: {error}."))
            continue
        if isinstance(row, dict):
            yield line, row
        else:
            problems.append(Problem(line, "", "is not a JSON object."))


def csv_rows(
    text: str, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read CSV: number of a row's last line, and the object that JSONL would have.

    Several values of a cell are separated by ``|``; further quotes stand in columns
    ``document2`` and ``quote2``, and so on.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = reader.fieldnames or []
    missing = [each for each in COLUMNS if each not in names]
    if missing:
        message = f"the header lacks it; it must have {', '.join(COLUMNS)}."
        problems.append(Problem(1, missing[0], message))
        return
    for row in reader:
        try:
            yield reader.line_num, _from_cells(row)
        except ValueError as error:
            problems.append(Problem(reader.line_num, str(error), "must be yes or no."))


def _from_cells(row: Mapping[str | None, Any]) -> dict[str, Any]:
    """Turn spreadsheet cells into the form that a line of JSONL has."""
    cells = {
        name: value.strip()
        for name, value in row.items()
        if name is not None and isinstance(value, str)
    }
    said = cells.pop("answerable", "").casefold()
    if said not in _YES | _NO:
        raise ValueError("answerable")
    values: dict[str, Any] = {"answerable": said in _YES}
    for name in ("answers", "turns", "tags"):
        pieces = (each.strip() for each in cells.pop(name, "").split(_SEPARATOR))
        values[name] = [each for each in pieces if each]
    pairs = [
        {"document": cells.pop(name), "quote": cells.pop(other, "")}
        for name in sorted(cells)
        if name.startswith("document")
        for other in [name.replace("document", "quote", 1)]
    ]
    values["evidence"] = [each for each in pairs if any(each.values())]
    return {**cells, **values}
