"""A CrossEncoder of sentence-transformers of a few kilobytes, with random weights."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.cross_encoders.export import export_cross_encoder
from bot.cross_encoders.source import MODEL
from tests.small_model import LONGEST, save_tokenizer, small_bert


@cache
def small_cross_encoder_files() -> Mapping[str, bytes]:
    """Export a small model, once in a run of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        return export_cross_encoder(write_small_cross_encoder(Path(folder) / "model"))


def write_small_cross_encoder(
    folder: Path, *, labels: int = 1, seed: int = 1, spread: float = 0.5
) -> Path:
    """Write a BERT of one layer with a head, and return its folder.

    Args:
        folder: made if it is not there.
        labels: numbers that it gives for a pair.
        seed: of the weights.
        spread: of the weights, wide enough that logits of different pairs differ.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages' own
        _write(folder, labels, seed, spread)
    return folder


def write_onnx_cross_encoder(
    folder: Path, *, factor: float = 1.0, outputs: int = 1, asks: str = "input_ids"
) -> None:
    """Write a model that is run as it stands: its logit is the mean token id.

    Args:
        folder: made if it is not there.
        factor: times the mean.
        outputs: numbers that it gives for a pair, all the same.
        asks: name of its only input.
    """
    import onnx  # noqa: PLC0415 - heavy

    helper, kinds = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Cast", [asks], ["numbers"], to=kinds.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["mean", "factor"], ["logit"]),
        helper.make_node("Concat", ["logit"] * outputs, ["logits"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info(asks, kinds.INT64, [1, "length"])],
        [helper.make_tensor_value_info("logits", kinds.FLOAT, [1, outputs])],
        [helper.make_tensor("factor", kinds.FLOAT, [1], [factor])],
    )
    opsets = [helper.make_opsetid("", 17)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    folder.mkdir(exist_ok=True)
    (folder / MODEL).write_bytes(made.SerializeToString())
    save_tokenizer(folder, model_max_length=LONGEST)


def _write(folder: Path, labels: int, seed: int, spread: float) -> None:
    import torch  # noqa: PLC0415 - heavy
    from sentence_transformers import CrossEncoder  # noqa: PLC0415 - heavy
    from transformers import BertForSequenceClassification  # noqa: PLC0415 - heavy

    bert = folder.with_name(f"{folder.name}-bert")
    torch.manual_seed(seed)
    config = small_bert(num_labels=labels, initializer_range=spread)
    BertForSequenceClassification(config).save_pretrained(bert)
    save_tokenizer(bert, model_max_length=LONGEST)
    model = CrossEncoder(str(bert), device="cpu", local_files_only=True)
    model.save_pretrained(str(folder), create_model_card=False)
