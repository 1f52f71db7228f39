"""Vectors at a byte a number: the search is that of the exact vectors, to the bit."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import narrow as narrowing
from bot.dense import Floats, Rows, nearest
from bot.narrow import HeldVectors, NarrowVectors, likeness, rounded
from tests.test_dense import unit_rows


@dataclass
class Counting:
    """Gives exact vectors, and counts how many were asked for."""

    vectors: Floats
    asked: list[int] = field(default_factory=list)

    def __call__(self, rows: Rows, /) -> Floats:
        """Return the vectors of some rows."""
        self.asked.extend(rows.tolist())
        taken: Floats = self.vectors[rows]
        return taken

    def close(self) -> None:
        """Nothing is open."""


def narrow(vectors: Floats, some: int = 7) -> NarrowVectors:
    rows = np.arange(len(vectors))
    parts = (
        (rows[at : at + some], vectors[at : at + some])
        for at in range(0, len(vectors), some)
    )
    return NarrowVectors.of(parts, vectors.shape, HeldVectors(vectors))


@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 400),
    dimensions=st.sampled_from([1, 3, 16, 384]),
    spread=st.sampled_from([1.0, 1e-1, 1e-3, 1e-6, 0.0]),
    k=st.integers(0, 60),
)
def test_the_nearest_rows_are_those_of_the_exact_vectors(
    seed: int, rows: int, dimensions: int, spread: float, k: int
) -> None:
    query, *_ = vectors = unit_rows(seed, rows, dimensions, spread)
    expected, cosines = nearest(query, vectors, k)

    found, scores = narrow(vectors).nearest(query, k)

    assert found.tolist() == expected.tolist()
    assert scores.tolist() == cosines.tolist()


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-3, 1.0, 50.0]))
def test_rows_of_any_length_are_ranked_exactly(seed: int, scale: float) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(300, 12)).astype(np.float32) * np.float32(scale)
    vectors[::50] = 0  # a text without a token has no direction
    query = unit_rows(seed, 1, 12)[0]
    expected, _ = nearest(query, vectors, 9)

    found, _ = narrow(vectors).nearest(query, 9)

    assert found.tolist() == expected.tolist()


def test_few_rows_of_many_are_read() -> None:
    query, *_ = vectors = unit_rows(1, 20_000, 384)
    exact = Counting(vectors)
    rows = np.arange(len(vectors))
    found = NarrowVectors.of([(rows, vectors)], vectors.shape, exact)

    found.nearest(query, 10)

    assert len(exact.asked) == len(set(exact.asked))
    assert 10 <= len(exact.asked) < 200


def test_a_row_stands_in_a_byte_a_number() -> None:
    vectors = unit_rows(2, 100, 384)

    assert narrow(vectors).codes.nbytes + narrow(vectors).scales.nbytes == 100 * 388


def test_no_rows_give_no_rows() -> None:
    [query] = unit_rows(3, 1, 8)

    rows, scores = narrow(np.empty((0, 8), np.float32)).nearest(query, 3)

    assert rows.size == scores.size == 0


@pytest.mark.parametrize("shape", [(7,), (1, 8), ()])
def test_a_query_of_another_encoder_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="must be"):
        narrow(unit_rows(4, 20, 8)).nearest(np.zeros(shape, np.float32), 3)


@pytest.mark.parametrize("share", [1, 50, 399])
def test_shares_of_the_rows_give_what_all_at_once_give(
    monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    monkeypatch.setattr(narrowing, "_SHARE", share)
    query, *_ = vectors = unit_rows(5, 400, 16)
    expected, cosines = nearest(query, vectors, 9)

    for _ in range(20):
        found, scores = narrow(vectors).nearest(query, 9)

        assert found.tolist() == expected.tolist()
        assert scores.tolist() == cosines.tolist()


def test_a_fault_in_a_share_of_another_core_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(narrowing, "_SHARE", 1)
    vectors = narrow(unit_rows(6, 50, 16))
    short = dataclasses.replace(vectors, scales=vectors.scales[:49])

    with pytest.raises(ValueError, match="broadcast"):
        short.nearest(unit_rows(6, 1, 16)[0], 3)


SEARCH = """
import os
import sys
import numpy as np
from bot.narrow import HeldVectors, NarrowVectors
os.sched_setaffinity(0, [*os.sched_getaffinity(0)][: int(sys.argv[1])])
vectors = np.random.default_rng(7).normal(size=(50_000, 96)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
held = HeldVectors(vectors)
narrow = NarrowVectors.of([(np.arange(50_000), vectors)], vectors.shape, held)
rows, scores = narrow.nearest(vectors[5], 50)
print(rows.tobytes().hex(), scores.tobytes().hex(), narrow.codes[::99].tobytes().hex())
"""


def test_the_number_of_threads_does_not_change_a_bit() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", SEARCH, threads],
            env={
                **os.environ,
                "OPENBLAS_NUM_THREADS": threads,
                "OMP_NUM_THREADS": threads,
            },
            check=True,
            capture_output=True,
        ).stdout
        for threads in ("1", "2")
    }

    assert len(found) == 1


@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(0, 40),
    dimensions=st.sampled_from([1, 16, 384, 1536]),
)
def test_likeness_is_that_of_whole_numbers_to_the_bit(
    seed: int, rows: int, dimensions: int
) -> None:
    vectors = unit_rows(seed, rows, dimensions)
    codes, scales = rounded(vectors)
    whole = codes.astype(np.int64) @ codes.T.astype(np.int64)

    found = likeness(codes, scales)

    expected = whole.astype(np.float32) * scales[:, None] * scales
    assert found.tolist() == expected.tolist()
    assert np.allclose(found, vectors @ vectors.T, atol=0.02)


def test_the_bytes_of_rows_are_those_that_were_kept() -> None:
    vectors = unit_rows(5, 30, 16)
    rows = np.array([7, 3])

    codes, scales = narrow(vectors).rounded(rows)

    expected, factors = rounded(vectors[rows])
    assert (codes.tolist(), scales.tolist()) == (expected.tolist(), factors.tolist())
