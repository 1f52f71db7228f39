"""Models are opened in the background, and answers are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import join, open_bot
from bot.config import Config, configure
from bot.errors import IndexMissingError
from bot.opening import begin
from tests.conftest import Workplace

QUESTION = "When was JOINT2 established?"


def test_a_bot_whose_models_open_meanwhile_answers_like_any(
    workplace: Workplace,
) -> None:
    settings = configure(workplace.corpus, workplace.index)
    with open_bot(config=settings, receipts=False) as bot:
        expected = bot.ask(QUESTION)

    opened = begin(settings, encoder=True, evidence=True)
    with join(opened, receipts=False) as bot:
        answer = bot.ask(QUESTION)

    assert (answer.text, answer.confidence) == (expected.text, expected.confidence)


def test_a_missing_index_is_built_by_whoever_was_named(tmp_path: Path) -> None:
    settings = configure(tmp_path / "corpus", tmp_path / "index")
    asked: list[Config] = []

    with pytest.raises(IndexMissingError):  # the builder built none
        begin(settings, asked.append)

    assert asked == [settings]
