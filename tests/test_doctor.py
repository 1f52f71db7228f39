"""`bot doctor`: every part is examined, and each finding names its remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.checks import Check
from bot.doctor import examine
from bot.reports.results import findings_text
from tests.conftest import RunBot, Workplace


def statuses(found: list[Check]) -> dict[str, str]:
    return {each.name: each.status for each in found}


def test_a_sound_installation_is_ok_down_to_the_last_byte(
    run_bot: RunBot, workplace: Workplace
) -> None:
    done = run_bot("doctor", "--deep", "--json", *workplace.options)
    found = {each["name"]: each for each in map(json.loads, done.stdout.splitlines())}

    assert done.returncode == 0, done.stdout
    assert {each["status"] for each in found.values()} == {"ok"}
    assert {"python", "packages", "index bytes", "vectors", "BM25"} <= set(found)
    assert "files" in found["store"]["detail"]


def test_a_missing_index_names_the_command_that_builds_it(
    workplace: Workplace, tmp_path: Path
) -> None:
    found = examine(workplace.corpus, tmp_path / "none", None, environment={})

    [index] = [each for each in found if each.name == "index"]
    assert index.status == "failed"
    assert index.remedy == "bot index"
    assert "-> bot index" in findings_text(found)


def test_a_wrong_setting_is_found_before_anything_else(tmp_path: Path) -> None:
    settings = tmp_path / "bot.toml"
    settings.write_text("[retrieval]\nk = 0\n")
    found = examine(None, None, settings, environment={})

    assert found[-1].name == "configuration"
    assert found[-1].status == "failed"


def test_a_changed_document_is_a_warning_with_its_remedy(
    workplace: Workplace, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    for file in workplace.corpus.rglob("*.md"):
        copy = corpus / file.relative_to(workplace.corpus)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (corpus / "new.md").write_text("# New\n\nSomething new.\n")

    found = examine(corpus, workplace.index, None, environment={})

    [fresh] = [each for each in found if each.name == "index is fresh"]
    assert fresh.status == "warning"
    assert "new.md" in fresh.detail
    assert fresh.remedy == "bot index"


def test_without_the_cross_encoder_it_says_so(
    workplace: Workplace, tmp_path: Path
) -> None:
    settings = tmp_path / "bot.toml"
    settings.write_text("[evidence]\ncross_encoder = false\n")
    found = examine(workplace.corpus, workplace.index, settings, environment={})

    assert statuses(found)["evidence model"] == "warning"


def test_a_damaged_object_is_found(workplace: Workplace, tmp_path: Path) -> None:
    copy = tmp_path / "index"
    for file in workplace.index.rglob("*"):
        if file.is_file():
            target = copy / file.relative_to(workplace.index)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    model = max((copy / "objects").iterdir(), key=lambda each: each.stat().st_size)
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)

    found = examine(workplace.corpus, copy, None, deep=True, environment={})

    assert statuses(found)["index"] == "failed" or any(
        each.status == "failed" and model.name in each.detail for each in found
    )


@pytest.mark.parametrize("environment", [{"SLACK_BOT_TOKEN": "not-a-token"}])
def test_slack_is_examined_where_a_token_is_set(
    workplace: Workplace, environment: dict[str, str]
) -> None:
    found = examine(workplace.corpus, workplace.index, None, environment=environment)

    assert any(
        "slack" in each.name.lower() and each.status == "failed" for each in found
    )
