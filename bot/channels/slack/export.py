"""Votes become test questions in the form that `bot eval` reads."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from bot.state.protocol import Vote


def to_test_questions(votes: Iterable[Vote]) -> list[dict[str, Any]]:
    """Turn votes into test questions, one for each question, by id.

    A helpful answer gives its quotes as evidence, a helpful refusal a question that
    is not answerable, and so does an answer that should not have been given. What
    people disagree on, or found wrong without saying what is right, and a helpful
    answer without a short one, is tagged ``review``: a person has to complete it. The
    first tag is the type that the question was read as.
    """
    grouped: dict[str, list[Vote]] = {}
    for vote in votes:
        grouped.setdefault(" ".join(vote.question.casefold().split()), []).append(vote)
    made = [_test_question(key, group) for key, group in grouped.items()]
    return sorted(made, key=lambda each: str(each["id"]))


def _test_question(key: str, votes: list[Vote]) -> dict[str, Any]:
    last = votes[-1]
    verdicts = {vote.verdict for vote in votes}
    answer = last.payload or {}
    answered = answer.get("status") == "answered"
    made: dict[str, Any] = {
        "id": f"feedback-{hashlib.sha256(key.encode()).hexdigest()[:12]}",
        "question": last.question,
    }
    tags = [answer.get("reading", {}).get("type", "other"), "feedback"]
    if verdicts == {"helpful"} and answered:
        made.update(answerable=True, answers=_short(answer), evidence=_evidence(answer))
        tags += [] if made["answers"] else ["review"]
    elif verdicts == {"helpful"} or {vote.reason for vote in votes} == {
        "should_not_answer"
    }:
        made.update(answerable=False)
    else:
        right = [vote.comment for vote in votes if vote.comment]
        made.update(answerable=True, answers=right, evidence=[])
        tags.append("review")
    return {**made, "tags": tags, "note": _note(votes)}


def _short(answer: Mapping[str, Any]) -> list[str]:
    return [answer["short"]] if answer.get("short") else []


def _evidence(answer: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"document": each["document"], "quote": each["quote"]}
        for each in answer["citations"]
    ]


def _note(votes: list[Vote]) -> str:
    counted = Counter(vote.reason or vote.verdict for vote in votes)
    return ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
