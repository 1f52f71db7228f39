"""Claims and threads in SQLite tables."""

# ruff: noqa: D102, S608 - documented in the Protocols; only constants are put in

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.state.protocol import Entry, EntryStatus, Thread, ThreadStatus
from bot.state.sqlite_file import SqliteFile

_ENTRY = "key, payload, status, received, attempts, reply"
_UNFINISHED = "status IN ('waiting', 'sending')"


@dataclass(frozen=True, slots=True)
class SqliteInbox:
    """Claims in a table whose primary key is what makes them unique."""

    file: SqliteFile

    def claim(
        self, key: str, payload: Mapping[str, Any], owner: str, now: float, lease: float
    ) -> bool:
        changed = self.file.change(
            "INSERT OR IGNORE INTO entries VALUES (?, ?, 'waiting', ?, ?, ?, 1, '')",
            *(key, json.dumps(payload), owner, now + lease, now),
        )
        return changed == 1

    def take(self, owner: str, now: float, lease: float, limit: int) -> list[Entry]:
        due = f"{_UNFINISHED} AND lease <= ?"
        if not self.file.rows(f"SELECT 1 FROM entries WHERE {due} LIMIT 1", now):
            return []  # the usual case: reads need no sync
        with self.file.transaction() as connection:
            rows = connection.execute(
                f"SELECT {_ENTRY} FROM entries WHERE {due} "
                "ORDER BY received, key LIMIT ?",
                (now, limit),
            ).fetchall()
            connection.executemany(
                "UPDATE entries SET owner = ?, lease = ?, attempts = attempts + 1 "
                "WHERE key = ?",
                [(owner, now + lease, row[0]) for row in rows],
            )
        return [_entry((*row[:4], row[4] + 1, row[5])) for row in rows]

    def renew(self, owner: str, keys: Iterable[str], now: float, lease: float) -> int:
        wanted = json.dumps(sorted(keys))
        if wanted == "[]":
            return 0
        return self.file.change(
            f"UPDATE entries SET lease = ? WHERE owner = ? AND {_UNFINISHED} "
            "AND key IN (SELECT value FROM json_each(?))",
            *(now + lease, owner, wanted),
        )

    def release(self, owner: str) -> int:
        return self.file.change(
            f"UPDATE entries SET lease = 0 WHERE owner = ? AND {_UNFINISHED}",
            owner,
        )

    def begin(self, key: str, owner: str) -> bool:
        changed = self.file.change(
            "UPDATE entries SET status = 'sending' "
            f"WHERE key = ? AND owner = ? AND {_UNFINISHED}",
            *(key, owner),
        )
        return changed == 1

    def finish(
        self,
        key: str,
        status: Literal["done", "failed"],
        reply: str,
        payload: Mapping[str, Any],
    ) -> EntryStatus:
        with self.file.transaction() as connection:
            connection.execute(
                "UPDATE entries SET reply = ?, payload = ?, "
                "status = iif(status = 'retracted', status, ?) WHERE key = ?",
                (reply, json.dumps(payload), status, key),
            )
            row = connection.execute(
                "SELECT status FROM entries WHERE key = ?", (key,)
            ).fetchone()
        return cast("EntryStatus", row[0] if row else "retracted")

    def retract(self, key: str, now: float) -> Entry | None:
        with self.file.transaction() as connection:
            row = connection.execute(
                f"SELECT {_ENTRY} FROM entries WHERE key = ?",
                (key,),
            ).fetchone()
            connection.execute(
                "INSERT INTO entries VALUES (?, '{}', 'retracted', '', 0, ?, 0, '') "
                "ON CONFLICT (key) DO UPDATE SET status = 'retracted'",
                (key, now),
            )
        return _entry(row) if row else None

    def get(self, key: str) -> Entry | None:
        rows = self.file.rows(f"SELECT {_ENTRY} FROM entries WHERE key = ?", key)
        return _entry(rows[0]) if rows else None

    def unfinished(self) -> int:
        ((count,),) = self.file.rows(
            f"SELECT count(*) FROM entries WHERE {_UNFINISHED}"
        )
        return cast("int", count)

    def forget(self, before: float) -> int:
        return self.file.change(
            f"DELETE FROM entries WHERE received < ? AND NOT {_UNFINISHED}",
            before,
        )


@dataclass(frozen=True, slots=True)
class SqliteThreads:
    """Threads in a table."""

    file: SqliteFile

    def engage(self, key: str, asker: str, now: float) -> None:
        with self.file.transaction() as connection:
            row = connection.execute(
                "SELECT askers FROM threads WHERE key = ?", (key,)
            ).fetchone()
            askers = sorted({asker, *(json.loads(row[0]) if row else ())})
            connection.execute(
                "INSERT OR REPLACE INTO threads VALUES (?, 'engaged', ?, ?)",
                (key, json.dumps(askers), now),
            )

    def hand_over(self, key: str, now: float) -> None:
        self.file.change(
            "UPDATE threads SET status = 'human', touched = ? WHERE key = ?",
            *(now, key),
        )

    def get(self, key: str) -> Thread:
        rows = self.file.rows("SELECT status, askers FROM threads WHERE key = ?", key)
        if not rows:
            return Thread()
        status, askers = cast("tuple[ThreadStatus, str]", rows[0])
        return Thread(status, frozenset(json.loads(askers)))

    def forget(self, before: float) -> int:
        return self.file.change("DELETE FROM threads WHERE touched < ?", before)


def _entry(row: tuple[object, ...]) -> Entry:
    key, payload, status, received, attempts, reply = cast(
        "tuple[str, str, EntryStatus, float, int, str]", row
    )
    return Entry(key, json.loads(payload), status, received, attempts, reply)
