"""Conversion of a CrossEncoder: its logits to the last digits, or a reason why not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.cross_encoders.export import export_cross_encoder
from bot.cross_encoders.pairs import OnnxPairScorer
from bot.cross_encoders.source import CONVERSION, MODEL, TOKENIZER
from bot.errors import EncoderError
from tests.small_cross_encoder import (
    small_cross_encoder_files,
    write_small_cross_encoder,
)

PAIRS = [
    ("where is the tug", "the tug is in the harbour"),
    ("where is the tug", "glass and resin, in a package of resin"),
    ("who", ""),
    ("a query", "the passage goes on and on " * 9),
    ("the query goes on and on " * 9, "a passage"),
    ("ship?", "\u6771\u4eac, caf\u00e9 \U0001f600"),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_cross_encoder(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture
def copy(model: Path, tmp_path: Path) -> Path:
    """Return a copy of the model that a test may change."""
    return shutil.copytree(model, tmp_path / "copy")


def test_converted_logits_are_those_of_sentence_transformers(model: Path) -> None:
    import torch  # noqa: PLC0415 - heavy
    from sentence_transformers import CrossEncoder  # noqa: PLC0415 - heavy

    files = small_cross_encoder_files()
    original = CrossEncoder(str(model), device="cpu", local_files_only=True)
    expected = original.predict(
        PAIRS, batch_size=1, activation_fn=torch.nn.Identity(), show_progress_bar=False
    )

    logits = OnnxPairScorer(files[MODEL], files[TOKENIZER]).score_pairs(PAIRS)

    assert np.abs(np.array(logits) - expected).max() < 1e-5 * np.abs(expected).max()
    assert np.ptp(logits) > 1  # of a model that tells pairs apart


def test_a_long_pair_is_cut_at_the_end_of_its_longer_text(model: Path) -> None:
    del model
    files = small_cross_encoder_files()
    scorer = OnnxPairScorer(files[MODEL], files[TOKENIZER])
    [cut, same, other] = scorer.score_pairs(
        [
            ("who", "ship " * 200),
            ("who", "ship " * 200 + "tug"),
            ("tug", "ship " * 200),
        ]
    )

    assert cut == same
    assert cut != other


@pytest.mark.slow
def test_the_same_model_gives_the_same_files(model: Path) -> None:
    assert export_cross_encoder(model) == small_cross_encoder_files()


def test_the_largest_difference_is_stated_and_is_that_of_rounding() -> None:
    stated = json.loads(small_cross_encoder_files()[CONVERSION])

    assert 0 < stated["largest_difference"] < 1e-5
    assert {"onnxruntime", "sentence-transformers", "torch"} == set(stated["made_with"])


EXPORT = """
import socket, sys
from pathlib import Path
def refuse(*_):
    raise AssertionError("a connection was opened")
socket.socket.connect = socket.socket.connect_ex = refuse
from bot.cross_encoders.export import export_cross_encoder
export_cross_encoder(Path(sys.argv[1]))
"""


@pytest.mark.slow  # torch is imported anew
def test_nothing_is_printed_and_no_connection_is_opened(model: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", EXPORT, str(model)], capture_output=True, check=False
    )

    assert (printed.returncode, printed.stdout, printed.stderr) == (0, b"", b"")


@pytest.mark.slow
def test_logits_that_differ_from_the_original_are_refused(copy: Path) -> None:
    # What sentence-transformers puts before a question is no part of the graph.
    file = copy / "config_sentence_transformers.json"
    settings = json.loads(file.read_bytes())
    settings |= {"prompts": {"query": "the tug "}, "default_prompt_name": "query"}
    file.write_text(json.dumps(settings), encoding="utf-8")

    with pytest.raises(EncoderError, match="differ from sentence-transformers"):
        export_cross_encoder(copy)


def test_a_model_that_cannot_be_loaded_is_one_clear_line(copy: Path) -> None:
    (copy / "model.safetensors").write_bytes(b"no weights")

    with pytest.raises(EncoderError, match="cannot be converted") as caught:
        export_cross_encoder(copy)

    assert len(str(caught.value).splitlines()) == 1
