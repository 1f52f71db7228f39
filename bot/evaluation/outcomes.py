"""What the bot did with a question, how that was judged, and a run of many."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from bot.errors import InputError
from bot.evaluation.question_sets import Question, parse_question

FORMAT = 1  # of the run file

Stage = Literal["retrieval", "evidence", "decision", "short answer", "refusal"]


class Passage(NamedTuple):
    """A retrieved chunk: where it stands."""

    chunk: str
    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Observation:
    """What the bot did with one question; everything that needs the bot is in it."""

    answer: Mapping[str, Any]  # as `bot ask --json` prints it
    passages: tuple[Passage, ...] = ()  # best first
    anyway: Mapping[str, Any] | None = None  # after a refusal: the answer withheld

    def payload(self) -> dict[str, Any]:
        """Return the observation for a file."""
        return {
            "answer": dict(self.answer),
            "passages": [list(each) for each in self.passages],
            "anyway": None if self.anyway is None else dict(self.anyway),
        }

    @classmethod
    def from_payload(cls, values: Mapping[str, Any]) -> Observation:
        """Read what `payload` wrote."""
        passages = tuple(Passage(*each) for each in values["passages"])
        return cls(values["answer"], passages, values["anyway"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question with what the bot did and how good that was.

    A value of None means that the measure does not apply: there is no short answer to
    score where there is nothing to answer, and no citation where nothing was answered.
    """

    question: Question
    observation: Observation
    split: str
    right: bool  # answered rightly, or rightly refused
    exact: float | None = None
    f1: float | None = None
    supported: float | None = None  # a cited quote supports the answer
    supports: tuple[bool, ...] = ()  # aligned with the citations
    citation_recall: float | None = None
    ranking: Mapping[str, float] = field(default_factory=dict)  # measure to value
    anyway_right: bool | None = None  # the withheld answer would have been right
    stage: Stage | None = None  # that failed first, if one did
    stale: tuple[str, ...] = ()  # evidence that its document no longer says

    @property
    def answered(self) -> bool:
        """Whether the bot answered."""
        return bool(self.observation.answer["status"] == "answered")

    @property
    def confidence(self) -> float:
        """How sure the bot was of its answer, given or withheld."""
        return float(self.observation.answer["confidence"])

    @property
    def answer_right(self) -> bool | None:
        """Whether the answer, given or withheld, is right; None: there is none."""
        return self.right if self.answered else self.anyway_right

    def timing(self, stage: str = "total") -> float | None:
        """Milliseconds that a stage took; None when it was not timed."""
        value = self.observation.answer["timings_ms"].get(stage)
        return None if value is None else float(value)

    def payload(self) -> dict[str, Any]:
        """Return the outcome for a run file."""
        return {
            "question": self.question.payload(),
            "split": self.split,
            "right": self.right,
            "exact": self.exact,
            "f1": self.f1,
            "supported": self.supported,
            "supports": list(self.supports),
            "citation_recall": self.citation_recall,
            "ranking": dict(self.ranking),
            "anyway_right": self.anyway_right,
            "stage": self.stage,
            "stale": list(self.stale),
            **self.observation.payload(),
        }

    @classmethod
    def from_payload(cls, values: Mapping[str, Any]) -> Outcome:
        """Read what `payload` wrote.

        Raises:
            ValueError: the question in it is faulty.
        """
        kept = dict(values)
        question = parse_question(kept.pop("question"), 0, [])
        if question is None:
            raise ValueError("a question is faulty")
        observed = {name: kept.pop(name) for name in ("answer", "passages", "anyway")}
        for name in ("supports", "stale"):
            kept[name] = tuple(kept[name])
        return cls(question, Observation.from_payload(observed), **kept)


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes of one question set on one index with one configuration."""

    index: str  # fingerprint of the generation
    settings: Mapping[str, Any]  # that decide answers, by section
    outcomes: tuple[Outcome, ...]
    name: str = ""

    @property
    def questions_hash(self) -> str:
        """SHA-256 over the questions with their judgements."""
        payloads = [each.question.payload() for each in self.outcomes]
        return digest(payloads)

    def payload(self) -> dict[str, Any]:
        """Return the run for a file; `bot eval --baseline` reads it."""
        return {
            "format": FORMAT,
            "name": self.name,
            "index": self.index,
            "questions": self.questions_hash,
            "settings": dict(self.settings),
            "outcomes": [each.payload() for each in self.outcomes],
        }


def select(outcomes: Sequence[Outcome], split: str) -> tuple[Outcome, ...]:
    """Return the outcomes of one split; "all" is all of them."""
    return tuple(each for each in outcomes if split in {"all", each.split})


def write_run(run: Run, path: Path) -> None:
    """Write a run file: the same run gives the same bytes, timings apart.

    Raises:
        InputError: the file cannot be written.
    """
    text = json.dumps(run.payload(), ensure_ascii=False, indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8", errors="surrogatepass")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def read_run(path: Path) -> Run:
    """Read a run file.

    Raises:
        InputError: it cannot be read, or `bot eval --save` did not write it.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        if values["format"] != FORMAT:
            raise InputError(
                f"{path} has run format {values['format']}, this bot reads {FORMAT}: "
                "measure the baseline again."
            )
        outcomes = tuple(Outcome.from_payload(each) for each in values["outcomes"])
        return Run(values["index"], values["settings"], outcomes, values["name"])
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path} is not a run file; `bot eval QUESTIONS --save FILE` writes one."
        ) from error


def digest(value: object) -> str:
    """Return the SHA-256 of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
