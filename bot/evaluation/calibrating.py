"""A question set and a bot become judged answers, a map or a certified threshold."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot.calibration.bounds import (
    Choice,
    Demand,
    Labelled,
    Shortage,
    choose_threshold,
    shortage,
    upper_bound,
)
from bot.calibration.certificates import Certificate, QuestionSet, hash_undecided
from bot.calibration.probability import Calibration, fit_calibration
from bot.errors import InputError
from bot.evaluation.curves import calibration_error
from bot.evaluation.question_sets import Question, read_question_set
from bot.evaluation.runner import Progress, evaluate
from bot.evaluation.split import split_of
from bot.evaluation.subject import Bot, Subject
from bot.identity import program_identity


@dataclass(frozen=True, slots=True)
class Answers:
    """The judged answers of a question set."""

    set: QuestionSet
    answers: tuple[Labelled, ...]
    answerable: tuple[float, ...]  # confidences of answers to answerable questions
    all_answerable: int  # questions

    @property
    def calibration_error(self) -> float:
        """The expected calibration error; see `bot eval`."""
        return _calibration_error(self.answers)


def describe_set(path: Path, split: str, date: str | None = None) -> QuestionSet:
    """Describe a file of questions; without a date, that of its last change.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    return QuestionSet(path.name, sha256, date or changed, split, 0)


def read_split(path: Path, split: str) -> list[Question]:
    """Read the questions of one split; "all" is all of them.

    Raises:
        InputError: the file cannot be read, or the split is empty.
    """
    questions = [
        each for each in read_question_set(path) if split in {"all", split_of(each)}
    ]
    if not questions:
        raise InputError(f"{path} has no question of the split {split}.")
    return questions


def judge_answers(
    questions: Sequence[Question],
    bot: Bot,
    described: QuestionSet,
    progress: Progress = lambda _: None,
) -> Answers:
    """Ask every question and judge each answer; a threshold lets it through or not.

    Args:
        questions: to ask.
        bot: with a threshold of 0, so that it withholds as little as it can.
        described: the set that the questions are from.
        progress: told how many are done.
    """
    run = evaluate(questions, Subject(bot), progress=progress)
    answered = [each for each in run.outcomes if each.answered]
    labelled = tuple(Labelled(each.confidence, each.right) for each in answered)
    return Answers(
        dataclasses.replace(described, questions=len(questions)),
        labelled,
        tuple(each.confidence for each in answered if each.question.answerable),
        sum(each.answerable for each in questions),
    )


def fit(judged: Answers, index: str) -> Calibration:
    """Fit the map to probabilities, and note what it was fitted on.

    Args:
        judged: answers whose confidence is the bare score.
        index: fingerprint.

    Raises:
        InputError: the answers cannot be fitted.
    """
    fitted = fit_calibration(judged.answers)
    after = [
        dataclasses.replace(each, confidence=fitted.probability(each.confidence))
        for each in judged.answers
    ]
    note = {
        **dataclasses.asdict(judged.set),
        "answers": len(judged.answers),
        "right": sum(each.right for each in judged.answers),
        "calibration_error_before": round(judged.calibration_error, 4),
        "calibration_error_after": round(_calibration_error(after), 4),
        "index": index,
        "program": program_identity(),
    }
    return dataclasses.replace(fitted, fitted=note)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A certificate, or how far the questions are from one."""

    judged: Answers
    demand: Demand
    certificate: Certificate | None
    shortage: Shortage | None = None  # None without a certificate: more would not help
    biased: bool = False  # the map to probabilities was fitted on some of the questions

    def payload(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        missing = self.shortage
        return {
            "certificate": self.certificate.payload() if self.certificate else None,
            "max_error": self.demand.max_error,
            "confidence": self.demand.confidence,
            "questions": self.judged.set.questions,
            "answers": len(self.judged.answers),
            "more_needed": missing.more if missing else None,
            "at_threshold": missing.choice.threshold if missing else None,
            "calibration_error": round(self.judged.calibration_error, 6)
            if self.judged.answers
            else None,
            "biased": self.biased,
        }


def certify(
    judged: Answers,
    demand: Demand,
    index: str,
    settings: Mapping[str, Any],
    map_: Calibration,
) -> Calibrated:
    """Choose the threshold and write its certificate, or say what is missing.

    Args:
        judged: the answers.
        demand: the error rate that is allowed, and how surely.
        index: fingerprint.
        settings: that decide answers, by section.
        map_: from evidence to probability, in force.
    """
    biased = judged.set.overlaps(map_.fitted)
    choice = choose_threshold(judged.answers, demand)
    if choice is None:
        missing = shortage(judged.answers, judged.set.questions, demand)
        return Calibrated(judged, demand, None, missing, biased)
    certificate = Certificate(
        threshold=choice.threshold,
        max_error=demand.max_error,
        confidence=demand.confidence,
        answered=choice.answered,
        wrong=choice.wrong,
        error=round(choice.wrong / choice.answered, 6),
        bound=_bound(choice, demand),
        coverage=round(choice.answered / judged.set.questions, 6),
        answerable_coverage=_answerable_coverage(judged, choice),
        calibration_error=round(judged.calibration_error, 6),
        set=judged.set,
        index=index,
        configuration=hash_undecided(settings),
        program=program_identity(),
        probability=(map_.slope, map_.intercept),
    )
    return Calibrated(judged, demand, certificate, biased=biased)


def _bound(choice: Choice, demand: Demand) -> float:
    return upper_bound(choice.wrong, choice.answered, demand.confidence)


def _answerable_coverage(judged: Answers, choice: Choice) -> float | None:
    if not judged.all_answerable:
        return None
    answered = sum(each >= choice.threshold for each in judged.answerable)
    return round(answered / judged.all_answerable, 6)


def _calibration_error(answers: Sequence[Labelled]) -> float:
    table = [(each.confidence, float(each.right)) for each in answers]
    return calibration_error(np.array(table, np.float64).reshape(-1, 2))
