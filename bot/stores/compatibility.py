"""What an index was made with, compared with what is asked of it."""

from __future__ import annotations

import hashlib

from bot.config import Config, RetrievalConfig
from bot.errors import IndexIncompatibleError
from bot.stores.encoders import EncoderFactory
from bot.stores.generations import IndexFolder
from bot.stores.manifest import Manifest, canonical
from bot.text.terms import ANALYSIS


def fingerprint(manifest: Manifest, retrieval: RetrievalConfig) -> str:
    """Name what an index answers from: its content and how it is ranked.

    Equal documents, settings, encoder and BM25 parameters give equal names.
    """
    parameters = {"root": manifest.root, "bm25": [retrieval.k1, retrieval.b]}
    return hashlib.sha256(canonical(parameters)).hexdigest()


def check_compatible(
    folder: IndexFolder, manifest: Manifest, config: Config, factory: EncoderFactory
) -> None:
    """Refuse an index that this program cannot ask, or would ask with other vectors.

    Raises:
        IndexIncompatibleError: its text analysis or its encoder is another one.
    """
    analysis = manifest.settings.get("analysis")
    if analysis != ANALYSIS:
        raise IndexIncompatibleError(
            f"{folder.path} was built with text analysis {analysis}, this bot has "
            f"{ANALYSIS}. Run `bot index` to bring it up to date."
        )
    model = config.encoder_model
    if model == manifest.encoder.model:
        return  # the index carries the encoder's files, so its folder is not read again
    wanted = factory.identify(model)
    if wanted != manifest.encoder.name:
        raise IndexIncompatibleError(
            f"{folder.path} was built with encoder {manifest.encoder.name} "
            f"({manifest.encoder.model or 'the default'}), the configured one is "
            f"{wanted} ({model or 'the default'}). Run `bot index` to encode the "
            "documents again, or set encoder.model back."
        )
