"""Templates: wording in files, replaceable, checked, and never code."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import AnswersConfig, Config, read_config
from bot.errors import ConfigError
from bot.identity import deciding_settings
from bot.records import Segment
from bot.wording import Templates, read_template


def own(folder: Path, **texts: str) -> Templates:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Templates.read(folder)


def test_a_folder_replaces_the_templates_that_it_has(tmp_path: Path) -> None:
    templates = own(tmp_path, refused="No answer: $reason ($$0)", instead="")

    assert templates.fill_text("refused", {"reason": "dark"}) == "No answer: dark ($0)"
    assert templates.fill_text("instead", {"person": "Ana"}) == ""
    assert templates.fill_text("reason_nothing", {}) == Templates().fill_text(
        "reason_nothing", {}
    )


def test_each_type_may_have_a_template_with_and_without_a_short_answer(
    tmp_path: Path,
) -> None:
    templates = own(tmp_path, how="In short: $short\n$quotes", how_quoted="$quotes")

    assert templates.has("how")
    assert templates.has("how_quoted")
    assert not Templates().has("how")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("when", "Date:\n$shrt $quotes", "when.txt, line 2: $shrt is unknown; known"),
        ("when", "$quotes\n\n100 $ and", "line 3: a single $ stands for nothing"),
        ("when", "Date: $short", "when.txt: $quotes is missing"),
        (
            "how_quoted",
            "$short $quotes",
            "line 1: $short is unknown; known are $quotes",
        ),
        ("refused", "No.", "refused.txt: $reason is missing"),
        ("answer", "$body", "$sources is missing"),
        ("wenn", "$quotes", "wenn.txt is no template"),
    ],
)
def test_a_wrong_template_is_refused_with_file_and_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        own(tmp_path, **{name: text})


def test_what_is_no_text_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Templates.read(tmp_path / "missing")
    (tmp_path / "when.txt").write_bytes(b"\xff\xfe$quotes")
    with pytest.raises(ConfigError, match="not UTF-8"):
        Templates.read(tmp_path)
    (tmp_path / "when.txt").unlink()
    (tmp_path / "when.txt").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        Templates.read(tmp_path)


@given(st.text())
def test_what_is_filled_in_is_never_a_placeholder(text: str) -> None:
    quote = Segment("quote", "$short ${quotes} $$" + text, 1)
    filled = Templates().fill("when", {"short": (quote,), "quotes": "$short"})

    assert quote in filled
    assert "".join(each.text for each in filled).endswith("$short\n")


def test_every_shipped_template_passes_the_check(tmp_path: Path) -> None:
    for each in (files("bot") / "templates").iterdir():
        (tmp_path / each.name).write_text(each.read_text(encoding="utf-8"), "utf-8")

    assert Templates.read(tmp_path).own["when"] == read_template("when")


def test_the_folder_is_named_in_bot_toml_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "bot.toml"
    file.write_text('[answers]\ntemplates = "words"\n', encoding="utf-8")

    assert read_config(file).templates_path == tmp_path / "words"
    assert Config().templates_path is None


def test_what_templates_say_decides_answers_and_where_they_are_does_not(
    tmp_path: Path,
) -> None:
    named = Config(answers=AnswersConfig(templates="here"))
    first = own(tmp_path, refused="A $reason").hashes

    assert deciding_settings(named) == deciding_settings(Config())
    assert own(tmp_path, refused="B $reason").hashes != first
    assert Templates().hashes == {}
