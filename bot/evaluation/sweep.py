"""Settings tried one by one on the same questions, with a warning against luck."""

from __future__ import annotations

import dataclasses
import itertools
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from bot.config import Config
from bot.errors import ConfigError, InputError
from bot.evaluation.measures import BY_NAME
from bot.evaluation.outcomes import Run
from bot.evaluation.uncertainty import randomisation_test

MEASURES = (
    "nDCG@10",
    "F1",
    "evidence",
    "accuracy",
    "answerable-coverage",
    "error",
    "AURC",
)
CHOSEN_BY = "accuracy"
_QUESTIONS_EACH = 25  # a setting compared on fewer wins by luck too easily
_REBUILDS = frozenset({"chunking", "encoder"})  # sections that another index needs

Values = Mapping[str, Any]  # "section.key" to value


@dataclass(frozen=True, slots=True)
class Setting:
    """One combination of values."""

    values: Values
    config: Config

    @property
    def name(self) -> str:
        """Name the combination as `--sweep` would."""
        return ", ".join(f"{key}={value}" for key, value in self.values.items())

    @property
    def index_key(self) -> tuple[tuple[str, Any], ...]:
        """The values that need an index of their own; () is the one that is there."""
        return tuple(
            (key, value)
            for key, value in self.values.items()
            if key.partition(".")[0] in _REBUILDS
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """A setting with its run."""

    setting: Setting
    run: Run
    values: tuple[float, ...]  # aligned with MEASURES
    p: float  # against the best by CHOSEN_BY, Holm-adjusted; 1 for the best itself


def parse_sweep(specifications: Sequence[str], config: Config) -> list[Setting]:
    """Read specifications such as ``answers.threshold=0.3,0.5`` into all combinations.

    Raises:
        InputError: a specification cannot be read, or names no setting.
        ConfigError: a value is out of range.
    """
    axes = [_axis(each, config) for each in specifications]
    keys = [key for key, _ in axes]
    if len(set(keys)) < len(keys):
        raise InputError("--sweep names a setting twice: list its values in one.")
    combinations = itertools.product(*(values for _, values in axes))
    return [
        Setting(values, apply(config, values))
        for each in combinations
        for values in [dict(zip(keys, each, strict=True))]
    ]


def apply(config: Config, values: Values) -> Config:
    """Return the configuration with some of its values changed."""
    for key, value in values.items():
        section, _, name = key.partition(".")
        changed = dataclasses.replace(getattr(config, section), **{name: value})
        config = dataclasses.replace(config, **{section: changed})
    return config


def _axis(text: str, config: Config) -> tuple[str, list[Any]]:
    key, _, listed = text.partition("=")
    section, _, name = key.strip().partition(".")
    part = getattr(config, section, None)
    if not dataclasses.is_dataclass(part) or name not in get_type_hints(type(part)):
        raise InputError(f"--sweep: there is no setting {key.strip()!r} in bot.toml.")
    values = [_value(each.strip(), key) for each in listed.split(",") if each.strip()]
    if not values:
        raise InputError(f"--sweep: {text!r} must look like {key.strip()}=0.3,0.5.")
    wanted = type(getattr(part, name))
    if wanted is float:
        values = [float(each) if type(each) is int else each for each in values]
    if any(type(each) is not wanted for each in values):
        raise ConfigError(f"--sweep: {key} takes values of type {wanted.__name__}.")
    return key.strip(), values


def _value(text: str, key: str) -> Any:  # noqa: ANN401 - a value of bot.toml
    """Read a value as TOML does; what is no TOML is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if any(each in text for each in "\"'[]{}"):
            raise InputError(f"--sweep: {key}: {text!r} is no value.") from None
        return text


def sweep(
    settings: Sequence[Setting], measure: Callable[[Setting], Run]
) -> list[Tried]:
    """Measure every setting on the same questions and compare each with the best.

    The p values are of paired randomisation tests on accuracy, adjusted by Holm
    (Scandinavian Journal of Statistics 6, 1979) for the number of settings. They are
    still too small, as the best was chosen by looking: what wins here is confirmed on
    questions that chose nothing.
    """
    runs = [measure(each) for each in settings]
    chosen_by = BY_NAME[CHOSEN_BY]
    scores = [chosen_by.value(each.outcomes) for each in runs]
    best = max(range(len(runs)), key=lambda each: (scores[each], -each))
    table = chosen_by.table(runs[best].outcomes)
    p_values = [
        randomisation_test(chosen_by.table(each.outcomes), table, chosen_by.whole)
        for each in runs
    ]
    adjusted = holm([each for i, each in enumerate(p_values) if i != best])
    adjusted.insert(best, 1.0)
    return [
        Tried(
            setting,
            run,
            tuple(BY_NAME[each].value(run.outcomes) for each in MEASURES),
            p,
        )
        for setting, run, p in zip(settings, runs, adjusted, strict=True)
    ]


def holm(p_values: Sequence[float | None]) -> list[float]:
    """Adjust p values for their number; None counts as 1.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    values = [1.0 if each is None else each for each in p_values]
    adjusted = [1.0] * len(values)
    running = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        running = max(running, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = running
    return adjusted


def warnings(settings: Sequence[Setting], questions: int) -> Iterator[str]:
    """Warn when the best of many settings on few questions is likely to be luck."""
    if len(settings) > 1 and questions < _QUESTIONS_EACH * len(settings):
        error = 1.96 * math.sqrt(0.25 / max(questions, 1))
        yield (
            f"{len(settings)} settings are compared on {questions} questions, where a "
            f"share is uncertain by up to {100 * error:.0f} points: the best of them "
            "may be best by luck. Confirm it on questions that were not swept, or ask "
            f"{_QUESTIONS_EACH} questions for each setting."
        )
