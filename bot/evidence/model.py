"""The learned model of evidence: features of a sentence become a probability."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

FILE = Path(__file__).parent / "models" / "evidence.json"


@dataclass(frozen=True, slots=True)
class EvidenceModel:
    """Logistic regression: the probability that a sentence answers the question.

    The weights are in a file that people can read; it names the data they were
    learned from, its licence, and the command that learns them anew.
    """

    intercept: float
    weights: Mapping[str, float]

    @classmethod
    def read(cls, stage: str, *, cross_encoder: bool) -> Self:
        """Return the model of a stage, with or without the cross-encoder.

        Args:
            stage: "sentence" scores each sentence, "decision" the best of them.
            cross_encoder: whether the features have the cross-encoder's.
        """
        part = read_models()[stage][
            "with_cross_encoder" if cross_encoder else "without"
        ]
        return cls(part["intercept"], part["weights"])

    def logit(self, features: Mapping[str, float]) -> float:
        """Return the weighted sum; a feature that is not given counts as 0."""
        return self.intercept + sum(
            weight * features.get(name, 0.0) for name, weight in self.weights.items()
        )

    def score(self, features: Mapping[str, float]) -> float:
        """Return the probability of the logit."""
        return 1 / (1 + math.exp(-self.logit(features)))


@cache
def read_models() -> dict[str, Any]:
    """Return all stages, as the file has them."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content
