"""Learns the evidence model anew from labelled questions, and writes its file.

Run as ``python -m bot.training QUESTIONS.jsonl --index INDEX``; it needs
the extra ``train`` (scikit-learn). Only the part `dev` of the questions is used.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import open_bot
from bot.app import Bot
from bot.config import Config
from bot.evaluation.judging import Gold
from bot.evaluation.matching import exact_match
from bot.evaluation.question_sets import Question, read_question_set
from bot.evaluation.split import split_of
from bot.evidence.cross_encoder import LazyCrossEncoder, SentenceScorer
from bot.evidence.decision import decision_features
from bot.evidence.features import weigh
from bot.evidence.gathering import gather
from bot.evidence.model import FILE
from bot.questions.reading import read_question
from bot.records import Evidence

SENTENCE = {True: ("cross", "fits"), False: ("cosine", "coverage", "fits", "prose")}
DECISION = {
    True: (
        "cross",
        "margin",
        "gain",
        "gain_mean",
        "names",
        "names_mean",
        "absent",
        "absent_in_document",
        "fits",
        "counted",
        "own",
    ),
    False: (
        "cosine",
        "margin",
        "names",
        "names_mean",
        "absent",
        "absent_in_document",
        "fits",
        "counted",
        "own",
        "coverage",
    ),
}
_STRENGTH = 0.1  # inverse of the ridge penalty; chosen by cross-validation on `dev`
_DIGITS = 4  # of a weight; more would feign what some hundred questions cannot know

Row = tuple[Mapping[str, float], bool]


def train(bot: Bot, questions: Sequence[Question]) -> dict[str, Any]:
    """Learn both stages, with and without the cross-encoder.

    Args:
        bot: open on the index that the questions are about.
        questions: those to learn from; questions with turns are left out.
    """
    asked = [each for each in questions if not each.turns]
    learned: dict[str, Any] = {"sentence": {}, "decision": {}}
    for name, scorer in (
        ("with_cross_encoder", LazyCrossEncoder()),
        ("without", None),
    ):
        used = scorer is not None
        gathered = [(each, *_gather(bot, each, scorer)) for each in asked]
        rows = [
            (evidence.features, right(evidence))
            for _, found, right in gathered
            for evidence in found
        ]
        learned["sentence"][name] = _fit(rows, SENTENCE[used])
        rows = list(_decisions(bot, gathered, scorer))
        learned["decision"][name] = _fit(rows, DECISION[used])
    return learned


_Judge = Callable[[Evidence], bool]


def _gather(
    bot: Bot, question: Question, scorer: SentenceScorer | None
) -> tuple[list[Evidence], _Judge]:
    reading = read_question(question.question)
    vector = bot.reader.encoder.encode_query(reading.text)
    hits = bot.search(reading.text, bot.config.retrieval.k)
    found = gather(weigh(reading, bot.reader), hits, bot.reader, vector, scorer)
    gold = Gold.find(question, bot.reader.text)

    def right(evidence: Evidence) -> bool:
        if not question.answerable:
            return False
        sentence, document = evidence.sentence, evidence.hit.chunk.document
        span = (sentence.start, sentence.end)
        if gold.held_by(document, span, sentence.text):
            return True
        return bool(exact_match(evidence.short, question.answers))

    return found, right


def _decisions(
    bot: Bot,
    gathered: Sequence[tuple[Question, list[Evidence], _Judge]],
    scorer: SentenceScorer | None,
) -> Iterator[Row]:
    for question, found, right in gathered:
        if found:
            weighed = weigh(read_question(question.question), bot.reader)
            features = decision_features(weighed, found, bot.reader, scorer)
            yield features, right(found[0])


def _fit(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """Fit a logistic regression, and give its weights for unscaled features."""
    import numpy as np  # noqa: PLC0415 - with scikit-learn, only when one trains
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    table = np.array(
        [[features.get(name, 0.0) for name in names] for features, _ in rows]
    )
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=_STRENGTH, max_iter=5000)
    model.fit(scaler.transform(table), [right for _, right in rows])
    weights = model.coef_[0] / scaler.scale_
    intercept = model.intercept_[0] - float(weights @ scaler.mean_)
    return {
        "intercept": round(float(intercept), _DIGITS),
        "weights": {
            name: round(float(weight), _DIGITS)
            for name, weight in zip(names, weights, strict=True)
        },
        "examples": len(rows),
        "positive": sum(right for _, right in rows),
    }


def main() -> None:
    """Train on `dev` and write ``bot/evidence/models/evidence.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    questions = [
        each for each in read_question_set(options.questions) if split_of(each) == "dev"
    ]
    with open_bot(
        options.corpus, options.index, config=Config(), receipts=False
    ) as bot:
        learned = train(bot, questions)
    about = {
        "model": "logistic regression on features named in bot/evidence/features.py, "
        "bot/evidence/gathering.py and bot/evidence/decision.py",
        "data": "part dev of tests/data/questions.jsonl over corpus/, both of this "
        "project (CC BY 4.0)",
        "command": "python -m bot.training tests/data/questions.jsonl",
        "index": bot.reader.fingerprint,
        "questions": len(questions),
    }
    FILE.write_text(json.dumps({"about": about, **learned}, indent=1) + "\n")


if __name__ == "__main__":
    main()
