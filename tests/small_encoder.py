"""A small honest encoder for tests: hashed words, unit vectors, no model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.dense import Encoder, Floats
from bot.stores.encoders import EncoderFactory

DIMENSIONS = 16


@dataclass(frozen=True)
class HashedWords:
    """Adds up a fixed pseudo-random vector for each word of a text.

    Texts that share words are near to each other; a text's vector depends on nothing
    but the text. ``asked`` holds every text that was encoded.
    """

    name: str = "hashed-words-1"
    dimensions: int = DIMENSIONS
    asked: list[str] = field(default_factory=list)

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Floats:
        """Encode passages."""
        self.asked.extend(texts)
        if progress:
            progress(len(texts))
        rows = [self.encode_query(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), self.dimensions)

    def encode_query(self, text: str) -> Floats:
        """Encode a question as if it were a passage."""
        total = np.full(self.dimensions, 1e-3)
        for word in text.lower().split():
            digest = hashlib.sha256(f"{self.name} {word}".encode("utf-8", "replace"))
            total += np.frombuffer(digest.digest()[: self.dimensions], np.int8)
        vector: Floats = (total / np.linalg.norm(total)).astype(np.float32)
        return vector


def small_encoders(encoder: HashedWords | None = None) -> EncoderFactory:
    """Make a factory whose models are names of `HashedWords`."""
    used = encoder or HashedWords()

    def identify(model: str) -> str:
        return model or used.name

    def export(model: str) -> Mapping[str, bytes]:
        return {"encoder.json": identify(model).encode(), "model": b"weights" * 100}

    def load(files: Mapping[str, bytes]) -> Encoder:
        name = files["encoder.json"].decode()
        return used if name == used.name else HashedWords(name, asked=used.asked)

    return EncoderFactory(identify, export, load)
