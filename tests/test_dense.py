"""Vector search: exact, in a fixed order, whatever the machine does around it."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dense import Floats, cosines, nearest


def unit_rows(seed: int, rows: int, dimensions: int, spread: float = 1.0) -> Floats:
    """Make random unit rows; a small spread makes them all nearly the same."""
    generator = np.random.default_rng(seed)
    centre = generator.normal(size=dimensions)
    noise = generator.normal(size=(rows, dimensions))
    vectors = (1 - spread) * centre + spread * noise
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32)


@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 200),
    dimensions=st.sampled_from([1, 3, 16, 384]),
    spread=st.sampled_from([1.0, 1e-3, 1e-6, 0.0]),
    k=st.integers(1, 220),
)
def test_the_nearest_rows_are_those_of_the_exact_cosines(
    seed: int, rows: int, dimensions: int, spread: float, k: int
) -> None:
    query, *_ = vectors = unit_rows(seed, rows, dimensions, spread)
    exact = cosines(query, vectors)
    expected = sorted(range(rows), key=lambda row: (-exact[row], row))[:k]

    found, scores = nearest(query, vectors, k)

    assert found.tolist() == expected
    assert scores.tolist() == exact[expected].tolist()


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 50))
def test_a_row_has_the_same_cosine_whatever_rows_are_beside_it(
    seed: int, rows: int
) -> None:
    query, *_ = vectors = unit_rows(seed, rows, 384)

    alone = [cosines(query, vectors[row : row + 1])[0] for row in range(rows)]

    assert cosines(query, vectors).tolist() == alone


def test_a_cosine_is_the_exact_sum_rounded_once() -> None:
    query, *_ = vectors = unit_rows(1, 20, 384)

    exact = vectors.astype(np.longdouble) @ query.astype(np.longdouble)

    assert cosines(query, vectors).tolist() == exact.astype(np.float32).tolist()


def test_many_blocks_give_what_one_gives() -> None:
    query, *_ = vectors = unit_rows(2, 10_000, 4)

    halves = [cosines(query, vectors[:5_000]), cosines(query, vectors[5_000:])]

    assert cosines(query, vectors).tolist() == np.concatenate(halves).tolist()


def test_equal_rows_come_in_their_order() -> None:
    [query] = unit_rows(3, 1, 8)
    vectors = np.repeat(query[None], 100, axis=0)

    rows, _ = nearest(query, vectors, 7)

    assert rows.tolist() == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("k", [0, -1])
def test_nothing_wanted_is_nothing_found(k: int) -> None:
    query, *_ = vectors = unit_rows(4, 5, 8)

    rows, scores = nearest(query, vectors, k)

    assert rows.size == scores.size == 0


def test_no_rows_give_no_rows() -> None:
    [query] = unit_rows(5, 1, 8)

    rows, scores = nearest(query, np.empty((0, 8), dtype=np.float32), 3)

    assert rows.size == scores.size == 0


@pytest.mark.parametrize("shape", [(3, 7), (8,), (3, 8, 1)])
def test_vectors_of_another_encoder_are_refused(shape: tuple[int, ...]) -> None:
    [query] = unit_rows(6, 1, 8)

    with pytest.raises(ValueError, match="must be"):
        nearest(query, np.zeros(shape, dtype=np.float32), 3)


SEARCH = """
import numpy as np
from bot.dense import nearest
vectors = np.random.default_rng(7).normal(size=(20_000, 384)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
rows, scores = nearest(vectors[5], vectors, 50)
print(rows.tobytes().hex(), scores.tobytes().hex())
"""


def test_the_number_of_threads_does_not_change_a_bit() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", SEARCH],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            check=True,
            capture_output=True,
        ).stdout
        for threads in ("1", "2")
    }

    assert len(found) == 1
