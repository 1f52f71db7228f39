"""bot.toml: defaults, unknown keys, wrong types and wrong values."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Config, read_config
from bot.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    file = folder / "bot.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_every_setting_has_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert read_config() == Config()


def test_a_bot_toml_in_the_current_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "[retrieval]\nk = 3\n")
    monkeypatch.chdir(tmp_path)

    assert read_config().retrieval.k == 3


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, '[corpus]\npath = "docs"\n'))

    assert config.corpus_path == tmp_path / "docs"
    assert config.index_path == tmp_path / "index"


def test_an_encoder_is_looked_for_beside_the_file_that_names_it(tmp_path: Path) -> None:
    file = written(tmp_path, '[encoder]\nmodel = "models/small"\n')

    assert read_config(file).encoder_model == str(tmp_path / "models/small")
    assert Config().encoder_model == ""


def test_a_whole_number_stands_for_a_fraction(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, "[retrieval]\nlexical_weight = 1\n"))

    assert config.retrieval.lexical_weight == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[retreival]\nk = 3\n", "unknown key 'retreival'; known are answers"),
        ("[retrieval]\ntop = 3\n", r"\[retrieval\]: unknown key 'top'"),
        ("retrieval = 3\n", r"retrieval must be a section"),
        ('[retrieval]\nk = "3"\n', "retrieval.k is '3'; it must be of type int"),
        ("[retrieval]\nk = true\n", "retrieval.k is True"),
        ("[retrieval]\nk = 0\n", "retrieval.k is 0; it must be between 1"),
        ("[retrieval]\nlexical_weight = 2.0\n", "between 0 and 1"),
        ("[retrieval]\nb = 2.0\n", "k1 must be 0 or more"),
        ("[answers]\nthreshold = -1.0\n", "answers.threshold is -1.0"),
        ("[answers]\nmax_quotes = 0\n", "answers.max_quotes is 0"),
        ("[chunking]\nmax_words = 3\n", "at least 20"),
        ("[chunking]\nmin_words = 500\n", "chunking.min_words is 500"),
        ("[corpus]\nmax_file_mib = 0\n", "corpus.max_file_mib is 0"),
        ("[corpus]\nmax_characters = 0\n", "corpus.max_characters is 0"),
        ("[index]\nkeep = 0\n", "index.keep is 0"),
        ("[index\n", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_that_names_it(
    tmp_path: Path, text: str, message: str
) -> None:
    file = written(tmp_path, text)

    with pytest.raises(ConfigError, match=message) as caught:
        read_config(file)

    assert str(file) in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "none.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bot.toml"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="not UTF-8 text"):
        read_config(file)
