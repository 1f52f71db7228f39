"""Writing a message in the person's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.errors import InputError


def edit_text(text: str, environment: Mapping[str, str]) -> str:
    """Open $VISUAL or $EDITOR on a text, and return what was saved.

    Raises:
        InputError: no editor is named, or it cannot be run.
    """
    command = environment.get("VISUAL") or environment.get("EDITOR")
    if not command:
        raise InputError("No editor is named: set EDITOR, such as EDITOR=nano.")
    descriptor, name = tempfile.mkstemp(suffix=".txt", prefix="bot-")
    file = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
        subprocess.run([*shlex.split(command), name], check=True)  # noqa: S603 - the person's own setting
        return file.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise InputError(f"The editor {command!r} did not work: {error}.") from error
    finally:
        file.unlink(missing_ok=True)
