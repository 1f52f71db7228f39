"""Pieces that the pages share."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from bot.evaluation.tables import Rows


@cache
def part(name: str) -> str:
    """Return a file of ``page/``."""
    file = files("bot") / "evaluation" / "page" / name
    return file.read_text(encoding="utf-8")


def policy_hash(text: str) -> str:
    """Return the source expression that allows an inline style or script."""
    value = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{value}'"


def warning_list(lines: Iterable[str]) -> str:
    """Return sentences that nobody should miss, or nothing."""
    items = "".join(f"<li>{escape(each)}</li>" for each in lines)
    return f'<ul class="bad">{items}</ul>' if items else ""


def figure(caption: str, svg: str) -> str:
    """Return a plot with its caption."""
    return f"<figure><figcaption>{escape(caption)}</figcaption>{svg}</figure>"


def table(caption: str, rows: Rows, said: Sequence[str] = ()) -> str:
    """Return rows as a table, the first one its head, the first column its heads.

    Args:
        caption: names the table.
        rows: of equal length.
        said: what each row after the first one means, or nothing.
    """
    head, *body = rows
    cells = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    cells += '<th scope="col" class="said">what it says</th>' if said else ""
    lines = []
    for number, (name, *values) in enumerate(body):
        line = f'<th scope="row">{escape(name)}</th>'
        line += "".join(f"<td>{escape(each)}</td>" for each in values)
        line += f'<td class="said">{escape(said[number])}</td>' if said else ""
        lines.append(f"<tr>{line}</tr>")
    return (
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{cells}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
