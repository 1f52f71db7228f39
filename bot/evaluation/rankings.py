"""Retrieval measures by ir-measures; of questions, judged by their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.evaluation.judging import Gold
from bot.evaluation.outcomes import Passage

MEASURES = ("R@5", "R@10", "nDCG@10", "RR@10", "Success@5")
DEPTH = 50  # passages that are looked at
_DOCUMENT = "doc:"  # before the name of a measure at document level

Ranking = Mapping[str, float]  # document id to score
Judgements = Mapping[str, int]  # document id to relevance


@dataclass(frozen=True, slots=True)
class Topic:
    """A query with its ranking and its judgements, as trec_eval takes them."""

    ranking: Ranking
    judgements: Judgements


def measure(
    topics: Mapping[str, Topic], names: Sequence[str] = MEASURES
) -> dict[str, dict[str, float]]:
    """Measure rankings by ir-measures (MacAvaney et al., ECIR 2022).

    - ``R@k``: recall, the share of relevant documents among the first k.
    - ``nDCG@k``: Järvelin and Kekäläinen, TOIS 20(4), 2002; gain is the relevance
      itself and the discount log2(rank + 1), as in trec_eval.
    - ``RR@k``: reciprocal rank of the first relevant document among the first k, 0
      without one (Kantor and Voorhees, TREC-5, 1996).
    - ``AP``: average precision (Harman, SIGIR 1992); ``Success@k``: 1 when there is a
      relevant document among the first k.

    Ties of scores are broken as trec_eval breaks them, by document id backwards, for
    all measures, and scores are compared in single precision as it does.

    Args:
        topics: query id to its ranking and judgements; those without a relevant
            document are left out.
        names: measures, as ir-measures spells them.

    Returns:
        Query id to measure to value; every judged query has every measure, and 0 where
        nothing was retrieved.

    Raises:
        ValueError: ir-measures does not know a measure.
    """
    import ir_measures  # noqa: PLC0415 - brings scipy with it

    try:
        measures = [ir_measures.parse_measure(each) for each in names]
    except (NameError, SyntaxError) as error:
        raise ValueError(f"unknown measure among {', '.join(names)}") from error
    judged = {
        query: topic
        for query, topic in topics.items()
        if any(each > 0 for each in topic.judgements.values())
    }
    values: dict[str, dict[str, float]] = {
        query: dict.fromkeys(names, 0.0) for query in judged
    }
    if not judged:
        return values
    qrels = {query: dict(topic.judgements) for query, topic in judged.items()}
    run = {query: _ranked(topic.ranking) for query, topic in judged.items()}
    spelled = dict(zip(measures, names, strict=True))
    for each in ir_measures.iter_calc(measures, qrels, run):
        values[each.query_id][spelled[each.measure]] = float(each.value)
    return values


def _ranked(ranking: Ranking) -> dict[str, float]:
    """Replace scores by falling ones, in trec_eval's order."""
    order = sorted(ranking, key=lambda each: (np.float32(ranking[each]), each))
    return {each: float(rank) for rank, each in enumerate(order, start=1)}


def measure_questions(
    observed: Iterable[tuple[Gold, Sequence[Passage]]],
) -> dict[str, dict[str, float]]:
    """Measure the passages found for answerable questions, by passage and document.

    A passage is relevant when it holds half or more of an evidence quote; one that
    holds several counts once, and a quote that no retrieved passage holds counts as one
    that was missed. At document level a document is relevant when evidence stands in
    it, and ranks where its best passage does.

    Returns:
        Question id to measure to value; document measures are named ``doc:``.
    """
    passages: dict[str, Topic] = {}
    documents: dict[str, Topic] = {}
    for gold, found in observed:
        if not gold.question.evidence:
            continue
        passages[gold.question.id] = _passage_topic(gold, found)
        documents[gold.question.id] = Topic(
            _falling(dict.fromkeys(each.document for each in found)),
            dict.fromkeys(gold.question.documents, 1),
        )
    by_passage, by_document = measure(passages), measure(documents)
    return {
        id_: values
        | {f"{_DOCUMENT}{name}": value for name, value in by_document[id_].items()}
        for id_, values in by_passage.items()
    }


def _passage_topic(gold: Gold, found: Sequence[Passage]) -> Topic:
    missing = set(gold.question.evidence)
    relevant: dict[str, int] = {}
    for each in found:
        held = missing.intersection(gold.held_by(each.document, (each.start, each.end)))
        if held:
            relevant[f"passage {each.chunk}"] = 1
            missing -= held
    missed = {f"missed {number}": 1 for number in range(len(missing))}
    return Topic(_falling(f"passage {each.chunk}" for each in found), relevant | missed)


def _falling(ids: Iterable[str]) -> dict[str, float]:
    return {each: -float(rank) for rank, each in enumerate(ids)}
