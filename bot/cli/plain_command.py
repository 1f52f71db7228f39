"""Commands whose plain values are taken as they are given.

Typer converts every value with pydantic, a missing one too, and importing pydantic
takes longer than importing Typer. A question is text, a folder is a path and most
options are not given: none of that needs converting.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

_Process = Callable[[object, object], object]


class PlainCommand(TyperCommand):
    """A command that leaves to Typer what has to be converted, or refused."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - private classes
        """Return all parameters, --help as well."""
        return _plain(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """Commands that share options, which are taken in the same way."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - private classes
        """Return all parameters, --help as well."""
        return _plain(super().get_params(ctx))


def _plain(parameters: list[Any]) -> list[Any]:
    for each in parameters:
        with_typer = type(each).process_value.__get__(each)
        plainly = functools.partial(_process, each, with_typer)
        each.process_value = plainly  # of this one only
    return parameters


def _process(
    parameter: TyperArgument | TyperOption,
    with_typer: _Process,
    ctx: Any,  # noqa: ANN401 - a private class
    value: object,
) -> object:
    if parameter.required or parameter.multiple or parameter.nargs != 1:
        return with_typer(ctx, value)
    kind = parameter.type_descriptor.annotation
    if kind is Path and isinstance(value, str) and os.access(value, os.R_OK):
        value = Path(value)
    elif value is not None and not (kind is str and isinstance(value, str)):
        return with_typer(ctx, value)
    return parameter.callback(ctx, parameter, value) if parameter.callback else value
