"""Converts a sentence-transformers model into the files that OnnxEncoder runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.encoders.files import GRAPH, SETTINGS, TOKENIZER, WEIGHTS, Settings, Weight
from bot.encoders.graphs import convert, quietly, tokenizer_file, versions
from bot.encoders.onnx_encoder import OnnxEncoder
from bot.encoders.source import encoder_identity, model_folder
from bot.errors import EncoderError, reason_of

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

__all__ = ["encoder_identity", "export_encoder"]

_LARGEST_DIFFERENCE = 1e-5  # of one component; rounding alone gives about 2e-7
_LEAST_WEIGHT = 1024  # bytes; smaller tensors, such as shapes, stay in the graph
_ALIGNMENT = 64  # bytes

# Lengths, cases, scripts and signs that a conversion could get wrong.
_SAMPLE = (
    "",
    "a",
    "When was JOINT2 established?",
    "2.5D packages: RDL interposers with 5/5 \u00b5m lines, at 515 x 510 mm.",
    "CAF\u00c9, na\u00efve, \u0130stanbul, stra\u00dfe, \ufb01ne",
    "\u6771\u4eac\u90fd\u306e\u6750\u6599 \ud55c\uad6d\uc5b4 \u043a\u043d\u0438\u0433",
    "smile \U0001f600, zero\u200bwidth, a\x00control\tsign and a\nline break",
    "supercalifragilisticexpialidocious" * 20,
    "[CLS] and [SEP], <s> and </s> are marks of models",
    "A sentence that comes again until no model can read all of it. " * 80,
    *("word after word " * length for length in (3, 10, 30, 60)),
)


def export_encoder(model: str = "") -> dict[str, bytes]:
    """Convert a model, check it against the original, and return the files.

    The whole pipeline is converted: transformer, pooling and normalisation. Takes
    ten seconds and imports torch. Opens no network connection, runs no code that
    comes with the model, and prints nothing. The largest difference to
    sentence-transformers that a sample showed is kept in ``encoder.json``.

    Args:
        model: folder of a sentence-transformers model; "" is the default model.

    Raises:
        EncoderError: as for ``encoder_identity``; or the model cannot be converted,
            or its vectors differ from sentence-transformers'.
    """
    name = encoder_identity(model)
    folder = model_folder(model)
    try:
        with quietly():
            files, settings = _convert(folder, name)
    except Exception as error:  # each package raises kinds of its own
        raise EncoderError(
            f"{folder} cannot be converted: {reason_of(error)}. Name another model in "
            "encoder.model, or leave it out for the default one."
        ) from error
    if not settings.largest_difference <= _LARGEST_DIFFERENCE:  # true of nan as well
        raise EncoderError(
            f"{folder}: converted vectors differ from sentence-transformers' by "
            f"{settings.largest_difference:.1e}, more than {_LARGEST_DIFFERENCE:.0e}. "
            "Name another model in encoder.model."
        )
    return files


def _load(folder: Path, **options: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - heavy

    model = SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True, **options},
    )
    return model.float().eval()


def _convert(folder: Path, name: str) -> tuple[dict[str, bytes], Settings]:
    model = _load(folder)
    whole, inputs = convert(
        # As plain products, attention is traced without guards against rows that are
        # masked altogether, which no text is alone: a tenth less work.
        _load(folder, attn_implementation="eager"),
        model.tokenizer(["A text of some words to trace"], return_tensors="pt"),
        "vector",
        _unit_vector,
    )
    graph, weights, table = _divided(whole)
    passages, questions = _reference(model)
    settings = Settings(
        name=name,
        dimensions=passages.shape[1],
        inputs=inputs,
        weights=table,
        query_prompt=_prompt(model, "query"),
        passage_prompt=_prompt(model, "document", "passage", "corpus"),
        made_with=versions(),
    )
    files = {
        GRAPH: graph,
        WEIGHTS: weights,
        TOKENIZER: tokenizer_file(model.tokenizer, model.max_seq_length),
        SETTINGS: settings.to_json(),
    }
    encoder = OnnxEncoder(files)
    ours = np.stack([encoder.encode_query(each) for each in _SAMPLE])
    differences = np.abs(encoder.encode(_SAMPLE) - passages), np.abs(ours - questions)
    settings = dataclasses.replace(
        settings, largest_difference=float(np.max(differences))
    )
    return {**files, SETTINGS: settings.to_json()}, settings


def _unit_vector(output: Mapping[str, torch.Tensor]) -> torch.Tensor:
    import torch  # noqa: PLC0415 - heavy

    return torch.nn.functional.normalize(output["sentence_embedding"], dim=-1)


def _reference(model: SentenceTransformer) -> tuple[NDArray[np.float32], ...]:
    """Encode the sample as sentence-transformers does, as passages and questions."""
    sample = list(_SAMPLE)
    return tuple(
        encode(sample, normalize_embeddings=True, show_progress_bar=False)
        for encode in (model.encode_document, model.encode_query)
    )


def _prompt(model: SentenceTransformer, *kinds: str) -> str:
    """Return what sentence-transformers puts before such a text."""
    known = [
        each for each in (*kinds, model.default_prompt_name) if each in model.prompts
    ]
    return str(model.prompts[known[0]]) if known else ""


def _divided(data: bytes) -> tuple[bytes, bytes, tuple[Weight, ...]]:
    """Take the weights out of a graph: (graph, weights, what is where)."""
    import onnx  # noqa: PLC0415 - only where it is used

    model = onnx.load_from_string(data)
    weights = bytearray()
    table = []
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.nbytes < _LEAST_WEIGHT:
            continue
        table.append(Weight(tensor.name, values.dtype.name, values.shape, len(weights)))
        for field in ("raw_data", "float_data", "int32_data", "int64_data"):
            tensor.ClearField(field)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=WEIGHTS)
        weights += values.tobytes()
        weights += bytes(-len(weights) % _ALIGNMENT)
    return model.SerializeToString(deterministic=True), bytes(weights), tuple(table)
