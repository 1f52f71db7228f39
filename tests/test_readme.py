"""The README cannot drift: its examples are run, its commands are those of CI."""

from __future__ import annotations

import fcntl
import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, RunBot

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(r"^\$ bot (.+)\n((?:(?!\$ |```).*\n)+)", re.MULTILINE)
_ASKED = [(m[1], m[2]) for m in _EXAMPLE.finditer(README) if m[1].startswith("ask ")]


@pytest.fixture(scope="module")
def shipped(
    tmp_path_factory: pytest.TempPathFactory, run_bot: RunBot, worker_id: str
) -> Path:
    """The index of the whole shipped corpus, built by the real program."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "shipped"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "index").exists():
            corpus = str(REPOSITORY / "corpus")
            done = run_bot("index", corpus, "--index", str(shared / "index"))
            assert done.returncode == 0, done.stderr
    return shared / "index"


def test_there_are_examples_of_an_answer_and_of_a_refusal() -> None:
    assert len(_ASKED) >= 2
    assert any("I don't know" in output for _, output in _ASKED)


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "output"), _ASKED)
def test_an_example_prints_what_the_readme_shows(
    run_bot: RunBot, shipped: Path, arguments: str, output: str
) -> None:
    done = run_bot(
        *shlex.split(arguments),
        "--corpus", str(REPOSITORY / "corpus"), "--index", str(shipped),
    )  # fmt: skip

    assert done.stdout.startswith(output.rstrip("\n")), done.stdout


def test_the_readme_has_exactly_two_commands_for_a_fresh_machine() -> None:
    block = README.split("<!-- two commands -->")[1].split("<!-- end -->")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", block, re.DOTALL)

    assert len(commands) == 2
    assert all("\n" not in each for each in commands)
    assert "bot ask" in commands[0]
    assert "pytest" in commands[1]


def test_every_command_that_the_readme_names_exists(run_bot: RunBot) -> None:
    known = run_bot("--help").stdout
    named = set(re.findall(r"`bot ([a-z]+)", README))

    assert named
    assert all(re.search(rf"^  {each}\b", known, re.MULTILINE) for each in named)


def test_every_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)

    assert targets
    assert all((REPOSITORY / each).exists() for each in targets)
