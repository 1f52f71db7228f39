"""Finds the cross-encoder that is configured, and says what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.encoders.source import MODULES, model_hashes, name_of, refuse_own_code
from bot.errors import EncoderError

MODEL = "model.onnx"
TOKENIZER = "tokenizer.json"
CONVERSION = "conversion.json"  # of a converted model: how the others were made
SETTING = "retrieval.reranker"
_REVISION = "cross-encoder 1"  # version of the conversion; part of a model's name
_CONFIG = "config.json"
_HEAD = "ForSequenceClassification"  # ends the name of an architecture with labels


def is_onnx(folder: Path) -> bool:
    """Tell whether the folder's model is run as it stands."""
    return (folder / MODEL).is_file()


def check_folder(folder: Path) -> None:
    """See that a folder holds a cross-encoder with one label, without loading it.

    Raises:
        EncoderError: it does not, or reading it might run code.
    """
    if not folder.is_dir():
        raise _wrong(folder, "there is no such folder")
    if not (folder / TOKENIZER).is_file():
        raise _wrong(folder, f"{TOKENIZER} is missing")
    if is_onnx(folder):
        return
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        heads = [str(each) for each in config["architectures"]]
        labels = _labels(config)
        if (folder / MODULES).exists():
            refuse_own_code(folder, SETTING)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"it has neither {MODEL} nor a {_CONFIG} that can be read"
        raise _wrong(folder, what) from error
    if not any(each.endswith(_HEAD) for each in heads):
        raise _wrong(folder, f"it is no cross-encoder but {', '.join(heads)}")
    if labels != 1:
        raise _wrong(folder, f"it gives {labels} labels for a pair instead of 1")


def converted_name(folder: Path) -> str:
    """Name what a conversion makes of the folder's model.

    Raises:
        EncoderError: a file cannot be read, or the weights may hold code.
    """
    return name_of(model_hashes(folder, SETTING), _REVISION)


def _labels(config: dict[str, Any]) -> int:
    """Return the number of labels, which transformers leaves out when it is 2."""
    named = config.get("id2label")
    return len(named) if named else int(config.get("num_labels", 2))


def _wrong(folder: Path, what: str) -> EncoderError:
    return EncoderError(
        f"The reranker {folder} cannot be used: {what}. Name the folder of a "
        f"cross-encoder in {SETTING}, or leave it out."
    )
