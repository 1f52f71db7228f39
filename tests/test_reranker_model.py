"""Opening a reranker: as it stands or converted once, or refused with a reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cross_encoders.checkup import check_model
from bot.cross_encoders.kept import keep, read_kept
from bot.cross_encoders.opening import kept_path, open_model
from bot.cross_encoders.pairs import OnnxPairScorer
from bot.cross_encoders.source import MODEL, TOKENIZER, converted_name
from bot.errors import EncoderError
from tests.small_cross_encoder import (
    small_cross_encoder_files,
    write_onnx_cross_encoder,
    write_small_cross_encoder,
)

PAIRS = [("where is the tug", "the tug is in the harbour"), ("who", "a ship of glass")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_cross_encoder(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture
def copy(model: Path, tmp_path: Path) -> Path:
    """Return a copy of the model that a test may change."""
    return shutil.copytree(model, tmp_path / "copy")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Return a folder with a model that is run as it stands."""
    folder = tmp_path / "plain"
    folder.mkdir()
    for name in (MODEL, TOKENIZER):
        (folder / name).write_bytes(small_cross_encoder_files()[name])
    return folder


def test_a_model_is_converted_once_and_again_when_what_is_kept_is_damaged(
    model: Path, tmp_path: Path
) -> None:
    path = kept_path(tmp_path, converted_name(model))
    keep(path, small_cross_encoder_files())
    path.write_bytes(path.read_bytes()[:-1])
    told: list[str] = []

    first = open_model(model, tmp_path, lambda: told.append("converting"))
    again = open_model(model, tmp_path, lambda: told.append("converting"))

    assert told == ["converting"]
    assert first.name == again.name
    assert first.scorer.score_pairs(PAIRS) == again.scorer.score_pairs(PAIRS)
    assert [*tmp_path.iterdir()] == [path]  # and no draft


@given(
    files=st.dictionaries(
        st.sampled_from(["a", "b.json", "c.onnx"]), st.binary(max_size=40)
    ),
    place=st.floats(0, 1, exclude_max=True),
    mask=st.integers(1, 255),
)
def test_what_is_kept_is_read_back_or_found_to_be_damaged(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, bytes],
    place: float,
    mask: int,
) -> None:
    path = tmp_path_factory.mktemp("kept") / "new" / "model.zip"
    keep(path, files)
    assert read_kept(path) == files

    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= mask
    path.write_bytes(data)
    assert read_kept(path) is None


def test_nothing_is_kept_at_first(tmp_path: Path) -> None:
    assert read_kept(tmp_path / "none.zip") is None


def test_a_model_has_one_name_wherever_it_lies(model: Path, copy: Path) -> None:
    (copy / "README.md").write_text("Not a part of the model.", encoding="utf-8")

    assert converted_name(copy) == converted_name(model)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_another_byte_is_another_model(model: Path, copy: Path, name: str) -> None:
    with (copy / name).open("ab") as file:
        file.write(b" ")

    assert converted_name(copy) != converted_name(model)


def test_an_onnx_model_runs_as_it_stands(plain: Path, tmp_path: Path) -> None:
    def refuse() -> None:
        raise AssertionError("it was converted")

    opened = open_model(plain, tmp_path / "models", refuse)
    files = small_cross_encoder_files()
    expected = OnnxPairScorer(files[MODEL], files[TOKENIZER]).score_pairs(PAIRS)

    assert opened.scorer.score_pairs(PAIRS) == expected
    with (plain / TOKENIZER).open("ab") as file:
        file.write(b" ")
    assert open_model(plain, tmp_path).name != opened.name


def test_a_graph_that_asks_for_token_ids_alone_is_enough(plain: Path) -> None:
    write_onnx_cross_encoder(plain)
    scores = open_model(plain, plain).scorer.score_pairs(PAIRS)

    assert np.isfinite(scores).all()


def test_half_a_surrogate_pair_is_scored_like_any_other_sign(plain: Path) -> None:
    [score] = open_model(plain, plain).scorer.score_pairs([("who \ud83d", "a \udc00")])

    assert np.isfinite(score)


def missing(folder: Path) -> None:
    shutil.rmtree(folder)


def without_a_tokenizer(folder: Path) -> None:
    (folder / TOKENIZER).unlink()


def without_settings(folder: Path) -> None:
    (folder / "config.json").unlink()


def with_settings(**values: Any) -> Callable[[Path], None]:  # noqa: ANN401 - any JSON
    def change(folder: Path) -> None:
        file = folder / "config.json"
        settings = json.loads(file.read_bytes()) | values
        file.write_text(json.dumps(settings), encoding="utf-8")

    return change


def with_code_of_its_own(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_bytes())
    modules[0]["type"] = "own_code.Transformer"
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")


def with_pickled_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (missing, "there is no such folder"),
        (without_a_tokenizer, r"tokenizer\.json is missing"),
        (without_settings, r"neither model\.onnx nor a config\.json"),
        (with_settings(architectures=None), r"neither model\.onnx nor a config\.json"),
        (with_settings(architectures=["BertModel"]), "no cross-encoder but BertModel"),
        (with_settings(id2label={"0": "no", "1": "maybe", "2": "yes"}), "3 labels"),
        (with_settings(id2label=None), "2 labels"),
        (with_settings(id2label=None, num_labels="x"), "neither"),
        (with_code_of_its_own, "brings code of its own"),
        (with_pickled_weights, r"no \.safetensors file"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_before_anything_is_loaded(
    copy: Path, tmp_path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(copy)

    for refuse in (open_model, check_model):
        with pytest.raises(EncoderError, match=message) as caught:
            refuse(copy, tmp_path / "models")
        assert len(str(caught.value).splitlines()) == 1
        assert "retrieval.reranker" in str(caught.value)


def with_a_damaged_graph(folder: Path) -> None:
    (folder / MODEL).write_bytes(b"no graph")


def with_a_damaged_tokenizer(folder: Path) -> None:
    (folder / TOKENIZER).write_bytes(b'{"a": \xff')


def with_three_numbers(folder: Path) -> None:
    write_onnx_cross_encoder(folder, outputs=3)


def with_another_input(folder: Path) -> None:
    write_onnx_cross_encoder(folder, asks="pixels")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (with_a_damaged_graph, "cannot be opened"),
        (with_a_damaged_tokenizer, "cannot be opened"),
        (with_three_numbers, "gives 3 numbers for a pair instead of 1"),
        (with_another_input, "its graph asks for pixels"),
    ],
)
def test_an_onnx_model_that_cannot_score_pairs_is_one_clear_line(
    plain: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(plain)
    opened = open_model(plain, plain)
    opened.scorer.warm()

    with pytest.raises(EncoderError, match=message) as caught:
        opened.scorer.score_pairs(PAIRS)

    assert str(plain) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_an_onnx_file_that_cannot_be_read_is_named(plain: Path) -> None:
    (plain / MODEL).unlink()
    (plain / MODEL).symlink_to("/proc/self/mem")

    with pytest.raises(EncoderError, match=r"model\.onnx cannot be read"):
        open_model(plain, plain)


def test_a_check_tells_what_is_converted_without_converting(
    model: Path, plain: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    before = check_model(model, models)

    assert (before.status, before.remedy) == ("warning", "bot index")
    assert not models.exists()
    name = converted_name(model)
    keep(kept_path(models, name), small_cross_encoder_files())
    after = check_model(model, models)
    assert after.status == "ok"
    assert name[:12] in after.detail
    assert "of the original's" in after.detail
    assert "runs as it stands" in check_model(plain, models).detail
