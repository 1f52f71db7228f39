"""Which documents are kept together: a function of the documents' ids alone.

The ids of a collection are hashed, and a set of more than `LARGEST` is halved by the
next bit of the hashes until none is larger. Whatever was added and removed before,
equal documents give equal buckets, and one more document touches one bucket or splits
it in two.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Container, Iterable

from bot.stores.manifest import canonical

LARGEST = 64  # documents in a bucket: some 300 passages, half a megabyte of vectors


def hashed(id_: str) -> str:
    """Return the 256 binary digits by which an id finds its bucket."""
    digest = hashlib.sha256(id_.encode("utf-8", "surrogatepass"))
    return f"{int.from_bytes(digest.digest()):0256b}"


def divide(ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of each bucket, sorted, by the bucket's prefix."""
    order = sorted((hashed(id_), id_) for id_ in ids)
    buckets: dict[str, list[str]] = {}
    waiting = [("", 0, len(order))]
    while waiting:
        prefix, start, end = waiting.pop()
        if end - start > LARGEST:
            middle = bisect_left(order, (prefix + "1",), start, end)
            waiting += [(prefix + "1", middle, end), (prefix + "0", start, middle)]
        elif end > start:
            buckets[prefix] = sorted(id_ for _, id_ in order[start:end])
    return buckets


def find(prefixes: Container[str], id_: str) -> str | None:
    """Return the prefix of the bucket that has, or would have, an id."""
    digits = hashed(id_)
    return next(
        (digits[:size] for size in range(len(digits)) if digits[:size] in prefixes),
        None,
    )


def members_hash(members: Iterable[tuple[str, str]]) -> str:
    """Name a bucket by the ids and digests of its documents, in order of id."""
    return hashlib.sha256(canonical(list(members))).hexdigest()
