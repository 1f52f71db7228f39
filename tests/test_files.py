"""The corpus folder: everything is listed, and nothing outside of it is read."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.config import CorpusConfig
from bot.errors import DocumentRefusedError, InputError
from bot.ingest.files import CorpusFile, list_files, read_file

LIMITS = CorpusConfig()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("outside")
    return folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A corpus that every user may enter; pytest's own folders are private."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@contextmanager
def somebody_else() -> Iterator[None]:
    """Be a user without rights: root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def statuses(files: list[CorpusFile]) -> dict[str, str]:
    return {each.path: each.status for each in files}


def test_files_are_listed_by_path_with_their_size(corpus: Path) -> None:
    for name in ["b.md", "a/z.md", "a/b/c.txt", "B.md", "é.md"]:
        file = corpus / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"12345")

    files = list_files(corpus)

    assert [each.path for each in files] == [
        "B.md",
        "a/b/c.txt",
        "a/z.md",
        "b.md",
        "é.md",
    ]
    assert all(each.size == 5 and each.modified_ns > 0 for each in files)
    assert {each.status for each in files} == {"readable"}


def test_hidden_entries_are_skipped_and_said_so(corpus: Path) -> None:
    (corpus / ".git").mkdir()
    (corpus / ".git" / "config").write_text("x")
    (corpus / ".hidden.md").write_text("x")

    files = list_files(corpus)

    assert statuses(files) == {".git": "skipped", ".hidden.md": "skipped"}
    assert all("hidden" in each.reason for each in files)


def test_no_link_is_followed(corpus: Path, tmp_path: Path) -> None:
    (corpus / "real.md").write_text("inside")
    (tmp_path / "corpus-twin").mkdir()  # its name begins like the corpus's own
    links = {
        "out.md": tmp_path / "secret.md",
        "twin": tmp_path / "corpus-twin",
        "up": tmp_path,
        "nothing.md": tmp_path / "missing",
        "loop.md": corpus / "loop.md",
        "inside.md": corpus / "real.md",
        "self": corpus,
    }
    for name, target in links.items():
        (corpus / name).symlink_to(target)

    assert statuses(list_files(corpus)) == {
        "out.md": "refused",
        "twin": "refused",
        "up": "refused",
        "nothing.md": "refused",
        "loop.md": "refused",
        "inside.md": "skipped",
        "self": "skipped",
        "real.md": "readable",
    }


def test_a_corpus_that_is_a_link_itself_is_read(corpus: Path, tmp_path: Path) -> None:
    (corpus / "a.md").write_text("inside")
    (corpus / "b.md").symlink_to(corpus / "a.md")
    link = tmp_path / "link"
    link.symlink_to(corpus)

    assert statuses(list_files(link)) == {"a.md": "readable", "b.md": "skipped"}
    assert read_file(link, "a.md", LIMITS) == b"inside"


def test_pipes_and_sockets_are_refused_and_never_waited_for(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(corpus)  # names of sockets are short
    os.mkfifo("pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")

    assert statuses(list_files(corpus)) == {
        "pipe.md": "refused",
        "socket.md": "refused",
    }
    for name in ["pipe.md", "socket.md"]:
        with pytest.raises(DocumentRefusedError):
            read_file(corpus, name, LIMITS)


def test_a_device_is_refused_without_being_read() -> None:
    with pytest.raises(DocumentRefusedError, match="device"):
        read_file(Path("/dev"), "null", LIMITS)


@pytest.mark.skipif(sys.platform != "linux", reason="names elsewhere are Unicode")
def test_names_that_are_no_printable_text_are_refused_in_a_form_to_print(
    corpus: Path,
) -> None:
    names = ["bad\udcff.md", "two\nlines.md", "esc\x1b[31m.md", "rtl\u202e.md"]
    for name in names:  # the first is a byte that is no UTF-8
        (corpus / name).write_text("x")

    files = list_files(corpus)

    assert {each.status for each in files} == {"refused"}
    assert sorted(each.path for each in files) == [
        "bad\\udcff.md",
        "esc\\x1b[31m.md",
        "rtl\\u202e.md",
        "two\\nlines.md",
    ]


def test_a_name_like_an_option_is_a_name(corpus: Path) -> None:
    (corpus / "--rebuild.md").write_text("x")

    assert read_file(corpus, list_files(corpus)[0].path, LIMITS) == b"x"


def test_a_missing_or_wrong_corpus_is_one_line_of_advice(corpus: Path) -> None:
    (corpus / "a.md").write_text("x")

    for wrong in [corpus / "missing", corpus / "a.md"]:
        with pytest.raises(InputError, match="--corpus") as caught:
            list_files(wrong)
        assert "\n" not in str(caught.value)


def test_what_may_not_be_read_is_refused_by_name(open_folder: Path) -> None:
    (open_folder / "closed").mkdir(mode=0o000)
    (open_folder / "closed.md").touch(mode=0o000)
    (open_folder / "good.md").write_text("x")
    (open_folder / "names").mkdir()
    (open_folder / "names" / "a.md").write_text("x")
    (open_folder / "names").chmod(0o444)  # its names may be read, nothing else

    with somebody_else():
        files = list_files(open_folder)
        with pytest.raises(DocumentRefusedError, match="Permission denied"):
            read_file(open_folder, "closed.md", LIMITS)
        good = read_file(open_folder, "good.md", LIMITS)

    assert statuses(files) == {
        "closed": "refused",
        "closed.md": "readable",  # the listing looks at no content
        "good.md": "readable",
        "names/a.md": "refused",
    }
    assert good == b"x"


def test_a_corpus_that_may_not_be_listed_is_one_line_of_advice(
    open_folder: Path,
) -> None:
    open_folder.chmod(0o000)

    with somebody_else(), pytest.raises(InputError, match="Permission denied"):
        list_files(open_folder)


@pytest.mark.parametrize(
    "path", ["../secret.md", "a/../../secret.md", "/etc/passwd", "..", "", ".", "a\0b"]
)
def test_a_path_out_of_the_corpus_is_refused(corpus: Path, path: str) -> None:
    (corpus / "a").mkdir()

    with pytest.raises(DocumentRefusedError, match="not a path inside"):
        read_file(corpus, path, LIMITS)


def test_a_folder_that_became_a_link_after_the_listing_is_not_entered(
    corpus: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.md").write_text("outside")
    (corpus / "folder").symlink_to(tmp_path / "elsewhere")
    (corpus / "link.md").symlink_to(tmp_path / "secret.md")

    for path in ["folder/a.md", "link.md"]:
        with pytest.raises(DocumentRefusedError, match="cannot be read"):
            read_file(corpus, path, LIMITS)


def test_a_file_that_is_gone_or_a_folder_is_refused(corpus: Path) -> None:
    (corpus / "folder").mkdir()

    with pytest.raises(DocumentRefusedError, match="No such file"):
        read_file(corpus, "gone.md", LIMITS)
    with pytest.raises(DocumentRefusedError, match="device, pipe"):
        read_file(corpus, "folder", LIMITS)


def test_a_file_over_the_limit_is_refused_before_it_is_read(corpus: Path) -> None:
    with (corpus / "big.md").open("wb") as file:
        file.truncate(1_048_577)  # a hole: it takes no room
    limits = CorpusConfig(max_file_mib=1)

    with pytest.raises(DocumentRefusedError, match="max_file_mib"):
        read_file(corpus, "big.md", limits)


def test_a_file_of_many_pieces_is_read_whole(corpus: Path) -> None:
    data = os.urandom(2_500_000)
    (corpus / "big.md").write_bytes(data)

    assert read_file(corpus, "big.md", LIMITS) == data


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_file_that_never_holds_still_is_refused() -> None:
    with pytest.raises(DocumentRefusedError, match="changed each time"):
        read_file(Path("/proc/self"), "status", LIMITS)  # size 0, and yet full


def test_a_file_that_changed_while_it_was_read_is_read_again(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = corpus / "a.md"
    file.write_text("old")
    read = os.read

    def read_and_change(descriptor: int, size: int) -> bytes:
        monkeypatch.setattr(os, "read", read)
        file.write_text("longer than before")
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", read_and_change)

    assert read_file(corpus, "a.md", LIMITS) == b"longer than before"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_no_file_stays_open(corpus: Path) -> None:
    (corpus / "a").mkdir()
    (corpus / "a" / "b.md").write_text("x")
    before = open_files()

    read_file(corpus, "a/b.md", LIMITS)
    for path in ["a/gone.md", "gone/b.md", "a/b.md/c.md", "a", "../x"]:
        with pytest.raises(DocumentRefusedError):
            read_file(corpus, path, LIMITS)

    assert open_files() == before
