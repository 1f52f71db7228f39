"""Any changed, cut or missing byte of an index is noticed, or it is harmless."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.config import Config
from bot.errors import BotError, IndexDamagedError
from bot.stores.generations import IndexFolder
from bot.stores.manifest import ObjectRef
from bot.stores.objects import Objects
from bot.stores.verifying import verify_index
from tests.faults import stride
from tests.scenarios import EDITED, Answers
from tests.small_index import (
    TEXTS,
    answers,
    build,
    read,
    settings,
    write_corpus,
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Two generations, the second of them current."""
    config = settings(tmp_path)
    for texts in (TEXTS, EDITED):
        write_corpus(config.corpus_path, texts)
        build(config)
    return config


Place = tuple[Path, int]  # a file and a position in it


def places_in(config: Config, sample: int) -> list[Place]:
    """Return places all over the index, and every one of CURRENT and its manifest."""
    folder = IndexFolder(config.index_path)
    whole = {folder.manifest_path(2), folder.path / "CURRENT"}
    files = sorted(each for each in config.index_path.rglob("*") if each.is_file())
    total = sum(each.stat().st_size for each in files)
    step = stride(max(total // sample, 1))
    return [
        (file, position)
        for file in files
        for position in range(0, file.stat().st_size, 1 if file in whole else step)
    ]


@contextmanager
def changed(place: Place) -> Iterator[None]:
    """Change one byte, for a while."""
    file, position = place
    with file.open("r+b", buffering=0) as opened:
        opened.seek(position)
        (byte,) = opened.read(1)
        opened.seek(position)
        opened.write(bytes([byte ^ (position % 255 + 1)]))
        yield
        opened.seek(position)
        opened.write(bytes([byte]))


def silent_changes(config: Config, places: list[Place]) -> list[str]:
    """Change one byte at each place; return what was read wrong without an error."""
    expected = answers(config)
    problems = []
    for file, position in places:
        with changed((file, position)):
            found = seen(config)
        if isinstance(found, str):
            noticed = file.name in found or "format" in found
        else:
            noticed = found == expected  # harmless
        if not noticed:
            problems.append(f"{file.name} at {position}: {found}")
    return problems


def seen(config: Config) -> Answers | str:
    """Return what the index says, or the error that it is refused with."""
    try:
        return answers(config)
    except BotError as error:
        return str(error)


def test_a_changed_byte_is_noticed_or_harmless(config: Config) -> None:
    places = places_in(config, 2000)

    assert len(places) > 2000
    assert silent_changes(config, places) == []


def test_the_changed_bytes_find_a_reader_that_does_not_check(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(read(config)) as reader:
        bucket = reader.manifest.collections[0].buckets[0]
        file = IndexFolder(config.index_path).objects.path(bucket.vectors)

    def trusting(objects: Objects, reference: ObjectRef) -> bytes:
        return objects.path(reference).read_bytes()

    monkeypatch.setattr(Objects, "read", trusting)

    assert silent_changes(config, [(file, bucket.vectors.size - 64)])


def test_verifying_finds_every_changed_byte(config: Config) -> None:
    assert verify_index(config.index_path) == []

    for file, position in places_in(config, 3500)[:: stride(7)]:
        if file.name == "LOCK":
            continue
        with changed((file, position)):
            try:
                found = verify_index(config.index_path)
            except BotError as error:
                found = [str(error)]
        assert found, f"{file} at {position}"


@pytest.mark.parametrize("keep", [0, 1, 0.5, -1])
def test_a_cut_or_missing_file_is_an_error_that_names_it(
    config: Config, keep: float
) -> None:
    folder = IndexFolder(config.index_path)
    with closing(read(config)) as reader:
        objects = [folder.objects.path(each) for each in reader.manifest.objects()]
        sources = folder.objects.path(reader.manifest.sources)
    for file in [folder.manifest_path(2), *objects]:
        if file == sources:
            continue  # read by the next build only
        original = file.read_bytes()
        size = len(original) - 1 if keep == 1 else int(len(original) * keep)
        if keep < 0:
            file.unlink()
        else:
            file.write_bytes(original[:size])

        with pytest.raises(IndexDamagedError, match=file.name) as caught:
            answers(config)

        assert "bot index --rebuild" in str(caught.value)
        file.write_bytes(original)
