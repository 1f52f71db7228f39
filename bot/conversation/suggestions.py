"""Questions that the documents surely answer, made from headings and titles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from bot.records import Answer, DocumentInfo

_SURE = 0.8  # confidence; a suggestion that is refused is worse than none
_TRIED = 30  # questions; each costs as much as answering it
_LONGEST_TITLE = 4  # words; a longer title is a sentence, not a thing
_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<text>[^\n#]{8,100}\?)[ \t]*$", re.MULTILINE)
_NO_THING = re.compile(r"^the |\b(?:in|for|and|compared|questions)\b", re.IGNORECASE)
_ODD = re.compile(r"[<>\[\]`*_|\\{}]")


def suggest(
    ask: Callable[[str], Answer],
    documents: Sequence[DocumentInfo],
    read: Callable[[str], str],
    count: int,
) -> list[str]:
    """Return questions that were tried, and answered from the document they are of.

    Args:
        ask: answers a question.
        documents: all of them; suggestions take turns between their collections.
        read: returns the text of a document by its id.
        count: questions wanted; fewer come back when few are answered.
    """
    found: dict[str, None] = {}
    for tried, (document, question) in enumerate(_candidates(documents, read)):
        if len(found) == count or tried == _TRIED:
            break
        answer = ask(question)
        sure = answer.status == "answered" and answer.confidence >= _SURE
        if sure and any(each.document == document for each in answer.citations):
            found[question] = None
    return list(found)


def _candidates(
    documents: Sequence[DocumentInfo], read: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    by_collection: dict[str, list[DocumentInfo]] = {}
    for each in documents:
        by_collection.setdefault(each.collection, []).append(each)
    for row in zip_longest(*by_collection.values()):
        for each in row:
            if each is not None:
                yield from _questions(each, read)


def _questions(
    document: DocumentInfo, read: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    """Make questions of a document: its headings that ask, else its title."""
    asked = False
    for match in list(_HEADING.finditer(read(document.id)))[:3]:
        text = " ".join(match["text"].split())
        if not _ODD.search(text):
            asked = True
            yield document.id, text
    title = " ".join(document.title.split())
    if asked or _ODD.search(title) or len(title.split()) > _LONGEST_TITLE:
        return
    if _NO_THING.search(title):
        return
    verb = "are" if re.search(r"[a-rtv-z]s$", title) else "is"  # interposers, CoWoS
    yield document.id, f"What {verb} {title}?"
