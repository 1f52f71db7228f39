"""Where the default encoder's model is, for libraries that load it themselves."""

from __future__ import annotations

from bot.encoders.source import model_folder


def model_path() -> str:
    """Return the folder of the sentence-transformers model."""
    return str(model_folder(""))
