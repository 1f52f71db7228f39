"""Archives hold arrays and bytes, and are read without trust."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bot.stores.archive import Archive, ArchiveError, Part, pack

KINDS = ("|u1", "<i4", "<i8", "<f4", "<f8")
shapes = arrays.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=5)
parts = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(KINDS).flatmap(lambda kind: arrays.arrays(kind, shapes)),
)


def packed(content: dict[str, Part]) -> bytes:
    return b"".join(pack(content))


@given(st.dictionaries(st.text(max_size=10), parts, max_size=5))
def test_what_is_packed_is_found_again(content: dict[str, Part]) -> None:
    archive = Archive(packed(content))

    found = archive.all()
    assert list(found) == list(content)
    for name, part in content.items():
        if isinstance(part, bytes):
            assert archive.blob(name) == part
        else:
            array = archive.array(name, part.dtype.str, part.shape)
            assert array.tobytes() == part.tobytes()
            assert not array.flags.writeable


@given(st.dictionaries(st.text(max_size=10), parts, min_size=1, max_size=3), st.data())
def test_an_archive_of_another_length_is_refused(
    content: dict[str, Part], data: st.DataObject
) -> None:
    whole = packed(content)
    size = data.draw(st.integers(0, len(whole) - 1))

    for wrong in (whole[:size], whole + b"\0"):
        with pytest.raises(ArchiveError):
            Archive(wrong)


@given(st.binary(max_size=300))
def test_any_other_bytes_are_refused_and_never_crash(data: bytes) -> None:
    with pytest.raises(ArchiveError):
        Archive(data if data.strip() != b"[]" else b"")


@pytest.mark.parametrize(
    "header",
    [
        [["a", "<f4", [1 << 40]]],  # 4 TB
        [["a", "<f4", [1 << 40, 0]], ["b", "bytes", [1 << 40]]],
        [["a", "<f4", [-1]]],
        [["a", "<f4", [True]]],
        [["a", "<f4", 4]],
        [["a", "<f4", [1.0]]],
        [["a", "|O", [1]]],
        [["a", ["<f4"], [1]]],
        [["a", "bytes", [1, 1]]],
        [["a", "bytes"]],
        [["a", "<U4", [1]]],
        {"a": 1},
        3,
        None,
    ],
)
def test_a_header_that_lies_is_refused_before_anything_is_allocated(
    header: object,
) -> None:
    line = json.dumps(header).encode()

    with pytest.raises(ArchiveError):
        Archive(line + b" " * (63 - len(line)) + b"\n" + bytes(64))


def test_a_deep_header_is_refused() -> None:
    with pytest.raises(ArchiveError):
        Archive(b"[" * 60_000 + b"\n")


def test_a_part_of_another_name_type_or_shape_is_refused() -> None:
    archive = Archive(packed({"a": np.zeros((2, 3), "<i4"), "b": b"text"}))

    assert archive.array("a", "<i4", (None, 3)).shape == (2, 3)
    for name, kind, shape in [
        ("a", "<i8", (2, 3)),
        ("a", "<i4", (2, 4)),
        ("a", "<i4", (6,)),
        ("b", "<i4", (2, 3)),
        ("c", "<i4", (2, 3)),
    ]:
        with pytest.raises(ArchiveError):
            archive.array(name, kind, shape)
    with pytest.raises(ArchiveError):
        archive.blob("a")


def test_numbers_are_little_endian_whatever_they_were() -> None:
    big, little = np.array([1, 2], ">i4"), np.array([1, 2], "<i4")

    assert packed({"a": big}) == packed({"a": little})


def test_an_array_of_objects_is_not_packed() -> None:
    with pytest.raises(ArchiveError):
        pack({"a": np.array([{}], object)})


def test_parts_start_at_multiples_of_64_bytes() -> None:
    data = packed({"a": b"x", "b": np.array([7], "<i8")})

    assert len(data) % 64 == 0
    assert data.index((7).to_bytes(8, "little")) % 64 == 0
