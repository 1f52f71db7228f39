"""What each part of joining the halves gains, and how well its settings carry over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any
from unittest.mock import patch

import numpy as np

from bot.config import RetrievalConfig
from bot.dense import Floats
from bot.evaluation.rankings import Ranking, Topic, measure
from bot.evaluation.uncertainty import bootstrap, randomisation_test
from bot.retrieval import joining
from tests.benchmarks.quality.collections import Collection, document_ranking
from tests.benchmarks.quality.fusing import (
    Pool,
    Scores,
    Way,
    convex,
    ordered,
    pools,
    spread_out,
)

_MEASURE = "nDCG@10"
_USUAL = RetrievalConfig()
_PLAIN = "min-max, weight 0.4"
_SHIPPED = "**as shipped**"


def _alone(scores: Scores, *_: object) -> Scores:
    """Let no passage share in another's score."""
    return scores


def way(
    weight: float = _USUAL.lexical_weight,
    neighbours: int = _USUAL.neighbours,
    **constants: object,
) -> Way:
    """Join as the bot does, with other settings.

    Args:
        weight: of words.
        neighbours: that share in a score.
        constants: of `bot.retrieval.joining`, by name.
    """
    config = RetrievalConfig(lexical_weight=weight, neighbours=neighbours)

    def score(pool: Pool) -> Scores:
        kept = pool.usual
        place = {each: number for number, each in enumerate(kept.ids)}

        def among(ids: Sequence[str]) -> Floats:
            rows = [place[each] for each in ids]
            alike: Floats = kept.alike[np.ix_(rows, rows)]
            return alike

        with patch.dict(vars(joining), constants):
            found = joining.joined(
                dict(zip(kept.ids, kept.bm25.tolist(), strict=True)),
                dict(zip(kept.ids, kept.cosine.tolist(), strict=True)),
                pool.terms,
                among,
                config,
            )
        return spread_out(pool, kept, np.array([found[each] for each in kept.ids]))

    return score


WAYS: dict[str, Way] = {
    _PLAIN: convex(_USUAL.lexical_weight),
    _SHIPPED: way(),
    "without less weight of few words": way(_ENOUGH=1),
    "without leaning on the best": way(_LEAN=0.0),
    "without neighbours": way(shared=_alone),
    "less weight of few words alone": way(_LEAN=0.0, shared=_alone),
    "leaning on the best alone": way(_ENOUGH=1, shared=_alone),
    "neighbours alone": way(_ENOUGH=1, _LEAN=0.0),
}
GRID: dict[str, Way] = {
    f"weight {weight}, {neighbours} neighbours, lean {lean}": way(
        weight, neighbours, _LEAN=lean
    )
    for weight, neighbours, lean in product((0.3, 0.4, 0.5), (5, 10, 20), (0.05, 0.15))
}


def compare(collection: Collection) -> dict[str, Any]:
    """Return nDCG@10 of each way and setting, and how sure the gain is."""
    found = pools(collection)
    values = {
        name: _each(collection, found, way_) for name, way_ in (WAYS | GRID).items()
    }
    plain, shipped = (np.array([values[name]]).T for name in (_PLAIN, _SHIPPED))
    interval = bootstrap(shipped - plain, np.mean, 10_000)
    return {
        "ways": {name: float(np.mean(values[name])) for name in WAYS},
        "grid": {name: float(np.mean(values[name])) for name in GRID},
        "gain": float((shipped - plain).mean()),
        "interval": interval,
        "p": randomisation_test(plain, shipped, np.mean, 10_000),
    }


def _each(collection: Collection, found: Sequence[Pool], way_: Way) -> list[float]:
    """Return nDCG@10 of each query, in order."""
    rankings: Mapping[str, Ranking] = {
        query.id: document_ranking(ordered(pool, way_(pool)))
        for query, pool in zip(collection.queries, found, strict=True)
    }
    topics = {id_: Topic(each, collection.qrels[id_]) for id_, each in rankings.items()}
    measured = measure(topics, (_MEASURE,))
    return [measured[query.id][_MEASURE] for query in collection.queries]
