"""An index that is signed but senseless, as a stranger might hand it over."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.errors import IndexDamagedError
from bot.lexical.bm25 import LuceneBM25, Postings
from bot.stores.archive import Archive, pack
from bot.stores.generations import IndexFolder, Pointer
from bot.stores.manifest import Manifest, ObjectRef
from bot.stores.merging import merge_counts
from bot.stores.objects import Objects
from bot.stores.verifying import verify_index
from tests.small_index import TEXTS, build, read, settings, write_corpus

Parts = Mapping[str, Any]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_corpus(tmp_path / "corpus", TEXTS)
    config = settings(tmp_path)
    build(config)
    return config


def put(folder: IndexFolder, data: bytes) -> ObjectRef:
    reference = ObjectRef(hashlib.sha256(data).hexdigest(), len(data))
    folder.objects.path(reference).write_bytes(data)
    return reference


def sign(folder: IndexFolder, manifest: Manifest) -> None:
    """Make a manifest the current one, with all checksums as they should be."""
    data = manifest.to_bytes()
    folder.manifest_path(manifest.generation).write_bytes(data)
    pointer = Pointer(manifest.generation, hashlib.sha256(data).hexdigest())
    (folder.path / "CURRENT").write_bytes(pointer.to_bytes())


def forge(config: Config, role: str, change: Callable[[bytes], bytes]) -> ObjectRef:
    """Change an object of the first bucket or collection, and sign everything anew."""
    folder = IndexFolder(config.index_path)
    with closing(read(config)) as reader:
        manifest = reader.manifest
    collection = manifest.collections[0]
    bucket = collection.buckets[0]
    old: ObjectRef = getattr(collection if role == "postings" else bucket, role)
    new = put(folder, change(folder.objects.path(old).read_bytes()))
    if role == "postings":
        collection = dataclasses.replace(collection, postings=new)
    else:
        bucket = dataclasses.replace(bucket, **{role: new})  # type: ignore[arg-type] # a field
        collection = dataclasses.replace(collection, buckets=(bucket,))
    collections = (collection, *manifest.collections[1:])
    sign(folder, dataclasses.replace(manifest, collections=collections))
    return new


def parts_changed(**changes: Callable[[Any], object]) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        parts: dict[str, Any] = Archive(data).all()
        for name, act in changes.items():
            parts[name] = act(parts[name])
        return b"".join(pack(parts))

    return change


def first_set(value: float) -> Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]:
    def act(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        copy = array.copy()
        copy.flat[0] = value
        return copy

    return act


@pytest.mark.parametrize(
    ("role", "change"),
    [
        ("text", lambda _: b""),
        ("text", lambda _: b"[]\n"),
        ("text", lambda data: data[:-64]),
        ("text", parts_changed(ids=lambda _: b"[")),
        ("text", parts_changed(chunks=lambda array: array[:-1])),
        ("vectors", lambda _: b""),
        ("vectors", parts_changed(vectors=lambda array: array[:-1])),
        ("vectors", parts_changed(vectors=lambda array: array[:, :-1])),
        ("vectors", parts_changed(keys=lambda array: array[:, :-1])),
        ("postings", lambda _: b""),
        ("postings", parts_changed(rows=first_set(10**6))),
        ("postings", parts_changed(rows=first_set(-1))),
        ("postings", parts_changed(offsets=first_set(1))),
        ("postings", parts_changed(lengths=lambda array: np.append(array, 1))),
        ("postings", parts_changed(terms=lambda _: b"")),
        ("postings", parts_changed(terms=lambda _: b"\xff")),
    ],
)
def test_signed_parts_that_do_not_fit_are_refused_by_name(
    config: Config, role: str, change: Callable[[bytes], bytes]
) -> None:
    forged = forge(config, role, change)

    with pytest.raises(IndexDamagedError, match=forged.sha256):
        read(config).close()


@pytest.mark.parametrize(
    ("role", "change"),
    [
        ("text", parts_changed(ids=lambda _: b'["other"]')),
        ("vectors", parts_changed(vectors=first_set(float("nan")))),
        ("vectors", parts_changed(vectors=lambda array: array * 2)),
        ("postings", parts_changed(counts=first_set(99))),
        ("text", parts_changed(chunks=first_set(10**6))),
        ("text", parts_changed(chunks=first_set(-3))),
        ("text", parts_changed(sentences=first_set(-1))),
        ("text", parts_changed(records=lambda data: b"x" * len(data))),
        (
            "text",
            parts_changed(records=lambda data: data.replace(b"readme", b"README")),
        ),
        ("text", parts_changed(texts=lambda data: b"\xff" * len(data))),
    ],
)
def test_verifying_finds_what_cannot_be_true(
    config: Config, role: str, change: Callable[[bytes], bytes]
) -> None:
    assert verify_index(config.index_path) == []

    forge(config, role, change)

    (problem,) = verify_index(config.index_path)
    assert "--rebuild" in problem


def test_a_manifest_of_another_number_is_refused(config: Config) -> None:
    folder = IndexFolder(config.index_path)
    with closing(read(config)) as reader:
        manifest = reader.manifest
    sign(folder, dataclasses.replace(manifest, generation=2))
    folder.manifest_path(2).rename(folder.manifest_path(1))
    pointer = folder.pointer()
    (config.index_path / "CURRENT").write_bytes(
        dataclasses.replace(pointer, generation=1).to_bytes()
    )

    with pytest.raises(IndexDamagedError, match="is that of generation 2"):
        read(config)
    assert verify_index(config.index_path)


def test_verifying_names_a_missing_manifest(config: Config) -> None:
    IndexFolder(config.index_path).manifest_path(1).unlink()

    (problem,) = verify_index(config.index_path)

    assert "00000001.json: is missing" in problem


def test_a_malformed_list_of_sources_is_refused_by_the_next_build(
    config: Config,
) -> None:
    folder = IndexFolder(config.index_path)
    with closing(read(config)) as reader:
        manifest = reader.manifest
    for data in (b"[\n", b'["path"]\n', b"3\n", b'["p","s",[[1]],[]]\n'):
        sources = put(folder, data)
        sign(folder, dataclasses.replace(manifest, sources=sources))

        with pytest.raises(IndexDamagedError, match=sources.sha256):
            build(config)
    build(config, rebuild=True)


def test_an_encoder_that_is_not_the_named_one_is_refused(config: Config) -> None:
    folder = IndexFolder(config.index_path)
    with closing(read(config)) as reader:
        manifest = reader.manifest
    files = {**manifest.encoder.files, "encoder.json": put(folder, b"other-words")}
    encoder = dataclasses.replace(manifest.encoder, files=files)
    sign(folder, dataclasses.replace(manifest, encoder=encoder))

    with (
        closing(read(config)) as reader,
        pytest.raises(IndexDamagedError, match="other"),
    ):
        _ = reader.encoder


bucket_terms = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=5)


@given(
    buckets=st.lists(bucket_terms, max_size=4),
    order=st.randoms(use_true_random=False),
    block=st.integers(1, 9),
)
def test_merging_in_little_memory_is_merging(
    buckets: list[list[list[str]]],
    order: Any,  # noqa: ANN401 - hypothesis's own random
    block: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    objects = Objects(tmp_path_factory.mktemp("objects"))
    parts = [counts(passages) for passages in buckets]
    references = []
    for part in parts:
        content = b"".join(pack(part.to_arrays()))
        name = hashlib.sha256(content).hexdigest()
        (objects.folder / name).write_bytes(content)
        references.append(ObjectRef(name, len(content)))
    places = list(range(sum(map(len, buckets))))
    order.shuffle(places)
    rows, start = [], 0
    for passages in buckets:
        end = start + len(passages)
        rows.append(np.array(sorted(places[start:end]), np.int64))
        start = end
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.stores.merging._SORTED_AT_ONCE", block)
        found = merge_counts(objects, references, rows)

    expected = Postings.merge(parts, rows)
    assert found.terms == expected.terms
    for name in ("offsets", "rows", "counts", "lengths"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))


def counts(passages: list[list[str]]) -> Postings:
    return Postings.from_model(LuceneBM25(passages))
