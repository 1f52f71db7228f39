"""The JSON files that a calibration is kept in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bot.errors import ConfigError, InputError

_Kind = TypeVar("_Kind")


def read_kept(
    path: Path, parse: Callable[[dict[str, Any]], _Kind], name: str, remedy: str
) -> _Kind | None:
    """Read a file; None where there is none.

    Args:
        path: the file.
        parse: makes the thing of its values, and raises what JSON of another shape
            makes it raise.
        name: of the thing, for people.
        remedy: what to do when the file holds something else.

    Raises:
        ConfigError: the file cannot be read, or is none of ours.
    """
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ConfigError(f"{path} is no {name} ({error}): {remedy}") from error


def write_json(values: object, path: Path) -> None:
    """Write a file for people and programs; the one before it stays until then.

    Raises:
        InputError: it cannot be written.
    """
    text = json.dumps(values, ensure_ascii=False, indent=2)
    new = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(f"{text}\n", encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error
