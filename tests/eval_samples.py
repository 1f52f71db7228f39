"""A small corpus about ships, with questions whose outcomes are known beforehand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from bot.config import AnswersConfig, Config
from bot.evaluation.outcomes import Run
from bot.evaluation.question_sets import Question, Quote
from bot.evaluation.runner import evaluate
from bot.evaluation.subject import Subject, lenient
from tests.word_bot import WordBot

TEXTS = {
    "ferry.md": "The ferry Aurora carries 600 people. The ferry was built in 1998.",
    "tug.md": "The tug Boreas has an engine of 3000 kW. "
    "Captain Ito commands the tug Boreas.",
    "odd.md": "A <script>alert(1)</script> & a `tick` | a pipe. "
    "\x1b[31mRed\x1b[0m ends.",
}


def question(
    id_: str, text: str, answer: str = "", quote: str = "", *tags: str
) -> Question:
    """Make a question; without an answer it is unanswerable."""
    documents = (name for name, said in TEXTS.items() if quote and quote in said)
    evidence = tuple(Quote(name, quote) for name in documents)
    return Question(
        id_,
        text,
        answerable=bool(answer),
        answers=(answer,) if answer else (),
        evidence=evidence,
        tags=tags or ("what",),
    )


CAPTAIN = "Captain Ito commands the tug Boreas."
RIGHT = question("right", "who commands the tug Boreas captain", "Ito", CAPTAIN, "who")
WRONG = question("wrong", "captain commands the tug Boreas", "Sato", CAPTAIN, "who")
WITHHELD = question(
    "withheld",
    "which captain commands the tug Boreas for whom now tonight then really here",
    "Ito",
    CAPTAIN,
    "who",
)
LOST = question(
    "lost", "who steers it", "600", "The ferry Aurora carries 600 people.", "how_many"
)
MISLED = question(
    "misled", "the ferry was built in 1998", "tug", CAPTAIN, "which", "chat"
)
REFUSED = question("refused", "why is grass green", "", "", "why", "world")
FOOLED = question("fooled", "the tug Boreas has what engine", "", "", "what", "world")
QUESTIONS = (RIGHT, WRONG, WITHHELD, LOST, MISLED, REFUSED, FOOLED)


def bot(texts: Mapping[str, str] = TEXTS, threshold: float = 0.5) -> WordBot:
    """Make a bot over the texts."""
    return WordBot(texts, Config(answers=AnswersConfig(threshold=threshold)))


def subject(asked: WordBot | None = None) -> Subject:
    """Make what evaluation asks."""
    used = asked or bot()
    return Subject(used, dataclasses.replace(used, config=lenient(used.config)))


def run(questions: Sequence[Question] = QUESTIONS, asked: WordBot | None = None) -> Run:
    """Measure a bot."""
    return evaluate(questions, subject(asked))
