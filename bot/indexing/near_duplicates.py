"""Documents that say nearly the same: copies that have drifted, old versions left over.

Documents are compared as sets of shingles, which are five analysed terms in a row
(Broder, "On the resemblance and containment of documents", 1997). Candidates come from
MinHash signatures in bands (locality-sensitive hashing); each is then measured exactly,
so that what is reported is true and only what is missed is left to chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.text.terms import tokenize

_SHINGLE = 5  # terms
_FEWEST = 20  # shingles; shorter documents are alike by accident
_PERMUTATIONS = 128  # datasketch's default: a standard error below .09
_SLACK = 0.1  # candidates are taken this far below what is reported

Shingles = frozenset[bytes]


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two documents that share most of their text."""

    first: str  # document ids, in order
    second: str
    similarity: float  # shared shingles of all that either has, in (0, 1]


def near_duplicates(
    texts: Iterable[tuple[str, str]], threshold: float = 0.8
) -> list[NearDuplicate]:
    """Find pairs of documents at least so similar, most similar first.

    Args:
        texts: ids, all different, and texts.
        threshold: least Jaccard similarity of their shingles.
    """
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - imports scipy

    index = MinHashLSH(threshold=max(0.05, threshold - _SLACK), num_perm=_PERMUTATIONS)
    shingles: dict[str, Shingles] = {}
    candidates: set[tuple[str, str]] = set()
    for id_, text in texts:
        found = frozenset(_shingles(text))
        if len(found) < _FEWEST:
            continue
        signature = MinHash(num_perm=_PERMUTATIONS)
        signature.update_batch(sorted(found))
        candidates |= {
            (min(id_, each), max(id_, each)) for each in index.query(signature)
        }
        index.insert(id_, signature)
        shingles[id_] = found
    pairs = (
        NearDuplicate(first, second, _jaccard(shingles[first], shingles[second]))
        for first, second in candidates
    )
    return sorted(
        (each for each in pairs if each.similarity >= threshold),
        key=lambda each: (-each.similarity, each.first, each.second),
    )


def _shingles(text: str) -> Iterator[bytes]:
    terms = tokenize(text)
    for start in range(len(terms) - _SHINGLE + 1):
        yield " ".join(terms[start : start + _SHINGLE]).encode("utf-8", "replace")


def _jaccard(first: Shingles, second: Shingles) -> float:
    return len(first & second) / len(first | second)
