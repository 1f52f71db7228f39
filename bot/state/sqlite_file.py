"""The SQLite file: opened for durability, one transaction a call, safe to share."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import StateError

FORMAT = 1  # of the tables; kept in the file's user_version
_BUSY_MS = 10_000  # wait for another process's transaction; each takes milliseconds

_TABLES = """
CREATE TABLE entries (
    key TEXT PRIMARY KEY, payload TEXT NOT NULL, status TEXT NOT NULL,
    owner TEXT NOT NULL, lease REAL NOT NULL, received REAL NOT NULL,
    attempts INTEGER NOT NULL, reply TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX entries_unfinished ON entries (lease, received)
    WHERE status IN ('waiting', 'sending');
CREATE INDEX entries_received ON entries (received);
CREATE TABLE threads (
    key TEXT PRIMARY KEY, status TEXT NOT NULL, askers TEXT NOT NULL,
    touched REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE answers (
    id TEXT PRIMARY KEY, place TEXT NOT NULL, thread TEXT NOT NULL,
    asker TEXT NOT NULL, given REAL NOT NULL, payload TEXT NOT NULL, visible TEXT
) WITHOUT ROWID;
CREATE INDEX answers_of ON answers (asker, given);
CREATE INDEX answers_given ON answers (given);
CREATE INDEX answers_thread ON answers (thread, given);
CREATE TABLE votes (
    answer TEXT NOT NULL, voter TEXT NOT NULL, verdict TEXT NOT NULL,
    question TEXT NOT NULL, given REAL NOT NULL, reason TEXT NOT NULL,
    comment TEXT NOT NULL, payload TEXT, PRIMARY KEY (answer, voter)
) WITHOUT ROWID;
"""


class SqliteFile:
    """One connection, used by one thread at a time.

    Processes share the file through SQLite's own locks. A call that returned has
    survived a power cut: WAL with ``synchronous=FULL`` syncs at each commit.
    """

    def __init__(self, path: Path, *, busy_ms: int = _BUSY_MS) -> None:
        """Open the file, and make it, readable by its owner only, where it is not.

        Args:
            path: the file.
            busy_ms: how long to wait for another process's transaction.

        Raises:
            StateError: it cannot be opened, or was made by another version.
        """
        self.path = path
        self._busy_ms = busy_ms
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise StateError(
                f"{path} cannot be opened as the bot's state: {error}. Give the bot's "
                "user write access to it, or name another file as slack.state."
            ) from error

    def _prepare(self) -> None:
        run = self._connection.execute
        run(f"PRAGMA busy_timeout = {self._busy_ms}")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        with self.transaction() as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found == FORMAT:
                return
            if found != 0:
                raise StateError(
                    f"{self.path} has format {found}, this bot writes {FORMAT}: use "
                    "the bot that wrote it, or name another file as slack.state."
                )
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run statements that all happen or none; waits for other writers."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Read, without waiting for writers."""
        with self._lock, closing(self._connection.execute(statement, values)) as found:
            return list(found)

    def change(self, statement: str, *values: object) -> int:
        """Write in a transaction of its own; returns the number of rows changed."""
        with self.transaction() as connection:
            return connection.execute(statement, values).rowcount

    def check(self) -> None:
        """Take and drop the write lock, which also finds a full or read-only disk."""
        try:
            with self.transaction() as connection:
                connection.execute("SELECT 1")
        except sqlite3.Error as error:
            raise StateError(f"{self.path} cannot be used: {error}.") from error

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()
