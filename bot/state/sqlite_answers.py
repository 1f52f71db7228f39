"""Answers and votes in SQLite tables."""

# ruff: noqa: D102, S608 - documented in the Protocols; only constants are put in

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast

from bot.state.protocol import Reason, StoredAnswer, Verdict, Vote
from bot.state.sqlite_file import SqliteFile

_ANSWER = "id, place, thread, asker, given, payload, visible"
_VOTE = "answer, voter, verdict, question, given, reason, comment, payload"


@dataclass(frozen=True, slots=True)
class SqliteAnswers:
    """Answers in a table."""

    file: SqliteFile

    def save(self, answer: StoredAnswer) -> None:
        visible = answer.visible
        self.file.change(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
            answer.id,
            answer.place,
            answer.thread,
            answer.asker,
            answer.given,
            json.dumps(answer.payload),
            None if visible is None else json.dumps(sorted(visible)),
        )

    def get(self, id_: str) -> StoredAnswer | None:
        rows = self.file.rows(f"SELECT {_ANSWER} FROM answers WHERE id = ?", id_)
        return _answer(rows[0]) if rows else None

    def recent(self, asker: str, limit: int) -> list[StoredAnswer]:
        rows = self.file.rows(
            f"SELECT {_ANSWER} FROM answers WHERE asker = ? "
            "ORDER BY given DESC, id LIMIT ?",
            *(asker, limit),
        )
        return [_answer(row) for row in rows]

    def of_thread(self, thread: str, limit: int) -> list[StoredAnswer]:
        rows = self.file.rows(
            f"SELECT {_ANSWER} FROM answers WHERE thread = ? "
            "ORDER BY given DESC, id DESC LIMIT ?",
            *(thread, limit),
        )
        return [_answer(row) for row in reversed(rows)]

    def forget(self, before: float) -> int:
        return self.file.change("DELETE FROM answers WHERE given < ?", before)


@dataclass(frozen=True, slots=True)
class SqliteFeedback:
    """Votes in a table whose primary key is person and answer."""

    file: SqliteFile

    def vote(self, vote: Vote) -> bool:
        with self.file.transaction() as connection:
            known = connection.execute(
                "SELECT 1 FROM votes WHERE answer = ? AND voter = ?",
                (vote.answer, vote.voter),
            ).fetchone()
            connection.execute(
                "INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    vote.answer,
                    vote.voter,
                    vote.verdict,
                    vote.question,
                    vote.given,
                    vote.reason,
                    vote.comment,
                    None if vote.payload is None else json.dumps(vote.payload),
                ),
            )
        return known is None

    def votes(self) -> list[Vote]:
        rows = self.file.rows(
            f"SELECT {_VOTE} FROM votes ORDER BY given, answer, voter"
        )
        return [_vote(row) for row in rows]


def _answer(row: tuple[object, ...]) -> StoredAnswer:
    id_, place, thread, asker, given, payload, visible = cast(
        "tuple[str, str, str, str, float, str, str | None]", row
    )
    return StoredAnswer(
        id=id_,
        place=place,
        thread=thread,
        asker=asker,
        given=given,
        payload=json.loads(payload),
        visible=None if visible is None else frozenset(json.loads(visible)),
    )


def _vote(row: tuple[object, ...]) -> Vote:
    answer, voter, verdict, question, given, reason, comment, payload = cast(
        "tuple[str, str, Verdict, str, float, Reason, str, str | None]", row
    )
    return Vote(
        answer=answer,
        voter=voter,
        verdict=verdict,
        question=question,
        given=given,
        reason=reason,
        comment=comment,
        payload=None if payload is None else json.loads(payload),
    )
