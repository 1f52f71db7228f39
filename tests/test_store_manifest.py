"""A manifest judges itself, and its root names the content alone."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.stores.manifest import (
    BucketRef,
    CollectionRef,
    EncoderRef,
    Manifest,
    ManifestError,
    ObjectRef,
    canonical,
    read_manifest,
)


def reference(word: str) -> ObjectRef:
    return ObjectRef(hashlib.sha256(word.encode()).hexdigest(), len(word))


BUCKET = BucketRef("01", "m", 2, 5, *map(reference, ("text", "vectors", "counts")))
MANIFEST = Manifest(
    generation=7,
    parent="f" * 64,
    settings={"chunking": {"max_words": 120}, "analysis": "1"},
    encoder=EncoderRef("name", 384, "", {"model.onnx": reference("model")}),
    collections=(CollectionRef("consortia", (BUCKET,), reference("postings"), {}),),
    sources=reference("sources"),
)


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert read_manifest(MANIFEST.to_bytes()) == MANIFEST


def test_every_object_is_named_once() -> None:
    words = ("sources", "model", "postings", "text", "vectors", "counts")

    assert sorted(MANIFEST.objects(), key=str) == sorted(map(reference, words), key=str)


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_changed_byte_is_refused(position: int, change: int) -> None:
    data = bytearray(MANIFEST.to_bytes())
    data[position % len(data)] ^= change

    with pytest.raises(ManifestError):
        read_manifest(bytes(data))


@given(st.integers(min_value=0))
def test_a_cut_manifest_is_refused(size: int) -> None:
    data = MANIFEST.to_bytes()

    with pytest.raises(ManifestError):
        read_manifest(data[: size % len(data)])


def signed(values: object) -> bytes:
    line = canonical(values)
    return line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"


def values() -> dict[str, object]:
    found: dict[str, object] = json.loads(MANIFEST.to_bytes().partition(b"\n")[0])
    return found


WRONG: tuple[object, ...] = (None, -7, "x", [], {}, [1], {"sha256": "x"})
OUTSIDE = {"generation", "parent"}  # compared with the file's name, and not used


@pytest.mark.parametrize("key", sorted(values().keys() - OUTSIDE))
@pytest.mark.parametrize("value", WRONG)
def test_a_signed_manifest_with_a_wrong_value_is_refused(
    key: str, value: object
) -> None:
    with pytest.raises(ManifestError):
        read_manifest(signed({**values(), key: value}))


@pytest.mark.parametrize("key", sorted(values()))
def test_a_signed_manifest_without_a_key_is_refused(key: str) -> None:
    rest = {name: value for name, value in values().items() if name != key}

    with pytest.raises(ManifestError):
        read_manifest(signed(rest))


@pytest.mark.parametrize("content", [b"", b"\n", b"null", b"[]", b"{", b"[" * 9999])
def test_signed_bytes_that_are_no_manifest_are_refused(content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest().encode()

    with pytest.raises(ManifestError):
        read_manifest(content + b"\n" + digest + b"\n")


@pytest.mark.parametrize(
    "name", ["../" + "a" * 61, "A" * 64, "a" * 63, "a" * 65, "", "a" * 64 + "\n"]
)
def test_an_object_is_named_by_a_hash_and_nothing_else(name: str) -> None:
    with pytest.raises(ManifestError):
        ObjectRef(name, 3)


def test_the_size_of_an_object_is_a_number() -> None:
    with pytest.raises(ManifestError):
        ObjectRef("a" * 64, "3")  # type: ignore[arg-type] # what a file may say


@pytest.mark.parametrize(
    "change",
    [
        {"generation": 8},
        {"parent": None},
        {"sources": reference("others")},
        {"encoder": dataclasses.replace(MANIFEST.encoder, model="folder")},
        {"encoder": dataclasses.replace(MANIFEST.encoder, files={})},
    ],
)
def test_the_root_is_that_of_the_content_alone(change: dict[str, object]) -> None:
    other = dataclasses.replace(MANIFEST, **change)  # type: ignore[arg-type] # fields

    assert other.root == MANIFEST.root


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {}},
        {"encoder": dataclasses.replace(MANIFEST.encoder, name="other")},
        {"collections": ()},
    ],
)
def test_other_content_has_another_root(change: dict[str, object]) -> None:
    other = dataclasses.replace(MANIFEST, **change)  # type: ignore[arg-type] # fields

    assert other.root != MANIFEST.root


def test_equal_values_have_one_form() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1})
    with pytest.raises(ValueError, match="Out of range"):
        canonical(float("nan"))
