"""A torch module becomes an ONNX graph: what every conversion of a model shares."""

from __future__ import annotations

import importlib.metadata
import io
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.encoders.files import GRAPH

if TYPE_CHECKING:
    import torch

_OPSET = 17  # the first with LayerNormalization
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@contextmanager
def quietly() -> Iterator[None]:
    """Keep progress bars, warnings and log lines of the packages off the screen."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the package is imported
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from transformers.utils import logging as progress  # noqa: PLC0415 - heavy

            shown = progress.is_progress_bar_enabled()
            progress.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
            try:
                yield
            finally:
                if shown:
                    progress.enable_progress_bar()  # type: ignore[no-untyped-call]
    finally:
        logging.disable(level)


def convert(
    model: torch.nn.Module,
    features: Mapping[str, torch.Tensor],
    output: str,
    result: Callable[[Mapping[str, torch.Tensor]], torch.Tensor],
) -> tuple[bytes, tuple[str, ...]]:
    """Return a model as an optimised ONNX graph, and the names of its inputs.

    Args:
        model: from features to a mapping of tensors.
        features: of one text or pair of texts, each (1, length).
        output: name that the graph gives to what it computes.
        result: what of the model's output is computed.
    """
    names = tuple(each for each in _INPUTS if each in features)
    kept = {each: features[each] for each in names}
    return _optimised(_traced(model, kept, output, result)), names


def tokenizer_file(tokenizer: Any, longest: int | None) -> bytes:  # noqa: ANN401 - transformers' own
    """Return a model's tokenizer as a file: no padding, and cut at ``longest`` tokens.

    Of a pair of texts the longer one is cut first, as transformers does.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 - only where it is used

    made = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    made.no_padding()
    made.no_truncation()
    if longest:
        made.enable_truncation(longest)
    return str(made.to_str()).encode()


def versions() -> dict[str, str]:
    """Name the packages that decide what a conversion gives."""
    packages = ("onnxruntime", "sentence-transformers", "torch")
    return {each: importlib.metadata.version(each) for each in packages}


def _traced(
    model: torch.nn.Module,
    features: Mapping[str, torch.Tensor],
    output: str,
    result: Callable[[Mapping[str, torch.Tensor]], torch.Tensor],
) -> bytes:
    import torch  # noqa: PLC0415 - heavy

    names: Sequence[str] = list(features)

    class Pipeline(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model  # makes the weights known as such to the tracer

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            return result(self.model(dict(zip(names, tensors, strict=True))))

    graph = io.BytesIO()
    with torch.no_grad():
        torch.onnx.export(
            Pipeline(),
            tuple(features.values()),
            graph,  # type: ignore[arg-type]  # their annotation forgets streams
            input_names=names,
            output_names=[output],
            dynamic_axes={each: {1: "length"} for each in names},
            opset_version=_OPSET,
            dynamo=False,
        )
    return graph.getvalue()


def _optimised(graph: bytes) -> bytes:
    """Fuse operations now, so that opening the model does not have to.

    Up to the level whose result does not depend on the processor.
    """
    import onnxruntime  # noqa: PLC0415 - only where it is used

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / GRAPH
        options.optimized_model_filepath = str(path)
        onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        return path.read_bytes()
