"""What a build did, for people and programs, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.indexing.choice import FileOutcome
from bot.stores.sources import Omission


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is."""

    stage: Literal["waiting", "reading", "encoding"]
    done: int = 0  # files read, or passages that have their vector
    total: int = 0
    note: str = ""  # the file that is read, or who is waited for


Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a build found, compared with the generation before, and what it cost."""

    added: tuple[str, ...]  # document ids, sorted
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    refused: tuple[Omission, ...]  # by path; an error to mend
    skipped: tuple[Omission, ...]  # by path; left out on purpose
    outcomes: tuple[FileOutcome, ...]  # every file, also removed ones, by path
    documents: int
    chunks: int
    collections: int
    files: int  # read to compare their content
    parsed: int  # files whose documents were read
    encoded: int  # passages that were encoded by this build
    written: int  # bytes of new objects
    generation: int
    fingerprint: str
    new: bool  # False when the index was up to date already
    warnings: tuple[str, ...] = ()
