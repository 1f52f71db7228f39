"""Prints where the bot says that sources differ or agree, to be checked by hand.

Run as ``python tests/benchmarks/differing_sources.py [--all]`` in a clone that has an
index. With ``--all`` every question gets its best answer, however unsure, which shows
more cases than the bot would.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from bot import open_bot
from bot.app import configure
from bot.evaluation.question_sets import read_question_set
from bot.records import Answer

QUESTIONS = Path(__file__).parent.parent / "data" / "questions.jsonl"


def main() -> None:
    """Ask every question, and print the answers that carry a remark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="corpus")
    parser.add_argument("--index", default="index")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    config = configure(options.corpus, options.index)
    if options.all:
        always = dataclasses.replace(config.answers, threshold=0.0, certificate=False)
        config = dataclasses.replace(config, answers=always)
    answered = remarked = 0
    with open_bot(config=config, receipts=False) as bot:
        for question in read_question_set(QUESTIONS):
            thread = bot.conversation()
            for turn in question.turns:
                thread.ask(turn)
            answer = thread.ask(question.question)
            answered += answer.status == "answered"
            if answer.remarks:
                remarked += 1
                _show(answer)
    print(f"{answered} answered, {remarked} with a remark")  # noqa: T201 - the result


def _show(answer: Answer) -> None:
    lines = [answer.question, *answer.remarks]
    lines += [f"  [{each.number}] {each.quote}" for each in answer.citations]
    print("\n".join(lines), end="\n\n")  # noqa: T201 - the result


if __name__ == "__main__":
    main()
