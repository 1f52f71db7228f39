"""Vectors for corpora that are too large to be encoded: drawn from the text's words.

A text is the sum of a fixed random vector for each of its terms, so that, as with a
real encoder, texts about the same things are near to each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.dense import Encoder, Floats, Progress
from bot.stores.encoders import EncoderFactory
from bot.text.terms import tokenize

DIMENSIONS = 384  # those of the default encoder


@dataclass(frozen=True, slots=True)
class DrawnVectors:
    """An encoder without a model; a `bot.dense.Encoder`."""

    name: str = "drawn-vectors-1"
    dimensions: int = DIMENSIONS

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Draw the vectors of passages."""
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.encode_query(text)
        if progress:
            progress(len(texts))
        return vectors

    def encode_query(self, text: str) -> Floats:
        """Draw the vector of a question."""
        terms = dict.fromkeys(tokenize(text)) or {"": None}
        total = np.sum([_drawn(each) for each in terms], axis=0)
        # What a text has of its own, beside what it shares with others.
        total += 2.0 * _normal(text)
        vector: Floats = (total / np.linalg.norm(total)).astype(np.float32)
        return vector


def drawn_encoders() -> EncoderFactory:
    """Make a factory that knows no other encoder."""

    def export(_: str) -> Mapping[str, bytes]:
        return {"encoder.json": b"drawn"}

    def load(_: Mapping[str, bytes]) -> Encoder:
        return DrawnVectors()

    return EncoderFactory(lambda _: DrawnVectors().name, export, load)


@lru_cache(200_000)
def _drawn(term: str) -> NDArray[np.float32]:
    return _normal(f"term {term}")


def _normal(text: str) -> NDArray[np.float32]:
    seed = hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8]
    generator = np.random.Generator(np.random.SFC64(int.from_bytes(seed)))
    return generator.standard_normal(DIMENSIONS, dtype=np.float32)
