"""What the stages before answering hand over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.config import AnswersConfig
from bot.records import Evidence, Hit, Reading
from bot.stores.protocol import Reader
from bot.wording import Templates


@dataclass(frozen=True, slots=True)
class Found:
    """What the stages before answering found for one question."""

    question: str
    reading: Reading
    hits: Sequence[Hit]
    evidence: Sequence[Evidence]
    confidence: float  # that the first of the evidence answers
    unknown: Sequence[str] = ()  # focus words that occur in no visible document
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer is made in: the index, when to answer, and the words for it."""

    reader: Reader
    config: AnswersConfig
    templates: Templates = field(default_factory=Templates)
