"""Converts a CrossEncoder of sentence-transformers into what OnnxPairScorer runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.cross_encoders.pairs import OnnxPairScorer
from bot.cross_encoders.source import CONVERSION, MODEL, SETTING, TOKENIZER
from bot.encoders.graphs import convert, quietly, tokenizer_file, versions
from bot.errors import EncoderError, reason_of

if TYPE_CHECKING:
    import torch
    from sentence_transformers import CrossEncoder

# Of a logit, in parts of itself where it is above 1; rounding gives some 1e-6.
_LARGEST_DIFFERENCE = 1e-5

_QUESTION = "When was JOINT2 established?"
_LONG = "A sentence that comes again until no model can read all of it. " * 80
# Lengths, cases, scripts and signs that a conversion could get wrong.
_SAMPLE = (
    (_QUESTION, "JOINT2 was established in 2021."),
    (_QUESTION, ""),
    ("", "a"),
    (_QUESTION, "word after word " * 30),
    (_QUESTION, _LONG),
    (_LONG, "JOINT2 was established in 2021."),
    (_LONG, _LONG),
    ("CAF\u00c9, na\u00efve, \u0130stanbul", "2.5D: 5/5 \u00b5m lines, 515 x 510 mm"),
    (
        "\u6771\u4eac\u90fd\u306e\u6750\u6599",
        "smile \U0001f600, zero\u200bwidth\tand a\nline",
    ),
    ("[CLS] and [SEP]", "<s> and </s> are marks of models"),
)


def export_cross_encoder(folder: Path) -> dict[str, bytes]:
    """Convert a model, check it against the original, and return the files.

    Takes some ten seconds and imports torch. Opens no network connection, runs no
    code that comes with the model, and prints nothing. ``conversion.json`` keeps the
    largest difference to the original's logits that a sample showed.

    Args:
        folder: of the model, as sentence-transformers saves it.

    Raises:
        EncoderError: it cannot be converted, or its logits differ from the original's.
    """
    try:
        with quietly():
            files, difference = _convert(_load(folder))
    except Exception as error:  # each package raises kinds of its own
        raise EncoderError(
            f"{folder} cannot be converted: {reason_of(error)}. Name another "
            f"cross-encoder in {SETTING}, or leave it out."
        ) from error
    if not difference <= _LARGEST_DIFFERENCE:  # true of nan as well
        raise EncoderError(
            f"{folder}: converted logits differ from sentence-transformers' by "
            f"{difference:.1e}, more than {_LARGEST_DIFFERENCE:.0e}. Name another "
            f"cross-encoder in {SETTING}, or leave it out."
        )
    return files


def _load(folder: Path) -> CrossEncoder:
    from sentence_transformers import CrossEncoder  # noqa: PLC0415 - heavy

    model: CrossEncoder = CrossEncoder(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )
    model.float().eval()
    return model


def _convert(model: CrossEncoder) -> tuple[dict[str, bytes], float]:
    import torch  # noqa: PLC0415 - heavy

    graph, _ = convert(model, model.preprocess([_SAMPLE[0]]), "logit", _logit)
    tokenizer = tokenizer_file(model.tokenizer, model.max_seq_length)
    ours = np.array(OnnxPairScorer(graph, tokenizer).score_pairs(_SAMPLE))
    theirs = model.predict(
        [*_SAMPLE],
        batch_size=1,  # padding moves the last digits
        activation_fn=torch.nn.Identity(),
        show_progress_bar=False,
    )
    difference = float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))))
    about = {"largest_difference": difference, "made_with": versions()}
    files = {
        MODEL: graph,
        TOKENIZER: tokenizer,
        CONVERSION: json.dumps(about, sort_keys=True).encode(),
    }
    return files, difference


def _logit(output: Mapping[str, torch.Tensor]) -> torch.Tensor:
    return output["scores"]
