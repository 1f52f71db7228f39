"""Builds that are killed, lose power, are refused an operation or run out of disk.

A sample of the points runs each time; ``BOT_FAULTS=all pytest tests/test_crash.py
tests/test_store_bytes.py`` runs every one of them.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BotError, IndexWriteError
from bot.stores.verifying import verify_index
from tests.faults import ALL, Counter, Disk, Fault, refuse, stride, watched
from tests.programs import printed
from tests.scenarios import SCENARIOS, Answers, Scenario, debris, state
from tests.small_index import (
    TEXTS,
    answers,
    build,
    settings,
    write_corpus,
)


def killing(mode: str, folder: Path, *numbers: int) -> dict[str, Any]:
    return printed("tests.kill_builds", mode, folder, *numbers)


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


def test_of_builders_at_once_one_builds_and_the_others_say_so_or_wait(
    tmp_path: Path,
) -> None:
    found = killing("together", tmp_path, 6)

    assert set(found["codes"]) <= {0, 4}  # built or up to date; busy
    assert found["codes"][-1] == 0
    assert found["generation"] == [1]


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


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    config = settings(tmp_path)
    write_corpus(config.corpus_path, TEXTS)
    config.index_path.write_text("a file where the folder should be")

    with pytest.raises(IndexWriteError, match="index"):
        build(config)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own in memory, whose size can be set."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if not mount or not resized(folder, 16 << 10, "-t", "tmpfs", "tmpfs"):
        pytest.skip("mounting a file system is not allowed here")
    yield folder
    subprocess.run(["umount", folder], check=True)  # noqa: S607 - of the system


def resized(folder: Path, size: int, *options: str) -> bool:
    """Give a file system so many bytes, or make it."""
    how = ["-o", f"size={size}"] if options else ["-o", f"remount,size={size}"]
    command = ["mount", *how, *options, str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("name", ["first", "update", "rebuild"])
def test_a_disk_that_is_full_at_any_size_leaves_the_old_index_or_the_new(
    name: str, small_disk: Path, tmp_path: Path
) -> None:
    scenario = SCENARIOS[name]
    scenario.prepare(tmp_path / "base")
    allowed = scenario.states(tmp_path / "base")
    refused = 0
    for pages in range(200):
        assert resized(small_disk, 1 << 24)
        work = small_disk / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(tmp_path / "base", work)
        config = scenario.moved(work)
        used = shutil.disk_usage(small_disk).used
        assert resized(small_disk, used + pages * 4096)
        try:
            scenario.act(config)
        except IndexWriteError as error:
            message = str(error)
        else:
            break
        assert os.strerror(errno.ENOSPC) in message
        assert state(config) in allowed
        refused += 1

    assert state(config) == allowed[1]
    assert debris(config) == []
    assert refused > 2


def test_an_index_on_a_disk_that_cannot_be_written_is_read(
    small_disk: Path,
) -> None:
    assert resized(small_disk, 1 << 24)
    config = settings(small_disk)
    write_corpus(config.corpus_path, TEXTS)
    build(config)
    expected = answers(config)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)  # noqa: S607

    assert answers(config) == expected
    with pytest.raises(IndexWriteError, match="Read-only"):
        build(config)
    assert verify_index(config.index_path) == []


@pytest.mark.parametrize("name", ["first", "update"])
def test_all_steps_on_the_disk_come_from_one_thread(name: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    scenario.prepare(tmp_path)
    threads: set[int] = set()

    def note(_operation: str, _paths: tuple[Path, ...]) -> None:
        threads.add(threading.get_ident())

    with watched(note):
        scenario.act(scenario.moved(tmp_path))

    assert threads == {threading.get_ident()}
