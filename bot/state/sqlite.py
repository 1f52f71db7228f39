"""The state in a SQLite file: for one machine, any number of processes."""

from __future__ import annotations

from pathlib import Path

from bot.state.protocol import State
from bot.state.sqlite_answers import SqliteAnswers, SqliteFeedback
from bot.state.sqlite_file import SqliteFile
from bot.state.sqlite_inbox import SqliteInbox, SqliteThreads

FILE_NAME = "state.db"


def open_state(path: Path) -> State:
    """Open the state in a file, made on first use.

    Raises:
        StateError: the file cannot be used.
    """
    file = SqliteFile(path)
    return State(
        inbox=SqliteInbox(file),
        threads=SqliteThreads(file),
        answers=SqliteAnswers(file),
        feedback=SqliteFeedback(file),
        backend=file,
    )
