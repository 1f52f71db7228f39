"""Narrower and wider searches: some documents only, two wordings, what is unquoted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase

from bot.errors import InputError
from bot.fusion import convex_combination
from bot.records import DocumentInfo, Evidence, Hit, Shown

_WIDER = 8  # times as many passages are looked at when too few were of the documents
_NAMED = 12  # tags that an error names


def documents_of(documents: Sequence[DocumentInfo], wanted: str) -> frozenset[str]:
    """Return the ids of the documents of a path or a tag.

    Args:
        documents: all that there are.
        wanted: a folder, a file, a pattern such as ``reports/2024-*``, or a tag.

    Raises:
        InputError: no document is of it.
    """
    folder = wanted.strip("/").removeprefix("./")
    found = frozenset(
        each.id
        for each in documents
        if folder in {each.path, *each.copies}
        or each.path.startswith(f"{folder}/")
        or fnmatchcase(each.path, wanted)
        or wanted.casefold() in {tag.casefold() for tag in each.tags}
    )
    if found and folder:
        return found
    folders = {each.path.rsplit("/", 1)[0] for each in documents if "/" in each.path}
    tags = {tag for each in documents for tag in each.tags}
    raise InputError(
        f"No document has the path or tag {wanted!r}. Folders: {_some(folders)}; "
        f"tags: {_some(tags)}."
    )


def _some(names: Iterable[str]) -> str:
    names = sorted(names)
    more = ", ..." if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more if names else "none"


def search_within(
    search: Callable[[int], list[Hit]], within: frozenset[str], k: int, size: int
) -> list[Hit]:
    """Return the k best hits that are of certain documents.

    Args:
        search: returns as many of the best hits as it is asked for.
        within: ids of the documents.
        k: hits wanted.
        size: number of passages there are.
    """
    wanted = k
    while True:
        wanted = min(wanted * _WIDER, size)
        hits = [each for each in search(wanted) if each.chunk.document in within]
        if len(hits) >= k or wanted >= size:
            return hits[:k]


def merged(first: Sequence[Hit], second: Sequence[Hit], k: int) -> list[Hit]:
    """Rank the hits of two wordings of a question as one, with the scores of both.

    Each hit keeps the raw scores of the first wording that found it.
    """
    scores = convex_combination(
        {each.chunk.id: each.score for each in first},
        {each.chunk.id: each.score for each in second},
        0.5,
    )
    hits = {each.chunk.id: each for each in (*second, *first)}
    return [
        dataclasses.replace(hits[id_], score=score)
        for id_, score in list(scores.items())[:k]
    ]


def unshown(evidence: Sequence[Evidence], shown: Shown) -> list[Evidence]:
    """Leave out sentences that overlap what was quoted before, in the same order."""
    return [
        each
        for each in evidence
        if not any(
            each.hit.chunk.document == document
            and start < each.sentence.end
            and each.sentence.start < end
            for document, start, end in shown
        )
    ]
