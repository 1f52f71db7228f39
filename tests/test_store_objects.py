"""Objects and cached vectors are what was written, or they are not used."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import fsio
from bot.errors import IndexDamagedError
from bot.stores.manifest import ObjectRef
from bot.stores.objects import Objects, ObjectWriter
from bot.stores.vector_cache import open_cache


@pytest.fixture
def writer(tmp_path: Path) -> ObjectWriter:
    for name in ("objects", "tmp"):
        (tmp_path / name).mkdir()
    return ObjectWriter(Objects(tmp_path / "objects"), tmp_path / "tmp")


def test_an_object_is_named_by_its_checksum(writer: ObjectWriter) -> None:
    reference = writer.put([b"one ", b"two"])
    writer.sync()

    assert reference == ObjectRef(hashlib.sha256(b"one two").hexdigest(), 7)
    assert writer.objects.read(reference) == b"one two"
    assert list(writer.workspace.iterdir()) == []


def test_an_object_that_is_there_is_not_written_again(writer: ObjectWriter) -> None:
    writer.put([b"data"])
    writer.put([b"da", b"ta"])

    assert writer.written == 4


@pytest.mark.parametrize("damage", [b"dat", b"dbta", b""])
def test_a_damaged_object_is_refused_and_written_anew(
    writer: ObjectWriter, damage: bytes
) -> None:
    reference = writer.put([b"data"])
    writer.objects.path(reference).write_bytes(damage)

    with pytest.raises(IndexDamagedError, match=reference.sha256):
        writer.objects.read(reference)
    writer.put([b"data"])

    assert writer.objects.read(reference) == b"data"


def test_a_missing_object_is_refused(writer: ObjectWriter) -> None:
    reference = ObjectRef("0" * 64, 4)

    for ask in (writer.objects.read, writer.objects.check_size):
        with pytest.raises(IndexDamagedError, match="is missing"):
            ask(reference)


def test_the_size_of_an_object_is_checked_without_reading_it(
    writer: ObjectWriter,
) -> None:
    reference = writer.put([b"data"])
    writer.objects.check_size(reference)
    writer.objects.path(reference).write_bytes(b"data and more")

    with pytest.raises(IndexDamagedError, match="13 bytes, not 4"):
        writer.objects.check_size(reference)


def test_a_folder_in_the_place_of_an_object_is_damage(writer: ObjectWriter) -> None:
    reference = ObjectRef("0" * 64, 4)
    writer.objects.path(reference).mkdir()

    with pytest.raises(IndexDamagedError, match="cannot be read"):
        writer.objects.read(reference)


def test_large_objects_are_read_beside_each_other_in_order(
    writer: ObjectWriter,
) -> None:
    contents = [bytes([number]) * (3 << 20) for number in range(4)]
    references = [writer.put([each]) for each in contents]

    assert writer.objects.read_all(references) == contents
    writer.objects.path(references[2]).unlink()
    with pytest.raises(IndexDamagedError, match=references[2].sha256):
        writer.objects.read_all(references)


def key(number: int) -> bytes:
    return hashlib.sha256(bytes([number])).digest()


def vector(number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.full((1, 4), number, np.float32)


@given(
    numbers=st.lists(st.integers(0, 9), max_size=8),
    lost=st.integers(0, 60),
    changed=st.integers(0, 500),
)
def test_a_cache_gives_back_vectors_and_forgets_what_was_damaged(
    numbers: list[int],
    lost: int,
    changed: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("cache") / "cache"
    with open_cache(file, "encoder", 4) as cache:
        for number in numbers:
            cache.add([key(number)], vector(number))
        assert np.array_equal(
            cache.get([key(number) for number in numbers]),
            np.concatenate([np.empty((0, 4)), *map(vector, numbers)]),
        )
    data = bytearray(file.read_bytes())
    if changed < len(data):
        data[changed] ^= 1
    file.write_bytes(data[: max(len(data) - lost, 0)])

    with open_cache(file, "encoder", 4) as cache:
        left = [number for number in numbers if key(number) in cache]
        for number in left:
            assert np.array_equal(cache.get([key(number)]), vector(number))
        cache.add([key(200)], vector(200))
    with open_cache(file, "encoder", 4) as cache:
        assert all(key(number) in cache for number in [*left, 200])


def test_a_whole_cache_is_used_whole(tmp_path: Path) -> None:
    with open_cache(tmp_path / "cache", "encoder", 4) as cache:
        cache.add([key(n) for n in range(9)], np.concatenate([*map(vector, range(9))]))

    with open_cache(tmp_path / "cache", "encoder", 4) as cache:
        assert all(key(number) in cache for number in range(9))


@pytest.mark.parametrize(("encoder", "dimensions"), [("other", 4), ("encoder", 8)])
def test_the_cache_of_another_encoder_is_emptied(
    tmp_path: Path, encoder: str, dimensions: int
) -> None:
    with open_cache(tmp_path / "cache", "encoder", 4) as cache:
        cache.add([key(1)], vector(1))

    with open_cache(tmp_path / "cache", encoder, dimensions) as cache:
        assert key(1) not in cache


def test_a_cache_longer_than_one_block_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.stores.vector_cache._BLOCK", 100)  # less than two records
    with open_cache(tmp_path / "cache", "encoder", 4) as cache:
        for number in range(9):
            cache.add([key(number)], vector(number))

    with open_cache(tmp_path / "cache", "encoder", 4) as cache:
        assert all(key(number) in cache for number in range(9))


def test_objects_are_read_through_the_announced_operations(
    writer: ObjectWriter,
) -> None:
    reference = writer.put([b"data"])

    assert fsio.read(writer.objects.path(reference)) == b"data"
