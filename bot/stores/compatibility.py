"""What an index was made with, compared with what is asked of it."""

from __future__ import annotations

import hashlib
from typing import Protocol

from bot.config import Config, RetrievalConfig
from bot.errors import IndexIncompatibleError
from bot.stores.encoders import EncoderFactory
from bot.stores.manifest import EncoderRef, Settings, canonical
from bot.text.terms import ANALYSIS


class Made(Protocol):
    """What the manifest of an index says of its making, wherever it is kept."""

    @property
    def settings(self) -> Settings:
        """Versions and parameters that shape what is stored."""
        ...

    @property
    def encoder(self) -> EncoderRef:
        """The encoder that the vectors come from."""
        ...


def fingerprint(root: str, retrieval: RetrievalConfig) -> str:
    """Name what an index answers from: its content and how it is ranked.

    Equal documents, settings, encoder and BM25 parameters give equal names in
    stores of the same kind.
    """
    parameters = {"root": root, "bm25": [retrieval.k1, retrieval.b]}
    return hashlib.sha256(canonical(parameters)).hexdigest()


def check_compatible(
    place: object, made: Made, config: Config, factory: EncoderFactory
) -> None:
    """Refuse an index that this program cannot ask, or would ask with other vectors.

    Args:
        place: where the index is, for messages.
        made: what it says it was made with.
        config: tells the encoder that is wanted.
        factory: knows the encoder of a model.

    Raises:
        IndexIncompatibleError: its text analysis or its encoder is another one.
    """
    analysis = made.settings.get("analysis")
    if analysis != ANALYSIS:
        raise IndexIncompatibleError(
            f"{place} was built with text analysis {analysis}, this bot has "
            f"{ANALYSIS}. Run `bot index` to bring it up to date."
        )
    model = config.encoder_model
    if model == made.encoder.model:
        return  # the index carries the encoder's files, so its folder is not read again
    wanted = factory.identify(model)
    if wanted != made.encoder.name:
        raise IndexIncompatibleError(
            f"{place} was built with encoder {made.encoder.name} "
            f"({made.encoder.model or 'the default'}), the configured one is "
            f"{wanted} ({model or 'the default'}). Run `bot index` to encode the "
            "documents again, or set encoder.model back."
        )
