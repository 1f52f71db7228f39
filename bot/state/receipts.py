"""Receipts: what an answer was made from, in hashes and offsets, and where it is kept.

A receipt holds no text of a document, so that deleting a document needs no search
through old receipts; its quotes are found again by their traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from bot.records import Status


@dataclass(frozen=True, slots=True)
class QuoteMark:
    """Where a quote stood, and what is needed to know it again without its text."""

    number: int  # of the citation
    document: str  # id
    document_sha256: str  # of the document's text
    start: int
    end: int
    sha256: str  # of the quote
    trace: str  # finds a quote of this length; see `bot.receipts.traces`


@dataclass(frozen=True, slots=True)
class Receipt:
    """One answer or refusal, and everything that decided it."""

    id: str
    given: float  # seconds since the epoch
    place: str  # name of the index folder: several may share a file of state
    question: str | None  # None where the configuration keeps no questions
    question_sha256: str
    visible: tuple[str, ...] | None  # collections the asker saw; None is all
    alone: bool  # False: a thread decided it too, so it cannot be asked again
    status: Status
    confidence: float
    index: str  # fingerprint of the generation
    configuration: str  # hash of the settings that decide answers
    program: str  # version and hash of the code
    answer_sha256: str  # of the answer's JSON without id, timings and index
    short_sha256: str | None
    quotes: tuple[QuoteMark, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Return the receipt as a JSON object."""
        return asdict(self)

    @classmethod
    def from_payload(cls, values: Mapping[str, Any]) -> Receipt:
        """Read what `payload` wrote and JSON kept."""
        visible, quotes = values["visible"], values["quotes"]
        return cls(
            **{
                **values,
                "visible": None if visible is None else tuple(visible),
                "quotes": tuple(QuoteMark(**each) for each in quotes),
            }
        )


class Receipts(Protocol):
    """Keeps receipts, and the settings that they name by their hash."""

    def save(self, receipt: Receipt, settings: Mapping[str, Any]) -> None:
        """Store a receipt with the settings behind its configuration hash."""
        ...

    def get(self, id_: str) -> Receipt | None:
        """Look a receipt up."""
        ...

    def all(self, place: str) -> list[Receipt]:
        """All receipts of one index, newest first; equal times by id."""
        ...

    def settings(self, configuration: str) -> Mapping[str, Any] | None:
        """Return the settings of a configuration hash."""
        ...

    def forget(self, before: float) -> int:
        """Remove receipts given before a time; returns how many."""
        ...

    def close(self) -> None:
        """Let the store go."""
        ...
