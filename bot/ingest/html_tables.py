"""Tables of a web page: rows with their header, cells that span rows repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CELL = " | "  # between the cells of a row
_LONG = 400  # characters in a cell: a page is laid out, no data are listed
_MOST_SPAN = 1_000  # rows; what says more is a mistake
_LAYS_OUT = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    text: str
    is_header: bool


def is_layout(table: HtmlElement) -> bool:
    """Say whether a table only puts parts of a page beside each other."""
    if table.get("role") in {"presentation", "none"}:
        return True
    if table.find(".//th") is not None:
        return False
    cells = list(table.iter("td"))
    wide = any(len(row.findall("td")) > 1 for row in table.iter("tr"))
    return (
        not wide
        or any(
            cell.find(f".//{tag}") is not None for cell in cells for tag in _LAYS_OUT
        )
        or any(len("".join(cell.itertext())) > _LONG for cell in cells)
    )


def read_rows(table: HtmlElement, said: Callable[[HtmlElement], str]) -> Iterator[Row]:
    """Yield the rows that say something.

    Args:
        table: not of a layout.
        said: returns the text of a cell.
    """
    open_cells: dict[int, tuple[str, int]] = {}  # column to text and rows it still has
    for row in table.iter("tr"):
        cells: list[str] = []
        own = [each for each in row if each.tag in {"td", "th"}]
        for cell in own:
            _carry(cells, open_cells)
            text = said(cell).replace("\n", " ")
            rows = _number(cell.get("rowspan"))
            if rows > 1:
                open_cells[len(cells)] = (text, rows - 1)
            cells.append(text)
        _carry(cells, open_cells)
        text = CELL.join(cells).strip()
        if any(cells):
            heads = row.getparent() is not None and row.getparent().tag == "thead"
            yield Row(text, heads or all(each.tag == "th" for each in own))


def _carry(cells: list[str], open_cells: dict[int, tuple[str, int]]) -> None:
    """Put in the cells that reach down from rows above."""
    while (column := len(cells)) in open_cells:
        text, rows = open_cells.pop(column)
        if rows > 1:
            open_cells[column] = (text, rows - 1)
        cells.append(text)


def _number(value: str | None) -> int:
    digits = (value or "").strip()
    return min(int(digits), _MOST_SPAN) if digits.isdecimal() and len(digits) < 9 else 1  # noqa: PLR2004 - int() of a longer one is no number of rows
