"""Observations kept on disk, so that a question is asked once of the same bot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import InputError
from bot.evaluation.outcomes import FORMAT, Observation, digest
from bot.evaluation.question_sets import Question
from bot.identity import program_identity

FOLDER = ".bot-cache/eval"  # beside bot.toml
_KEPT = 40  # files; the least recently used go first


class Cache:
    """The observations of one index, configuration and version of the code.

    Any change to one of the three opens another file, so nothing has to be emptied.
    Judging is not cached: a measure may change without asking again.
    """

    def __init__(self, folder: Path, index: str, settings: Mapping[str, Any]) -> None:
        """Read what is known already.

        Raises:
            InputError: the folder cannot be used.
        """
        key = digest([FORMAT, index, settings, program_identity()])
        self._path = folder / f"{key[:32]}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
            self._known = _read(self._path)
            _tidy(folder)
        except OSError as error:
            raise _unusable(folder, error) from error

    def get(self, question: Question) -> Observation | None:
        """Return what the bot did with the question, if it was asked before."""
        values = self._known.get(_key(question))
        return None if values is None else Observation.from_payload(values)

    def put(self, question: Question, observation: Observation) -> None:
        """Keep an observation.

        Raises:
            InputError: it cannot be written.
        """
        key, values = _key(question), observation.payload()
        self._known[key] = values
        line = json.dumps([key, values], ensure_ascii=True)
        try:
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{line}\n")
        except OSError as error:
            raise _unusable(self._path, error) from error


def _key(question: Question) -> str:
    return digest([question.question, list(question.turns)])


def _read(path: Path) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if path.exists():
        path.touch()  # it was used: the oldest go first
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            try:
                key, values = json.loads(line)
                Observation.from_payload(values)
            except (ValueError, KeyError, TypeError):
                continue  # the last line of a run that was killed
            known[key] = values
    return known


def _tidy(folder: Path) -> None:
    found = sorted(folder.glob("*.jsonl"), key=lambda each: each.stat().st_mtime_ns)
    for each in found[:-_KEPT]:
        each.unlink(missing_ok=True)


def _unusable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path} cannot be used as a cache: {error.strerror}. "
        "Choose another folder with --cache, or use --no-cache."
    )
