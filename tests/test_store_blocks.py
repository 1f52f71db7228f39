"""Parts of an object that are read again: what was verified, or an error."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import IndexDamagedError
from bot.stores import blocks, holding
from bot.stores.blocks import Blocks, Part
from tests.small_index import TEXTS, build, read, settings, write_corpus


def on_disk(folder: Path, data: bytes) -> Blocks:
    (folder / "object").write_bytes(data)
    return Blocks(folder / "object", data)


@given(
    size=st.integers(0, 40),
    ends=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    slice_=st.tuples(st.integers(0, 45), st.integers(0, 45)),
)
def test_a_slice_of_a_part_is_that_of_its_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    size: int,
    ends: tuple[int, int],
    slice_: tuple[int, int],
) -> None:
    data = bytes(range(size))
    start, end = sorted(min(each, size) for each in ends)
    first, last = slice_
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK", 8)  # several blocks in few bytes
        part = Part(on_disk(tmp_path_factory.mktemp("b"), data), start, end - start)

        assert len(part) == end - start
        assert part[first:last] == data[start:end][first:last]


@pytest.mark.parametrize("position", [0, 4_095, 4_096, 9_999])
def test_a_byte_that_changed_after_opening_is_noticed(
    tmp_path: Path, position: int
) -> None:
    data = os.urandom(10_000)
    opened = on_disk(tmp_path, data)
    changed = bytearray(data)
    changed[position] ^= 1
    (tmp_path / "object").write_bytes(changed)

    with pytest.raises(IndexDamagedError, match="has changed"):
        opened.read(position, position + 1)


def test_a_file_that_was_cut_or_went_is_named(tmp_path: Path) -> None:
    opened = on_disk(tmp_path, bytes(10_000))
    os.truncate(tmp_path / "object", 5_000)
    with pytest.raises(IndexDamagedError, match="object: has changed"):
        opened.read(4_500, 5_500)

    (tmp_path / "object").unlink()
    with pytest.raises(IndexDamagedError, match="object: cannot be read"):
        opened.read(0, 10)


def test_a_text_that_changed_on_the_disk_is_an_error_and_not_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(tmp_path / "corpus", TEXTS)
    config = settings(tmp_path)
    build(config)
    monkeypatch.setattr(holding, "_MOST_HELD", 0)
    with closing(read(config)) as reader:
        texts = [
            bucket.text.sha256
            for collection in reader.manifest.collections
            for bucket in collection.buckets
        ]
        for name in texts:
            file = config.index_path / "objects" / name
            file.write_bytes(file.read_bytes().replace(b"ships", b"SHIPS"))

        with pytest.raises(IndexDamagedError, match="has changed"):
            [reader.text(each.id) for each in reader.documents()]
