"""The encoder that answers: one vector for a text, and clear errors for bad files."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dense import Encoder
from bot.encoders.files import GRAPH, SETTINGS, TOKENIZER, WEIGHTS
from bot.encoders.onnx_encoder import OnnxEncoder
from bot.errors import EncoderError
from tests.small_model import small_encoder_files

TEXTS = [
    "A tug pulls the ship.",
    "",
    "the ship of the harbour " * 30,
    "Where?",
    "half a pair \ud800, a\x00control, \u6771\u4eac",
    *(f"glass resin {number}" for number in range(40)),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return OnnxEncoder(small_encoder_files())


@settings(deadline=None, max_examples=25)
@given(
    texts=st.lists(st.sampled_from(TEXTS) | st.text(max_size=30), max_size=40),
    threads=st.integers(1, 4),
)
def test_a_text_has_one_vector_whatever_is_beside_it_and_however_many_threads(
    texts: list[str], threads: int
) -> None:
    files = small_encoder_files()
    single = OnnxEncoder(files, threads=1)

    vectors = OnnxEncoder(files, threads=threads).encode(texts)

    alone = [single.encode([text])[0].tobytes() for text in texts]
    assert [row.tobytes() for row in vectors] == alone


def test_vectors_are_unit_rows_aligned_with_their_texts(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)

    assert vectors.shape == (len(TEXTS), encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)
    assert len({row.tobytes() for row in vectors}) == len(TEXTS)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_questions_and_passages_get_the_model_s_prompts() -> None:
    files = dict(small_encoder_files())
    values = json.loads(files[SETTINGS])
    values |= {"query_prompt": "", "passage_prompt": ""}
    bare = OnnxEncoder({**files, SETTINGS: json.dumps(values).encode()})
    encoder = OnnxEncoder(files)

    query, passage = encoder.encode_query("tug"), encoder.encode(["tug"])[0]

    assert query.tolist() == bare.encode_query("query: tug").tolist()
    assert passage.tolist() == bare.encode(["passage: tug"])[0].tolist()
    assert query.tolist() != passage.tolist()


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_counts_up_to_all_texts_in_the_caller_s_thread(threads: int) -> None:
    encoder = OnnxEncoder(small_encoder_files(), threads=threads)
    seen: list[tuple[int, int]] = []

    encoder.encode(TEXTS, lambda done: seen.append((done, threading.get_ident())))

    counts = [done for done, _ in seen]
    assert counts == sorted(set(counts))
    assert counts[-1] == len(TEXTS)
    assert {thread for _, thread in seen} == {threading.get_ident()}


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interruption_stops_the_work_and_leaves_the_encoder_usable(
    threads: int,
) -> None:
    encoder = OnnxEncoder(small_encoder_files(), threads=threads)
    seen: list[int] = []

    def interrupt(done: int) -> None:
        seen.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encoder.encode(TEXTS, interrupt)

    assert len(seen) == 1
    assert encoder.encode(["tug"]).shape == (1, encoder.dimensions)


def test_a_text_without_tokens_is_near_nothing() -> None:
    files = dict(small_encoder_files())
    tokenizer = {**json.loads(files[TOKENIZER]), "post_processor": None}
    values = {**json.loads(files[SETTINGS]), "passage_prompt": ""}
    files |= {
        TOKENIZER: json.dumps(tokenizer).encode(),
        SETTINGS: json.dumps(values).encode(),
    }

    assert not OnnxEncoder(files).encode([""]).any()


@pytest.mark.parametrize("name", [GRAPH, WEIGHTS, TOKENIZER, SETTINGS])
def test_a_missing_file_is_named(name: str) -> None:
    files = {key: data for key, data in small_encoder_files().items() if key != name}

    with pytest.raises(EncoderError, match=f"{name} is missing"):
        OnnxEncoder(files)


@pytest.mark.parametrize(
    ("settings_file", "message"),
    [
        (b"{", "cannot be read"),
        (b"[]", "cannot be read"),
        (b'{"format": 1}', "cannot be read"),
        (b'{"format": 2, "inputs": [], "weights": []}', "format 2"),
        (b'{"format": 1, "inputs": [], "weights": [], "x": 1}', "cannot be read"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    settings_file: bytes, message: str
) -> None:
    with pytest.raises(EncoderError, match=message):
        OnnxEncoder({**small_encoder_files(), SETTINGS: settings_file})


@pytest.mark.parametrize(
    ("name", "data"),
    [(GRAPH, b"no graph"), (GRAPH, b""), (WEIGHTS, b"short"), (TOKENIZER, b"{}")],
)
def test_a_damaged_file_is_one_clear_line_when_the_model_is_opened(
    name: str, data: bytes
) -> None:
    encoder = OnnxEncoder({**small_encoder_files(), name: data})

    with pytest.raises(EncoderError, match=r"cannot be opened.*bot index") as caught:
        encoder.encode_query("tug")

    assert len(str(caught.value).splitlines()) == 1


ASK = """
import pathlib, sys
from bot.encoders.onnx_encoder import OnnxEncoder
folder = pathlib.Path(sys.argv[1])
encoder = OnnxEncoder({each.name: each.read_bytes() for each in folder.iterdir()})
before = "onnxruntime" in sys.modules
vector = encoder.encode_query("tug")
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "scipy"}
print(before, sorted(heavy & set(sys.modules)), vector.tobytes().hex())
"""


def test_asking_imports_nothing_heavy_and_another_process_gives_the_same_bits(
    tmp_path: Path, encoder: Encoder
) -> None:
    for name, data in small_encoder_files().items():
        (tmp_path / name).write_bytes(data)

    printed = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )

    expected = encoder.encode_query("tug").tobytes().hex()
    assert printed.stdout.split() == ["False", "[]", expected]
    assert printed.stderr == ""
