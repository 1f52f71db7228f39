"""Measures the choice of short answers alone: over the evidence of the question set.

Run as ``python tests/benchmarks/short_answers.py --split dev`` in a clone that has an
index. Every sentence that supports an answerable question is given as the best one, so
that nothing depends on retrieval; questions with earlier turns are left out.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bot.app import configure
from bot.cross_encoders.pairs import LazyPairScorer, PairScorer
from bot.evaluation.matching import exact_match, holds, token_f1
from bot.evaluation.question_sets import Question, Quote, read_question_set
from bot.evaluation.split import split_of
from bot.evidence.context import in_context
from bot.evidence.cross_encoder import open_cross_encoder
from bot.evidence.features import weigh
from bot.evidence.settling import settled
from bot.questions.reading import read_question
from bot.questions.short_answers import short_answer
from bot.records import Chunk, Evidence, Hit, Sentence
from bot.stores.local import open_reader
from bot.stores.protocol import Reader

QUESTIONS = Path(__file__).parent.parent / "data" / "questions.jsonl"


def main() -> None:
    """Print, by type, how many short answers are given, right and wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="corpus")
    parser.add_argument("--index", default="index")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    options = parser.parse_args()
    config = configure(options.corpus, options.index)
    reader, scorer = (
        open_reader(config.index_path, config),
        LazyPairScorer(open_cross_encoder),
    )
    rows = defaultdict(list)
    for question, quote in _pairs(options.split):
        short = _short(question, quote, reader, scorer)
        row = (short, question.answers)
        rows[question.type].append(row)
        rows["all"].append(row)
    print("type            n  given  right  wrong    EM    F1")  # noqa: T201 - the result
    for name in sorted(rows, key=lambda each: (each == "all", each)):
        given = [(short, wanted) for short, wanted in rows[name] if short is not None]
        right = sum(any(holds(short, one) for one in wanted) for short, wanted in given)
        count = len(rows[name])
        exact = sum(exact_match(*row) for row in rows[name]) / count
        f1 = sum(token_f1(*row) for row in rows[name]) / count
        print(  # noqa: T201 - the result
            f"{name:12} {count:4} {len(given):6} {right:6} {len(given) - right:6}"
            f"  {exact:.2f}  {f1:.2f}"
        )


def _pairs(split: str) -> Iterator[tuple[Question, Quote]]:
    for question in read_question_set(QUESTIONS):
        if question.answerable and not question.turns and split_of(question) == split:
            for quote in question.evidence:
                yield question, quote


def _short(
    question: Question, quote: Quote, reader: Reader, scorer: PairScorer
) -> str | None:
    reading = read_question(question.question)
    weighed = weigh(reading, reader)
    text = quote.quote
    short, _ = short_answer(reading, text, weighed.weights)
    sentence = Sentence("#1", text, 0, len(text))
    title = reader.document(quote.document).title
    chunk = Chunk("#1", quote.document, title, (), text, 0, len(text))
    pair = (reading.text, in_context(title, sentence))
    features = {"cross": scorer.score_pairs([pair])[0]}
    evidence = Evidence(sentence, Hit(chunk, 1.0), 1.0, features, short)
    return settled(weighed, [evidence], scorer)[0].short


if __name__ == "__main__":
    main()
