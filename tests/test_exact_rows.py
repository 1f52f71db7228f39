"""Vectors that are read when they are needed: what was verified, or an error."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from threading import BoundedSemaphore

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dense import Floats
from bot.errors import IndexDamagedError
from bot.stores import exact_rows, holding
from bot.stores.exact_rows import ExactRows
from tests.small_index import TEXTS, build, everything, read, settings, write_corpus
from tests.test_dense import unit_rows

DIMENSIONS = 6
BEFORE = b"keys of some length"


def stored(folder: Path, counts: list[int], seed: int = 1) -> tuple[ExactRows, Floats]:
    """Write files of so many vectors; their rows take turns through the files."""
    vectors = unit_rows(seed, sum(counts), DIMENSIONS)
    order = np.random.default_rng(seed).permutation(len(vectors))
    files = [folder / f"{number}" for number in range(len(counts))]
    exact = ExactRows(files, counts, DIMENSIONS)
    start = 0
    for number, (file, count) in enumerate(zip(files, counts, strict=True)):
        rows = order[start : start + count]
        file.write_bytes(BEFORE + vectors[rows].tobytes())
        exact.expect(number, len(BEFORE), rows, vectors[rows])
        start += count
    return exact, vectors


def open_files() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


@given(
    counts=st.lists(st.integers(0, 9), min_size=1, max_size=6),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_any_rows_in_any_order_are_given_back(
    tmp_path_factory: pytest.TempPathFactory,
    counts: list[int],
    seed: int,
    data: st.DataObject,
) -> None:
    exact, vectors = stored(tmp_path_factory.mktemp("rows"), counts, seed)
    wanted = st.lists(st.integers(0, max(len(vectors) - 1, 0)), max_size=20)
    rows = np.array(data.draw(wanted) if len(vectors) else [], np.int64)

    with closing(exact):
        assert exact(rows).tolist() == vectors[rows].tolist()


def test_more_files_than_are_kept_open_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact_rows, "_SLOTS", BoundedSemaphore(2))
    exact, vectors = stored(tmp_path, [3] * 8)
    before = open_files()

    with closing(exact):
        for _ in range(3):
            assert exact(np.arange(24)).tolist() == vectors.tolist()
        during = open_files()

    assert during - before == 2
    assert open_files() == before


@pytest.mark.parametrize("position", [0, 5, 4 * DIMENSIONS - 1])
def test_a_byte_that_changed_after_opening_is_noticed(
    tmp_path: Path, position: int
) -> None:
    exact, _ = stored(tmp_path, [4])
    data = bytearray((tmp_path / "0").read_bytes())
    data[len(BEFORE) + position] ^= 1
    (tmp_path / "0").write_bytes(data)

    with closing(exact), pytest.raises(IndexDamagedError, match="has changed"):
        exact(np.arange(4))


def test_vectors_that_changed_places_are_noticed(tmp_path: Path) -> None:
    exact, vectors = stored(tmp_path, [2])
    body = (tmp_path / "0").read_bytes()[len(BEFORE) :]
    half = len(body) // 2
    (tmp_path / "0").write_bytes(BEFORE + body[half:] + body[:half])

    with closing(exact), pytest.raises(IndexDamagedError, match="has changed"):
        exact(np.arange(len(vectors)))


def test_a_file_that_was_cut_or_went_is_named(tmp_path: Path) -> None:
    exact, _ = stored(tmp_path, [2, 2])
    with closing(exact):
        os.truncate(tmp_path / "0", len(BEFORE) + 5)
        (tmp_path / "1").unlink()

        for _ in range(2):
            with pytest.raises(IndexDamagedError, match=r"ends before|missing|cannot"):
                exact(np.arange(4))


@pytest.mark.parametrize("limit", ["_MOST_WHOLE", "_MOST_HELD"])
def test_an_index_says_the_same_with_texts_and_vectors_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    write_corpus(tmp_path / "corpus", TEXTS)
    config = settings(tmp_path)
    build(config)
    with closing(read(config)) as reader:
        held = everything(reader)
    monkeypatch.setattr(holding, limit, 0)

    with closing(read(config)) as reader:
        assert everything(reader) == held
