"""What channels may ask of the mutable state, wherever it is kept.

Times are seconds since the epoch and are handed in, so that no store reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

EntryStatus = Literal["waiting", "sending", "done", "failed", "retracted"]
ThreadStatus = Literal["unknown", "engaged", "human"]
Verdict = Literal["helpful", "not_helpful"]
Reason = Literal["", "wrong", "outdated", "incomplete", "should_not_answer"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do that was taken in: a question, an edit or a deletion.

    ``waiting`` may be begun; ``sending`` may have reached its reader already, so
    whoever takes it up looks there first; the other three are final.
    """

    key: str  # the same for every delivery of the same thing
    payload: Mapping[str, Any]  # what is needed to do it after a restart
    status: EntryStatus
    received: float
    attempts: int = 1  # times it was taken up
    reply: str = ""  # the channel's name for the reply, once there is one


class Inbox(Protocol):
    """Takes each thing in once, for all processes that share the store.

    An entry belongs to the process that claimed it until its lease ends. All calls
    are durable when they return.
    """

    def claim(
        self, key: str, payload: Mapping[str, Any], owner: str, now: float, lease: float
    ) -> bool:
        """Take a thing in; False when anyone already has, however it ended."""
        ...

    def take(self, owner: str, now: float, lease: float, limit: int) -> list[Entry]:
        """Take up unfinished entries whose lease has ended, oldest first."""
        ...

    def renew(self, owner: str, keys: Iterable[str], now: float, lease: float) -> int:
        """Extend the leases of these unfinished entries, where they are the owner's.

        Returns how many. What an owner no longer works on it does not renew, so that
        it is taken up again.
        """
        ...

    def release(self, owner: str) -> int:
        """End the leases of the owner's unfinished entries, for others to take."""
        ...

    def begin(self, key: str, owner: str) -> bool:
        """Move from waiting to sending; False when it is no longer the owner's.

        True as well for an entry that the owner has already begun.
        """
        ...

    def finish(
        self,
        key: str,
        status: Literal["done", "failed"],
        reply: str,
        payload: Mapping[str, Any],
    ) -> EntryStatus:
        """Note how it ended and what to keep of it; returns the final status.

        A retracted entry stays retracted, but its reply is noted, so the caller
        learns that it has to take the reply back.
        """
        ...

    def retract(self, key: str, now: float) -> Entry | None:
        """Mark as retracted; returns the entry as it was before, if it was known.

        An unknown key is noted as retracted, so that a claim that comes late fails.
        """
        ...

    def get(self, key: str) -> Entry | None:
        """Look an entry up."""
        ...

    def unfinished(self) -> int:
        """Count what is waiting or being sent, in all processes."""
        ...

    def forget(self, before: float) -> int:
        """Remove finished entries taken in before a time; returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread in which the bot has answered."""

    status: ThreadStatus = "unknown"
    askers: frozenset[str] = frozenset()


class Threads(Protocol):
    """Remembers who leads a thread: the bot, or a person who took over."""

    def engage(self, key: str, asker: str, now: float) -> None:
        """Note that the bot answers this person here; ends a takeover."""
        ...

    def hand_over(self, key: str, now: float) -> None:
        """Note that a person took over; does nothing where the bot never was."""
        ...

    def get(self, key: str) -> Thread:
        """Look a thread up."""
        ...

    def forget(self, before: float) -> int:
        """Remove threads without news since a time; returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that was given, and to whom."""

    id: str
    place: str  # where it may be looked at again: team and channel
    thread: str  # "" outside threads
    asker: str
    given: float
    payload: Mapping[str, Any]  # the answer as JSON
    visible: frozenset[str] | None = None  # collections it was made from; None is all


class Answers(Protocol):
    """Remembers answers, so that buttons under them work later."""

    def save(self, answer: StoredAnswer) -> None:
        """Store an answer; the same id again replaces it."""
        ...

    def get(self, id_: str) -> StoredAnswer | None:
        """Look an answer up."""
        ...

    def recent(self, asker: str, limit: int) -> list[StoredAnswer]:
        """The latest answers to a person, newest first; equal times by id."""
        ...

    def of_thread(self, thread: str, limit: int) -> list[StoredAnswer]:
        """The latest answers in a thread, oldest first; equal times by id."""
        ...

    def forget(self, before: float) -> int:
        """Remove answers given before a time; returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class Vote:
    """What a person thinks of an answer. The question is kept: answers are not."""

    answer: str  # answer id
    voter: str
    verdict: Verdict
    question: str
    given: float
    reason: Reason = ""
    comment: str = ""
    payload: Mapping[str, Any] | None = None  # the answer that was judged, as JSON


class Feedback(Protocol):
    """Keeps one vote a person and answer, durably."""

    def vote(self, vote: Vote) -> bool:
        """Store a vote; a later one replaces it. Returns whether it is the first."""
        ...

    def votes(self) -> list[Vote]:
        """All votes, oldest first; equal times by answer and voter."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """All mutable state of one bot."""

    inbox: Inbox
    threads: Threads
    answers: Answers
    feedback: Feedback
    backend: Backend


class Backend(Protocol):
    """What the four stores are kept in."""

    def check(self) -> None:
        """Raise StateError unless it can be read and written now."""
        ...

    def close(self) -> None:
        """Let the store go; nothing may be asked of it afterwards."""
        ...
