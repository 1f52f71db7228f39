"""The best of many scores, found without sorting them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Rows = NDArray[np.int64]

_GROUP = 64  # scores that share a maximum
_FEWER = 8  # maxima that share one again, while there are many more than are wanted


def among_all(scores: Scores, k: int, slack: float = 0.0) -> tuple[Rows, Scores]:
    """Return rows that include the k highest positive scores, ties and all.

    Every group of scores whose maximum is below the k-th highest maximum can be left
    out: k groups have one score each that is higher. The same holds for groups of
    groups, which is how the k-th highest maximum is bounded without sorting them.

    Args:
        scores: (n,), none negative.
        k: at least 1; fewer rows come back when fewer are positive.
        slack: rows whose score is lower by such a share are returned as well.
    """
    count = len(scores) // _GROUP
    if count < 2 * k:
        rows = np.flatnonzero(scores > 0)
        return rows, scores[rows]
    # Group j holds every count-th row from j on: the maximum of whole rows of a table
    # is three times as fast as that of short runs.
    tops = scores[: count * _GROUP].reshape(_GROUP, count).max(axis=0)
    least = max(_reached(tops, k) * (1 - slack), _least(scores))
    groups = np.flatnonzero(tops >= least)
    rows = (groups + count * np.arange(_GROUP)[:, None]).reshape(-1)
    rows = np.concatenate([rows, np.arange(count * _GROUP, len(scores))])
    own = scores.take(rows)
    kept = np.flatnonzero(own >= least)
    return rows[kept], own[kept]


def _reached(tops: Scores, k: int) -> float:
    """Return a score that at least k of some reach, and not many more."""
    count = len(tops) // _FEWER
    while count >= _FEWER * k:
        tops = tops[: count * _FEWER].reshape(_FEWER, count).max(axis=0)
        count = len(tops) // _FEWER
    return float(np.partition(tops, len(tops) - k)[len(tops) - k])


def among_postings(
    scores: Scores, postings: Sequence[Rows], k: int, slack: float = 0.0
) -> tuple[Rows, Scores]:
    """Return such rows and their scores, reading the scores of some rows only.

    Args:
        scores: (n,), none negative; those of the postings are set to 0.
        postings: rows, each once in each; together all whose score is positive.
        k: at least 1.
        slack: rows whose score is lower by such a share are returned as well.
    """
    rows_kept: list[Rows] = []
    scores_kept: list[Scores] = []
    least = _least(scores)
    # Rare terms first: their rows score high, so that fewer of the others count.
    for rows in sorted(postings, key=len):
        here = scores[rows]
        scores[rows] = 0.0  # a row of several postings is looked at once
        places = np.flatnonzero(here >= least)
        if len(places) > k:
            own = here[places]
            least = float(np.partition(own, len(own) - k)[len(own) - k]) * (1 - slack)
            places = places[own >= least]
        rows_kept.append(rows[places])
        scores_kept.append(here[places])
    return np.concatenate(rows_kept), np.concatenate(scores_kept)


def _least(scores: Scores) -> float:
    """Return the least positive score that there can be."""
    return float(np.finfo(scores.dtype).smallest_subnormal)
