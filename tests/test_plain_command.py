"""Values that need no converting mean the same as to Typer, errors included."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.cli.plain_command import PlainCommand, PlainGroup


class Colour(StrEnum):
    """A choice."""

    RED = "red"


def program(*, plain: bool) -> typer.Typer:
    app = typer.Typer(cls=PlainGroup if plain else None, rich_markup_mode=None)

    @app.callback()
    def shared(
        name: Annotated[
            str | None, typer.Option(callback=lambda each: each or "-")
        ] = None,
    ) -> None:
        typer.echo(f"name {name!r}")

    @app.command(cls=PlainCommand if plain else None)
    def show(
        text: Annotated[str, typer.Argument()] = "",
        *,
        count: Annotated[int | None, typer.Option("-k", min=1)] = None,
        folder: Annotated[Path | None, typer.Option()] = None,
        colour: Annotated[Colour, typer.Option()] = Colour.RED,
        many: Annotated[list[str] | None, typer.Option()] = None,
        flag: bool = False,
    ) -> None:
        typer.echo(f"{text!r} {count!r} {folder!r} {colour!r} {many!r} {flag!r}")

    @app.command(cls=PlainCommand if plain else None)
    def need(text: Annotated[str, typer.Argument()]) -> None:
        typer.echo(f"{text!r}")

    return app


PLAIN, TYPER = program(plain=True), program(plain=False)

words = st.sampled_from(
    "show need --name n -k 0 1 x --folder / /none --colour red blue --many a "
    "--flag --help --unknown -- é".split()
)


def outcome(app: typer.Typer, arguments: list[str]) -> tuple[int, str]:
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.output


@given(st.lists(words, max_size=8))
def test_any_arguments_give_the_same_values_or_the_same_error(
    arguments: list[str],
) -> None:
    assert outcome(PLAIN, arguments) == outcome(TYPER, arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "a question", "--folder", "/"],
        ["show", "--folder", "/none", "-k", "3", "--many", "a", "--many", "b"],
        ["--name", "n", "show", "--flag", "--colour", "red"],
    ],
)
def test_ordinary_arguments_give_the_same_values(arguments: list[str]) -> None:
    code, output = outcome(PLAIN, arguments)

    assert code == 0
    assert (code, output) == outcome(TYPER, arguments)
