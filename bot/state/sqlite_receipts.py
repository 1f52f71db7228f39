"""Receipts in two tables of the SQLite file that holds the other state."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.errors import StateError
from bot.state.receipts import Receipt
from bot.state.sqlite_file import SqliteFile

_BUSY_MS = 2_000  # a receipt is worth less waiting than a claim
_TABLES = (
    """CREATE TABLE IF NOT EXISTS receipts (
        id TEXT PRIMARY KEY, place TEXT NOT NULL, given REAL NOT NULL,
        configuration TEXT NOT NULL, payload TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS receipts_given ON receipts (place, given)",
    """CREATE TABLE IF NOT EXISTS receipt_settings (
        configuration TEXT PRIMARY KEY, settings TEXT NOT NULL
    ) WITHOUT ROWID""",
)


@dataclass(frozen=True, slots=True)
class SqliteReceipts:
    """Receipts in a table; JSON in ASCII, so that any question can be stored."""

    file: SqliteFile

    def save(self, receipt: Receipt, settings: Mapping[str, Any]) -> None:  # noqa: D102 - documented in the Protocol
        with self.file.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO receipt_settings VALUES (?, ?)",
                (receipt.configuration, json.dumps(settings, sort_keys=True)),
            )
            connection.execute(
                "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)",
                (
                    receipt.id,
                    receipt.place,
                    receipt.given,
                    receipt.configuration,
                    json.dumps(receipt.payload()),
                ),
            )

    def get(self, id_: str) -> Receipt | None:  # noqa: D102 - in the Protocol
        rows = self.file.rows("SELECT payload FROM receipts WHERE id = ?", id_)
        return _receipt(rows[0]) if rows else None

    def all(self, place: str) -> list[Receipt]:  # noqa: D102 - in the Protocol
        rows = self.file.rows(
            "SELECT payload FROM receipts WHERE place = ? ORDER BY given DESC, id",
            place,
        )
        return [_receipt(row) for row in rows]

    def settings(self, configuration: str) -> Mapping[str, Any] | None:  # noqa: D102 - documented in the Protocol
        rows = self.file.rows(
            "SELECT settings FROM receipt_settings WHERE configuration = ?",
            configuration,
        )
        return json.loads(cast("str", rows[0][0])) if rows else None

    def forget(self, before: float) -> int:  # noqa: D102 - documented in the Protocol
        with self.file.transaction() as connection:
            count = connection.execute(
                "DELETE FROM receipts WHERE given < ?", (before,)
            ).rowcount
            connection.execute(
                "DELETE FROM receipt_settings WHERE configuration NOT IN "
                "(SELECT configuration FROM receipts)"
            )
        return count

    def close(self) -> None:  # noqa: D102 - documented in the Protocol
        self.file.close()


def open_receipts(path: Path, busy_ms: int = _BUSY_MS) -> SqliteReceipts:
    """Open the receipts in a file of state, made on first use.

    Args:
        path: the file.
        busy_ms: how long to wait for another process's transaction.

    Raises:
        StateError: the file cannot be used, or another process holds it for longer.
    """
    file = SqliteFile(path, busy_ms=busy_ms)
    try:
        # Forgotten questions leave no bytes behind.
        file.rows("PRAGMA secure_delete = ON")
        with file.transaction() as connection:
            for statement in _TABLES:
                connection.execute(statement)
    except sqlite3.Error as error:
        file.close()
        raise StateError(f"{path} cannot be used: {error}.") from error
    return SqliteReceipts(file)


def _receipt(row: tuple[object, ...]) -> Receipt:
    return Receipt.from_payload(json.loads(cast("str", row[0])))
