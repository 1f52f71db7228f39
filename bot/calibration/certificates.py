"""The certificate of a threshold: what was measured, and what it holds for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.calibration.files import read_kept, write_json
from bot.calibration.probability import Calibration
from bot.config import AnswersConfig, Config
from bot.identity import hash_settings, program_identity

FORMAT = 1  # of the file
_APART = frozenset({"calibration", "templates"})
METHOD = (
    "Fixed-sequence testing from the strictest threshold on with exact binomial "
    "p-values (Learn then Test, arXiv:2110.01052); bound: Clopper and Pearson 1934, "
    "one-sided."
)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The labelled questions that a certificate or a map rests on."""

    name: str  # of the file
    sha256: str  # of the file
    date: str  # when the set was last changed, ISO 8601
    split: str
    questions: int  # of the split

    def overlaps(self, other: dict[str, Any]) -> bool:
        """Whether another use of a set, as it was written down, shares questions."""
        if other.get("sha256") != self.sha256:
            return False
        splits = {self.split, other.get("split")}
        return "all" in splits or len(splits) == 1


@dataclass(frozen=True, slots=True)
class Certificate:
    """A threshold with the proof that few of its answers are wrong."""

    threshold: float
    max_error: float
    confidence: float  # that max_error holds, over draws of the question set
    answered: int
    wrong: int
    error: float  # wrong / answered
    bound: float  # of Clopper and Pearson at this threshold, as if no other was tried
    coverage: float  # answered / questions
    answerable_coverage: float | None  # of the answerable questions
    calibration_error: float  # expected calibration error of all answers
    set: QuestionSet
    index: str  # fingerprint
    configuration: str  # hash of the settings, without the threshold
    program: str
    probability: tuple[float, float]  # slope and intercept of the map in force

    def payload(self) -> dict[str, Any]:
        """Return the certificate as a JSON object."""
        return {"format": FORMAT, "method": METHOD, **dataclasses.asdict(self)}

    def apply(self, config: Config) -> Config:
        """Return settings with this threshold, unless they name one of their own."""
        answers = config.answers
        if not answers.certificate or answers.threshold != AnswersConfig().threshold:
            return config
        return dataclasses.replace(
            config, answers=dataclasses.replace(answers, threshold=self.threshold)
        )

    def changes(
        self, index: str, settings: Mapping[str, Any], calibration: Calibration
    ) -> Iterator[str]:
        """Name what has changed since, and is not covered by the certificate.

        Args:
            index: fingerprint.
            settings: that decide answers, by section.
            calibration: the map to probabilities in force.
        """
        if self.index != index:
            yield "the index"
        if self.configuration != hash_undecided(settings):
            yield "the settings"
        if self.probability != (calibration.slope, calibration.intercept):
            yield "the map to probabilities"
        if _version(self.program) != _version(program_identity()):
            yield "the bot's version"


def hash_undecided(settings: Mapping[str, Any]) -> str:
    """Return the hash of the settings that decide what is right, but the threshold.

    Args:
        settings: that decide answers, by section. The map to probabilities is left
            out, since a certificate names it apart, and so is wording.
    """
    kept = {name: settings[name] for name in settings if name not in _APART}
    answers = {
        name: value
        for name, value in settings["answers"].items()
        if name not in {"threshold", "certificate", "ask_instead"}
    }
    return hash_settings({**kept, "answers": answers})


def read_certificate(path: Path) -> Certificate | None:
    """Read a certificate; None where there is none.

    Raises:
        ConfigError: the file cannot be read, or is none of ours.
    """
    remedy = (
        "run `bot calibrate` again, or remove it to return to the default threshold."
    )
    return read_kept(path, parse_certificate, "certificate", remedy)


def parse_certificate(values: dict[str, Any]) -> Certificate:
    """Turn a payload back into a certificate.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    if values.pop("format") != FORMAT:
        raise ValueError("it has another format")
    values.pop("method")
    values["set"] = QuestionSet(**values["set"])
    values["probability"] = tuple(values["probability"])
    certificate = Certificate(**values)
    if not 0 <= certificate.threshold <= 1:
        raise ValueError(f"its threshold is {certificate.threshold!r}")
    return certificate


def write_certificate(certificate: Certificate, path: Path) -> None:
    """Write a certificate.

    Raises:
        InputError: the file cannot be written.
    """
    write_json(certificate.payload(), path)


def warning(certificate: Certificate, changes: list[str]) -> str:
    """Say that a certificate no longer covers what answers."""
    return (
        f"The threshold {certificate.threshold} was certified on "
        f"{certificate.set.name} of {certificate.set.date}; since then "
        f"{' and '.join(changes)} changed, so its error bound is no longer proven. "
        "`bot calibrate` renews it."
    )


def _version(program: str) -> str:
    return program.partition("+")[0]
