"""Opens a cross-encoder by its folder: as it stands, or converted once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.cross_encoders.kept import keep, read_kept
from bot.cross_encoders.pairs import LazyPairScorer, OnnxPairScorer, PairScorer
from bot.cross_encoders.source import (
    MODEL,
    SETTING,
    TOKENIZER,
    check_folder,
    converted_name,
    is_onnx,
)
from bot.encoders.source import name_of
from bot.errors import EncoderError, reason_of

_TRIAL = ("Is it open?", "It is open.")
_AS_IT_STANDS = "onnx"


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """A cross-encoder, opened when its first pair is scored."""

    name: str  # equal names mean equal files, hence equal scores but for rounding
    scorer: PairScorer


def open_model(
    folder: Path, models: Path, on_conversion: Callable[[], object] = lambda: None
) -> OpenedModel:
    """Find a cross-encoder, and convert it if that was not done yet.

    A folder with a ``model.onnx`` is run as it stands. Any other is converted, which
    takes some ten seconds and imports torch, and the result kept in ``models`` under
    the name of what it was made of; a damaged result is made again.

    Args:
        folder: of the model.
        models: folder for converted models; made if it is not there.
        on_conversion: called before one begins.

    Raises:
        EncoderError: it is no cross-encoder with one label, or cannot be converted.
        IndexWriteError: the disk refuses to keep the result.
    """
    check_folder(folder)
    if is_onnx(folder):
        files = {each: _read(folder / each) for each in (MODEL, TOKENIZER)}
        hashes = {
            name: hashlib.sha256(data).hexdigest() for name, data in files.items()
        }
        name = name_of(hashes, _AS_IT_STANDS)
    else:
        name = converted_name(folder)
        files = _converted(folder, kept_path(models, name), on_conversion)
    return OpenedModel(name, LazyPairScorer(partial(_open, folder, files)))


def kept_path(models: Path, name: str) -> Path:
    """Where the conversion of this name is kept."""
    return models / f"{name}.zip"


def _converted(
    folder: Path, path: Path, on_conversion: Callable[[], object]
) -> dict[str, bytes]:
    files = read_kept(path)
    if files is None:
        from bot.cross_encoders.export import (  # noqa: PLC0415 - imports torch
            export_cross_encoder,
        )

        on_conversion()
        files = export_cross_encoder(folder)
        keep(path, files)
    return files


def _open(folder: Path, files: Mapping[str, bytes]) -> PairScorer:
    try:
        scorer = OnnxPairScorer(files[MODEL], files[TOKENIZER])
        scorer.score_pairs([_TRIAL])
    except Exception as error:  # both packages raise plain exceptions
        raise EncoderError(
            f"The reranker {folder} cannot be opened: {reason_of(error)}. Name the "
            f"folder of a cross-encoder with one label in {SETTING}, or leave it out."
        ) from error
    return scorer


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EncoderError(
            f"{path} cannot be read: {error.strerror}. Mend it, or name another model "
            f"in {SETTING}."
        ) from error
