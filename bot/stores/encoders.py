"""How an index comes by its encoder: its name, its files, and opening them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.dense import Encoder


def _identify(model: str) -> str:
    from bot.encoders.source import encoder_identity  # noqa: PLC0415 - only when asked

    return encoder_identity(model)


def _export(model: str) -> Mapping[str, bytes]:
    from bot.encoders.export import export_encoder  # noqa: PLC0415 - imports torch

    return export_encoder(model)


def _load(files: Mapping[str, bytes]) -> Encoder:
    from bot.encoders.onnx_encoder import OnnxEncoder  # noqa: PLC0415 - imports onnxruntime

    return OnnxEncoder(files)


@dataclass(frozen=True, slots=True)
class EncoderFactory:
    """Makes encoders; the default ones, unless a program brings its own.

    A model is named as in ``encoder.model`` of bot.toml; "" is the default model.
    """

    identify: Callable[[str], str] = _identify  # model -> name of its encoder
    export: Callable[[str], Mapping[str, bytes]] = _export  # model -> files, slowly
    load: Callable[[Mapping[str, bytes]], Encoder] = _load  # files -> encoder
