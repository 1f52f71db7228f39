"""Learns the evidence model anew from labelled questions, and writes its file.

Run as ``python -m bot.training QUESTIONS.jsonl --index INDEX [--also FOLDER]``; it
needs the extra ``train`` (scikit-learn). Of the questions only the part `dev` is used.
A folder named by ``--also`` holds more to learn from, ``questions.jsonl`` and
``corpus``, and gets an ``index`` (see ``tests/benchmarks/selqa_questions.py``).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot import answering, open_bot
from bot.answering import Setting
from bot.app import Bot
from bot.config import Config
from bot.evaluation.judging import Gold, judge
from bot.evaluation.outcomes import Observation
from bot.evaluation.question_sets import Question, read_question_set
from bot.evaluation.split import split_of
from bot.evaluation.subject import lenient
from bot.evidence.context import in_context
from bot.evidence.decision import decision_features
from bot.evidence.features import Candidate, candidates, weigh
from bot.evidence.model import FILE, EvidenceModel, read_models
from bot.payloads import answer_payload
from bot.questions.reading import read_question
from bot.questions.twofold import questions_of

NAMES = {True: "with_cross_encoder", False: "without"}
PROMISE = (
    "passage_cosine",
    "passage_behind",
    "passage_words",
    "coverage",
    "own",
    "absent",
    "fits",
    "short",
    "prose",
)
SENTENCE = {True: ("cross", "passage_behind", "passage_words", "fits"), False: PROMISE}
DECISION = {
    True: (
        "cross",
        "margin",
        "names",
        "absent",
        "absent_in_document",
        "asked",
        "typed",
    ),
    False: (
        "passage_cosine",
        "passage_behind",
        "names",
        "absent",
        "absent_in_document",
        "coverage",
        "typed",
    ),
}
# Of bare lists: weights chosen by hand on wikiqa, selqa and policyqa, since a fit of
# single sentences orders lists worse (`python -m tests.benchmarks.sentence_selection`).
LIST = {
    True: (0.0, {"cross": 1.0, "position": 1.5, "fragment": -2.0}),
    False: (
        -4.0,
        {
            "cosine": 6.0,
            "coverage": 2.4,
            "fits": 1.2,
            "position": 0.6,
            "fragment": -1.8,
        },
    ),
}
_ABOUT = {
    "model": "linear, of features named in bot/evidence/features.py, gathering.py, "
    "decision.py and lists.py",
    "data": "part dev of tests/data/questions.jsonl over corpus/, both of this "
    "project (CC BY 4.0); stage list: weights chosen by hand, see bot/training.py",
    "command": "python -m bot.training tests/data/questions.jsonl",
}
_READ = 16  # sentences of a question that are labelled
_STRENGTH = 0.1  # inverse of the ridge penalty; chosen by cross-validation on `dev`
_DIGITS = 4  # of a weight; more would feign what some hundred questions cannot know


class Row(NamedTuple):
    """An example: what is known of a sentence, and whether it is right."""

    features: Mapping[str, float]
    right: float
    weight: float = 1.0


class Lesson(NamedTuple):
    """Questions with the bot that is open on what they are about."""

    bot: Bot
    questions: Sequence[Question]
    weight: float = 1.0  # of an example


def train(lessons: Sequence[Lesson]) -> dict[str, Any]:
    """Learn all stages, with and without the cross-encoder, and write the file.

    The last stage is learned from the answers that the others lead to, so the file is
    written twice.
    """
    learned: dict[str, Any] = {
        "about": {
            **_ABOUT,
            "index": lessons[0].bot.reader.fingerprint,
            "questions": [len(each.questions) for each in lessons],
        },
        "promise": {},
        "sentence": {},
    }
    learned["list"] = {
        NAMES[used]: {"intercept": intercept, "weights": weights}
        for used, (intercept, weights) in LIST.items()
    }
    rows = [row for lesson in lessons for row in sentences(lesson)]
    for used, name in NAMES.items():
        learned["sentence"][name] = fit(rows, SENTENCE[used])
    learned["promise"]["without"] = learned["sentence"]["without"]
    learned["promise"]["with_cross_encoder"] = regress(rows, PROMISE, "cross")
    learned["decision"] = _read_file().get("decision", {})
    write(learned)
    for used, name in NAMES.items():
        rows = [row for each in lessons for row in decisions(each, cross_encoder=used)]
        learned["decision"][name] = fit(rows, DECISION[used])
    write(learned)
    return learned


def sentences(lesson: Lesson) -> Iterator[Row]:
    """Label the most promising sentences, each with what the cross-encoder says."""
    bot, scorer = lesson.bot, lesson.bot.scorer
    promise = EvidenceModel.read("promise", cross_encoder=True)
    for question in lesson.questions:
        reading = read_question(question.question)
        hits = bot.search(reading.text, bot.config.retrieval.k)
        weighed = weigh(reading, bot.reader, hits=hits)
        found = sorted(
            candidates(weighed, hits, bot.reader),
            key=lambda each: -promise.logit(each.features),
        )[:_READ]
        pairs = [
            (reading.text, in_context(each.hit.chunk.title, each.sentence))
            for each in found
        ]
        logits = scorer.score_pairs(pairs) if scorer else []
        gold = Gold.find(question, bot.reader.text)
        for candidate, logit in zip(found, logits, strict=True):
            right = question.answerable and _is_evidence(gold, candidate)
            features = {**candidate.features, "cross": logit}
            yield Row(features, float(right), lesson.weight)


def _is_evidence(gold: Gold, candidate: Candidate) -> bool:
    sentence, document = candidate.sentence, candidate.hit.chunk.document
    span = (sentence.start, sentence.end)
    return bool(gold.held_by(document, span, sentence.text))


def decisions(lesson: Lesson, *, cross_encoder: bool) -> Iterator[Row]:
    """Label what the bot would answer if it never refused."""
    bot = lesson.bot
    if not cross_encoder:
        bot = dataclasses.replace(bot, scorer=None)
    willing = Setting(bot.reader, lenient(bot.config).answers, bot.templates)
    for question in lesson.questions:
        if len(questions_of(question.question)) > 1:
            continue  # its parts are decided one by one
        found = bot.find(question.question)
        answer = answering.answer(found, willing, "0")
        if answer.status != "answered":
            continue
        weighed = weigh(found.reading, bot.reader, hits=found.hits)
        features = decision_features(weighed, found.evidence, bot.reader)
        gold = Gold.find(question, bot.reader.text)
        outcome = judge(gold, Observation(answer_payload(answer), (), None), 0)
        yield Row(features, float(outcome.right), lesson.weight)


def fit(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """Fit a logistic regression, and give its weights for unscaled features."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - to train only

    right = [bool(each.right) for each in rows]
    model = LogisticRegression(C=_STRENGTH, max_iter=5000)
    return _fitted(model, rows, names, right)


def regress(rows: Sequence[Row], names: Sequence[str], target: str) -> dict[str, Any]:
    """Fit a ridge regression of one feature by others."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - to train only

    wanted = [each.features[target] for each in rows]
    return _fitted(Ridge(1 / _STRENGTH), rows, names, wanted)


def _fitted(
    model: Any,  # noqa: ANN401 - scikit-learn is not typed
    rows: Sequence[Row],
    names: Sequence[str],
    wanted: Sequence[float],
) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 - with scikit-learn, only when one trains
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - the same

    table = np.array([[row.features.get(name, 0.0) for name in names] for row in rows])
    share = np.array([row.weight for row in rows])
    scaler = StandardScaler().fit(table)
    model.fit(scaler.transform(table), wanted, sample_weight=share)
    weights = np.ravel(model.coef_) / scaler.scale_
    intercept = float(np.ravel(model.intercept_)[0]) - float(weights @ scaler.mean_)
    return {
        "intercept": round(intercept, _DIGITS),
        "weights": {
            name: round(float(weight), _DIGITS)
            for name, weight in zip(names, weights, strict=True)
        },
        "examples": len(rows),
        "positive": int(sum(row.right for row in rows)),
    }


def write(learned: Mapping[str, Any]) -> None:
    """Write the file, so that it is what is read from now on."""
    FILE.write_text(json.dumps(learned, indent=1) + "\n")
    read_models.cache_clear()


def _read_file() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def main() -> None:
    """Train, and write ``bot/evidence/models/evidence.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--also", type=Path, help="folder of more questions")
    parser.add_argument("--weight", type=float, default=0.2, help="of one of those")
    options = parser.parse_args()
    everything = read_question_set(options.questions)
    dev = [each for each in everything if split_of(each) == "dev" and not each.turns]
    with open_bot(
        options.corpus, options.index, config=Config(), receipts=False
    ) as bot:
        lessons = [Lesson(bot, dev)]
        if options.also:
            also = options.also
            other = open_bot(
                also / "corpus", also / "index", config=Config(), receipts=False
            )
            more = read_question_set(also / "questions.jsonl")
            lessons.append(Lesson(other, more, options.weight))
        train(lessons)


if __name__ == "__main__":
    main()
