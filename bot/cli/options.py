"""Options that many commands have, and how commands print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

Corpus = Annotated[
    Path | None,
    typer.Option("--corpus", help="Folder of documents.", show_default="corpus"),
]
Index = Annotated[
    Path | None,
    typer.Option("--index", help="Folder of the index.", show_default="index"),
]
Settings = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file.", show_default="bot.toml"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def print_json(payload: object) -> None:
    """Print one JSON document on one line."""
    typer.echo(json.dumps(payload, ensure_ascii=False))


def print_text(text: str) -> None:
    """Print text for people, with one line end."""
    typer.echo(text.rstrip("\n"))
