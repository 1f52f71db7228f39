"""File operations of an index: announced, durable, and refused with one clear error."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import fsio
from bot.errors import IndexWriteError
from bot.stores.locks import lock_to_build, lock_to_read, lock_to_remove
from tests.faults import Counter, Fault, refuse, watched


def test_a_file_is_written_whole_and_synced_before_it_is_closed(tmp_path: Path) -> None:
    counter = Counter()

    with watched(counter):
        fsio.write(tmp_path / "file", [b"one ", memoryview(b"two")])

    assert (tmp_path / "file").read_bytes() == b"one two"
    assert counter.names == ["create", "write", "write", "fsync"]


def test_a_large_file_is_written_in_blocks(tmp_path: Path) -> None:
    counter = Counter()
    data = os.urandom(5 << 19)  # two and a half blocks

    with watched(counter):
        fsio.write(tmp_path / "file", [data])

    assert counter.names.count("write") == 3
    assert (tmp_path / "file").read_bytes() == data


def test_a_short_write_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda to, data: write(to, data[:3]))

    fsio.write(tmp_path / "file", [b"more than three"])

    assert (tmp_path / "file").read_bytes() == b"more than three"


def test_a_file_that_exists_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")

    with pytest.raises(IndexWriteError, match="exists"):
        fsio.write(tmp_path / "file", [b"new"])

    assert (tmp_path / "file").read_bytes() == b"old"


def test_no_link_is_followed_when_a_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(IndexWriteError):
        fsio.write(tmp_path / "link", [b"new"])

    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_failed_write_leaves_no_file_and_no_descriptor(
    tmp_path: Path, at: int
) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))

    with (
        watched(Fault(at, refuse(errno.ENOSPC))),
        pytest.raises(IndexWriteError, match=r"file.*No space left"),
    ):
        fsio.write(tmp_path / "file", [b"one", b"two"])

    assert list(tmp_path.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def operations(folder: Path) -> dict[str, Callable[[], object]]:
    return {
        "rename": lambda: fsio.rename(folder / "a", folder / "b"),
        "link": lambda: fsio.link(folder / "a", folder / "c"),
        "remove": lambda: fsio.remove(folder / "a"),
        "fsync-folder": lambda: fsio.sync_folder(folder),
        "list": lambda: fsio.list_folder(folder),
        "mkdir": lambda: fsio.make_folder(folder / "new"),
        "create": lambda: fsio.open_log(folder / "log"),
        "lock": lambda: lock_to_build(folder / "LOCK", "me"),
    }


@pytest.mark.parametrize("name", sorted(operations(Path())))
def test_an_operation_that_the_system_refuses_names_itself_and_the_file(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "a").touch()

    with (
        watched(Fault(0, refuse(errno.EROFS))),
        pytest.raises(IndexWriteError, match=rf"{tmp_path}.*{name}.*Read-only"),
    ):
        operations(tmp_path)[name]()


def test_folders_are_made_from_the_top_and_their_names_synced(tmp_path: Path) -> None:
    counter = Counter()

    with watched(counter):
        fsio.make_folder(tmp_path / "a/b")
        fsio.make_folder(tmp_path / "a/b")

    assert (tmp_path / "a/b").is_dir()
    assert counter.names.count("fsync-folder") == 2


def test_a_link_never_takes_a_name_that_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")

    with pytest.raises(IndexWriteError):
        fsio.link(tmp_path / "a", tmp_path / "b")

    assert (tmp_path / "b").read_bytes() == b"b"


def test_removing_what_is_gone_is_no_error(tmp_path: Path) -> None:
    fsio.remove(tmp_path / "gone")


@given(blocks=st.lists(st.binary(max_size=50)), cut=st.integers(0, 60))
def test_a_log_returns_what_was_appended(
    blocks: list[bytes], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("log") / "log"
    with fsio.open_log(file) as log:
        places = [(log.append(block), block) for block in blocks]

        assert all(log.read(start, len(data)) == data for start, data in places)
    with fsio.open_log(file) as log:
        whole = b"".join(blocks)
        assert log.read(0, log.size) == whole
        log.cut(min(cut, log.size))
        assert log.read(0, 1000) == whole[:cut]


def test_a_scratch_file_has_no_name(tmp_path: Path) -> None:
    with fsio.open_scratch(tmp_path) as log:
        start = log.append(b"text")

        assert log.read(start, 4) == b"text"
        assert list(tmp_path.iterdir()) == []


def test_a_hash_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")

    assert fsio.hash_file(tmp_path / "file").startswith(
        "ba7816bf8f01cfea414140de5dae2223"
    )


def test_a_build_lock_is_for_one_and_says_who_has_it(tmp_path: Path) -> None:
    lock = lock_to_build(tmp_path / "LOCK", "first\n")
    assert lock

    assert lock_to_build(tmp_path / "LOCK", "second\n") is None
    assert (tmp_path / "LOCK").read_text() == "first\n"
    lock.release()
    again = lock_to_build(tmp_path / "LOCK", "third\n")
    assert again
    assert again.read() == b"third\n"
    again.release()


def test_a_build_lock_that_cannot_be_signed_is_given_back(tmp_path: Path) -> None:
    with watched(Fault(2, refuse(errno.ENOSPC))), pytest.raises(IndexWriteError):
        lock_to_build(tmp_path / "LOCK", "first\n")

    lock = lock_to_build(tmp_path / "LOCK", "second\n")
    assert lock
    lock.release()


def test_readers_share_a_lock_and_keep_the_file_from_being_removed(
    tmp_path: Path,
) -> None:
    file = tmp_path / "manifest"
    file.write_bytes(b"content")
    first, second = lock_to_read(file), lock_to_read(file)

    assert lock_to_remove(file) is None
    first.release()
    assert lock_to_remove(file) is None
    second.release()
    removing = lock_to_remove(file)
    assert removing
    assert removing.is_named()
    fsio.remove(file)
    assert not removing.is_named()
    removing.release()
