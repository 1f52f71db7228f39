"""The split of a question set into `dev`, to tune on, and `test`, to report on."""

from __future__ import annotations

import hashlib
from typing import Literal

from bot.evaluation.question_sets import Question

Split = Literal["dev", "test"]
HELD_OUT_PERCENT = 15  # of the documents; enough of them to see what tuning hid


def split_of(question: Question) -> Split:
    """Say which part a question belongs to; the rule looks at nothing else.

    Questions whose evidence names a held-out document are `test`, so `test` has
    documents that tuning never saw. All others are halved by a hash of their type
    and id, the unanswerable ones of their kind and id: adding or rewording a question
    moves no other one, and no one chooses.
    """
    if any(is_held_out(each) for each in question.documents):
        return "test"
    stratum = question.type if question.answerable else _kind(question)
    return "dev" if _number(f"{stratum}/{question.id}") % 2 else "test"


def is_held_out(document: str) -> bool:
    """Whether only `test` may ask about a document; by a hash of its path."""
    return _number(document) % 100 < HELD_OUT_PERCENT


def _kind(question: Question) -> str:
    """Return the kind of an unanswerable question: its tag after the type."""
    return question.tags[1] if len(question.tags) > 1 else "unanswerable"


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest())
