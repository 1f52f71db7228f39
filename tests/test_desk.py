"""The desk of the terminal chat, over a real index with a small encoder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import Bot
from bot.cli.desk import LocalDesk
from bot.config import Config
from bot.errors import InputError
from bot.state.sqlite import open_state
from tests.small_index import TEXTS, build, read, settings, write_corpus


@pytest.fixture
def config(tmp_path: Path) -> Config:
    write_corpus(tmp_path / "corpus", TEXTS)
    config = settings(tmp_path)
    build(config)
    return config


@pytest.fixture
def desk(config: Config) -> Iterator[LocalDesk]:
    made = LocalDesk(
        lambda: Bot(read(config), config),
        lambda bot: build(bot.config).fingerprint,
    )
    yield made
    made.close()


QUESTION = "What pulls ships?"


def test_documents_and_their_texts_and_files_are_at_hand(
    desk: LocalDesk, config: Config
) -> None:
    desk.prepare()

    assert len(desk.documents()) == 6
    assert desk.text("ships/tug.md") == TEXTS["ships/tug.md"]
    assert desk.file("ships/tug.md") == str(config.corpus_path / "ships/tug.md")
    (config.corpus_path / "ships/tug.md").unlink()
    assert desk.file("ships/tug.md") is None
    assert desk.text("none") is None
    assert desk.file("none") is None


def test_a_filter_limits_what_is_asked(desk: LocalDesk) -> None:
    assert desk.narrow("harbours") == 3

    answer = desk.conversation().ask(QUESTION)

    shown = {each.document for each in (*answer.citations, *answer.nearest)}
    assert shown <= {"harbours/bremen.md", "r1", "r2"}
    assert desk.narrow(None) == 6
    with pytest.raises(InputError):
        desk.narrow("zebra")


def test_a_newer_index_is_taken_up_with_the_filter(
    desk: LocalDesk, config: Config
) -> None:
    desk.narrow("ships")
    assert not desk.refresh()

    write_corpus(config.corpus_path, {**TEXTS, "ships/liner.md": "# Liner\n\nA liner."})
    fingerprint = desk.rebuild()

    assert desk.refresh()
    assert desk.conversation().ask(QUESTION).index == fingerprint
    assert desk.narrow("ships") == 3
    write_corpus(config.corpus_path, {"a.md": "# A\n\nNothing of ships is left."})
    desk.rebuild()
    assert desk.refresh()
    assert len(desk.documents()) == 1
    answer = desk.conversation().ask(QUESTION)
    assert {e.document for e in (*answer.citations, *answer.nearest)} == {"a.md"}


def test_quotes_are_verified_against_the_sources(
    desk: LocalDesk, config: Config
) -> None:
    answer = desk.conversation().ask(QUESTION)
    assert answer.citations, answer.text

    def states() -> set[str]:
        return {each.state for each in desk.verify(answer)}

    assert states() == {"intact"}
    for each in answer.citations:
        file = config.corpus_path / each.document
        file.write_text("Quite something else is written here.\n")
    assert states() == {"changed"}
    for path in {cited.document for cited in answer.citations}:
        (config.corpus_path / path).unlink()
    assert states() == {"gone"}


def test_votes_and_corrections_are_stored(desk: LocalDesk, config: Config) -> None:
    thread = desk.conversation()
    answer = thread.ask(QUESTION)

    desk.vote(answer, helpful=True, comment="right")
    thread.ask("no, the other one")

    state = open_state(config.state_path)
    votes = state.feedback.votes()
    state.backend.close()
    assert [(each.verdict, each.comment) for each in votes] == [
        ("not_helpful", "no, the other one")
    ]  # one vote a person and answer: the later one counts


def test_an_answer_is_explained_and_questions_are_suggested(desk: LocalDesk) -> None:
    answer = desk.conversation().ask(QUESTION)

    assert "Question: What pulls ships?" in desk.explain(answer)
    desk.narrow("ships")
    assert all("Tug" in each or "Ferry" in each for each in desk.suggest(3))
