"""Receipts and answers for tests, given by the small bot of `word_bot`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from bot.config import AnswersConfig, Config
from bot.identity import hash_settings
from bot.receipts.writing import Asked, write_receipt
from bot.records import Answer
from bot.state.receipts import Receipt
from bot.stores.protocol import Visible
from tests.word_bot import WordBot

TEXTS = {
    "tug.md": "A tug pulls large ships. The engine of the tug has 3000 kW.",
    "ferry.md": "A ferry carries people and cars over the open sea.",
}
SETTINGS: Mapping[str, Any] = {"answers": {"threshold": 0.5}, "retrieval": {"k": 8}}


def asker(texts: Mapping[str, str] = TEXTS, threshold: float = 0.5) -> WordBot:
    """Make the bot."""
    return WordBot(texts, Config(answers=AnswersConfig(threshold=threshold)))


def ask(bot: WordBot, question: str, id_: str = "0") -> Answer:
    """Ask it, and give the answer an id."""
    return dataclasses.replace(bot.answer(question, question), id=id_)


def receipt_of(
    question: str,
    id_: str = "0",
    bot: WordBot | None = None,
    *,
    at: float = 1_000.0,
    visible: Visible = None,
    alone: bool = True,
    place: str = "index",
    keep_question: bool = True,
    settings: Mapping[str, Any] = SETTINGS,
) -> Receipt:
    """Ask the small bot, and write a receipt."""
    return write_receipt(
        ask(bot or asker(), question, id_),
        Asked(question, visible, alone, at),
        place=place,
        configuration=hash_settings(settings),
        keep_question=keep_question,
    )
