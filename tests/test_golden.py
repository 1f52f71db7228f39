"""An index that was committed once is read as it was meant, here and elsewhere."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bot.stores.archive import Archive
from bot.stores.verifying import verify_index
from tests.golden import FOLDER, config_in, make, said_by
from tests.small_index import read

ADVICE = "raise FORMAT, ANALYSIS or INGEST if it is meant, then python -m tests.golden"


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / "index", tmp_path / "golden" / "index")
    return tmp_path / "golden"


def objects(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in (folder / "objects").iterdir()}


def test_the_golden_index_says_what_was_written_down(golden: Path) -> None:
    with closing(read(config_in(golden))) as reader:
        said = said_by(reader)

    assert said == json.loads((FOLDER / "said.json").read_text("utf-8")), ADVICE


def test_the_golden_index_is_whole(golden: Path) -> None:
    assert verify_index(golden / "index") == []


def test_the_same_documents_give_the_same_bytes_today(tmp_path: Path) -> None:
    make(tmp_path)

    before, now = objects(FOLDER / "index"), objects(tmp_path / "index")
    # Vectors are floats of this machine's arithmetic: equal nearly, not in every bit.
    exact = {name for name, data in before.items() if b'"vectors"' not in data[:200]}
    assert len(exact) > len(before) / 2
    assert exact <= now.keys(), ADVICE


def test_numbers_are_little_endian_whatever_the_machine(golden: Path) -> None:
    found = 0
    for data in objects(golden / "index").values():
        if not data.startswith(b"[["):
            continue
        for name, kind, shape in json.loads(data.partition(b"\n")[0]):
            assert kind == "bytes" or kind[0] in "<|", name
            if kind == "<i8" and name == "bounds":
                bounds = Archive(data).array("bounds", "<i8", (None, None))
                assert bounds.shape == tuple(shape)
                assert (np.diff(bounds, axis=0) >= 0).all()  # swapped, it would not be
                found += 1
    assert found
