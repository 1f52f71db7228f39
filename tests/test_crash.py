"""An index under kills, power cuts, refused operations, damage and many readers.

A sample of the points runs each time. ``BOT_FAULTS=all pytest tests/test_crash.py``
runs every one of them.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, EncoderConfig
from bot.errors import BotError, IndexDamagedError, IndexWriteError
from bot.indexing.rollback import roll_back
from bot.stores import building, locks
from bot.stores.generations import IndexFolder
from bot.stores.manifest import ObjectRef
from bot.stores.objects import Objects
from bot.stores.verifying import verify_index
from tests.faults import Counter, Disk, Fault, refuse, watched
from tests.scenarios import EDITED, SCENARIOS, Answers, Scenario, debris, state
from tests.small_index import (
    TEXTS,
    answers,
    build,
    everything,
    read,
    settings,
    write_corpus,
)

ROOT = Path(__file__).parent.parent
ALL = os.environ.get("BOT_FAULTS") == "all"


def stride(sample: int) -> int:
    """Return the distance between two points: one where all of them are wanted."""
    return 1 if ALL else sample


def killing(mode: str, folder: Path, *numbers: int) -> dict[str, Any]:
    result = subprocess.run(
        [
            sys.executable,
            ROOT / "tests/kill_builds.py",
            mode,
            folder,
            *map(str, numbers),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kill_at_any_operation_leaves_the_old_index_or_the_new(
    name: str, tmp_path: Path
) -> None:
    found = killing(name, tmp_path, 0 if ALL else 8, len(name))

    assert found["problems"] == []
    assert found["kills"] >= found["points"] >= 8


def test_a_kill_at_a_random_moment_never_disturbs_a_reader(tmp_path: Path) -> None:
    found = killing("random", tmp_path, 500 if ALL else 60, 1)

    assert found["problems"] == 0
    assert found["kills"] >= 50
    assert min(found["opened"]) > 10


def cut_everywhere(
    scenario: Scenario, folder: Path, deaf: frozenset[str] = frozenset()
) -> list[str]:
    """Cut the power before every operation of a scenario and after the last one."""
    config = scenario.prepare(folder / "base")
    allowed = scenario.states(folder / "base")
    (folder / "base/index").mkdir(exist_ok=True)
    disk = Disk(config.index_path, deaf=deaf)
    cuts: list[dict[Path, bytes]] = []
    seeded = random.Random(scenario.name)  # noqa: S311 - no secret
    points = Counter()

    def note(operation: str, paths: tuple[Path, ...]) -> None:
        disk(operation, paths)
        points(operation, paths)
        if len(points.names) % stride(7) == 0:
            cuts.extend(survivors())

    def survivors() -> list[dict[Path, bytes]]:
        choices = (lambda: 0, lambda: 1, lambda: seeded.randrange(2))
        return [disk.survivors(choose) for choose in choices]

    with watched(note):
        scenario.act(config)
    disk.settle()
    problems = [
        f"{scenario.name}: cut {number} left neither the old nor the new"
        for number, files in enumerate(cuts)
        if after_cut(scenario, files, folder / "cut") not in allowed
    ]
    problems += [
        f"{scenario.name}: what was committed is lost"
        for files in survivors()
        if after_cut(scenario, files, folder / "cut") != allowed[1]
    ]
    return problems


def after_cut(
    scenario: Scenario, files: dict[Path, bytes], folder: Path
) -> Answers | str | None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in files.items():
        file = folder / "index" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    try:
        return state(scenario.moved(folder))
    except BotError as error:
        return str(error)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_power_cut_leaves_the_old_index_or_the_new_and_keeps_what_was_committed(
    name: str, tmp_path: Path
) -> None:
    assert cut_everywhere(SCENARIOS[name], tmp_path) == []


@pytest.mark.parametrize(
    "deaf", [{"fsync"}, {"fsync-folder"}, {"fsync", "fsync-folder"}]
)
def test_the_power_cuts_find_a_build_that_does_not_sync(
    deaf: set[str], tmp_path: Path
) -> None:
    assert cut_everywhere(SCENARIOS["update"], tmp_path, frozenset(deaf))


def test_an_index_is_built_upon_what_a_power_cut_left(tmp_path: Path) -> None:
    scenario = SCENARIOS["update"]
    config = scenario.prepare(tmp_path / "base")
    disk = Disk(config.index_path)
    with watched(disk):
        build(config)
    expected = answers(config)
    disk.settle()

    for seed in range(5):
        folder = tmp_path / str(seed)
        choose = random.Random(seed)  # noqa: S311 - no secret
        files = disk.survivors(lambda: choose.randrange(2))  # noqa: B023 - called now
        after_cut(scenario, files, folder)
        shutil.copytree(config.corpus_path, folder / "corpus")
        moved = scenario.moved(folder)
        build(moved)

        assert answers(moved) == expected
        assert debris(moved) == []


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EMFILE])
@pytest.mark.parametrize("name", ["first", "update-keeping-one", "roll-back"])
def test_a_refused_operation_is_one_clear_error_and_can_be_tried_again(
    name: str, code: int, *, persistent: bool, tmp_path: Path
) -> None:
    scenario = SCENARIOS[name]
    base = tmp_path / "base"
    scenario.prepare(base)
    allowed = scenario.states(base)
    counter = Counter()
    shutil.copytree(base, tmp_path / "count")
    with watched(counter):
        scenario.act(scenario.moved(tmp_path / "count"))
    descriptors = open_descriptors()

    for point in range(code % stride(11), len(counter.names), stride(11)):
        work = tmp_path / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(base, work)
        config = scenario.moved(work)
        fault = Fault(point, refuse(code), persistent=persistent)
        message = failure(lambda: scenario.act(config), fault)  # noqa: B023 - run now
        assert message is None or os.strerror(code) in message
        assert state(config) in (allowed if message else allowed[1:])
        assert open_descriptors() == descriptors
        build(config)
        assert debris(config) == []


def failure(act: Callable[[], object], fault: Fault) -> str | None:
    """Run something under a fault; return the error, None if it was completed."""
    try:
        with watched(fault):
            act()
    except BotError as error:
        return str(error)
    return None


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


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


def test_a_reader_keeps_its_generation_through_a_hundred_builds(tmp_path: Path) -> None:
    config = settings(tmp_path, keep=1)
    write_corpus(config.corpus_path, TEXTS)
    build(config)
    expected = answers(config)
    with closing(read(config)) as first:
        for number in range(100):
            text = f"# Tug\n\nTug {number} is strong.\n"
            write_corpus(config.corpus_path, {**TEXTS, "ships/tug.md": text})
            build(config)
            with closing(read(config)) as reader:
                assert reader.text("ships/tug.md") == text

        assert not first.is_current()
        # The encoder is read from the disk only now.
        assert {"fingerprint": first.fingerprint, **everything(first)} == expected
        assert len(IndexFolder(config.index_path).generations()) == 2
    build(config)
    assert len(IndexFolder(config.index_path).generations()) == 1
    assert debris(config) == []


def test_without_the_readers_lock_a_held_generation_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        building, "lock_to_remove", lambda path: locks.Lock(os.open(path, os.O_RDONLY))
    )
    config = settings(tmp_path, keep=1)
    write_corpus(config.corpus_path, TEXTS)
    build(config)
    with closing(read(config)) as reader:
        build(dataclasses.replace(config, encoder=EncoderConfig("other-words")))

        with pytest.raises(IndexDamagedError):
            _ = reader.encoder


def test_going_back_makes_the_former_generation_the_index(config: Config) -> None:
    second = answers(config)

    assert roll_back(config) == 1

    assert answers(config) != second
    with closing(read(config)) as reader:
        assert reader.text("ships/tug.md") == TEXTS["ships/tug.md"]
    build(config)
    assert answers(config) == second
    assert debris(config) == []


def test_going_back_to_a_damaged_generation_is_refused(config: Config) -> None:
    folder = IndexFolder(config.index_path)
    before = answers(config)
    with closing(read(config)) as reader:
        current = {each.sha256 for each in reader.manifest.objects()}
    for file in folder.objects.folder.iterdir():
        if file.name not in current:
            file.write_bytes(file.read_bytes()[:-1])

    with pytest.raises(IndexDamagedError):
        roll_back(config)

    assert answers(config) == before


def test_going_back_needs_an_older_generation(tmp_path: Path) -> None:
    config = settings(tmp_path, keep=1)
    write_corpus(config.corpus_path, TEXTS)
    build(config)

    with pytest.raises(BotError, match="no generation before 1"):
        roll_back(config)


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    config = settings(tmp_path)
    write_corpus(config.corpus_path, TEXTS)
    config.index_path.write_text("a file where the folder should be")

    with pytest.raises(IndexWriteError, match="index"):
        build(config)
