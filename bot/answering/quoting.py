"""What is quoted of a piece of evidence: the sentence, its whole list, its header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.links import link_to
from bot.places import find_place
from bot.records import Citation, Evidence, Hit, Passage, Reading, Sentence, Span
from bot.stores.documents import chunk_id, chunk_place
from bot.stores.protocol import Reader

_LONGEST_LIST = 1_500  # characters of a quoted list; a longer one ends between items
_MOST_CHUNKS = 20  # that a list is followed through
_WHOLE_LISTS = frozenset({"list", "how", "which", "what", "definition", "other"})


@dataclass(frozen=True, slots=True)
class Quote:
    """A citation, and how many items of its list are not in it."""

    citation: Citation
    more: int = 0


def quote(number: int, evidence: Evidence, reading: Reading, reader: Reader) -> Quote:
    """Quote evidence: a sentence, a row with its header, a list with its lead-in.

    A list is quoted whole where the type of the question may ask for all of it, up to
    1,500 characters and never ending inside an item; otherwise its one item is quoted
    with the lead-in before it.
    """
    sentence = evidence.sentence
    span = (sentence.start, sentence.end)
    if sentence.kind != "row" and reading.type in _WHOLE_LISTS:
        lead = sentence.lead or span  # a sentence may itself lead in a list
        items = list(_items(sentence, lead, reader))
        shown = [each for each in items if each.end - lead[0] <= _LONGEST_LIST]
        last = max((each.end for each in shown), default=0)
        if shown and lead[0] <= span[0] and span[1] <= last:
            cited = cite(number, evidence.hit, (lead[0], last), reader)
            return Quote(cited, len(items) - len(shown))
    return Quote(cite(number, evidence.hit, span, reader, lead=sentence.lead))


def _items(sentence: Sentence, lead: Span, reader: Reader) -> Iterator[Sentence]:
    """Yield the items of a list, also those that stand in other passages."""
    document, first = chunk_place(sentence.chunk)
    here = _of_list(lead, sentence.chunk, reader)
    before: list[Sentence] = []
    for position in range(first - 1, max(-1, first - 1 - _MOST_CHUNKS), -1):
        found = _of_list(lead, chunk_id(document, position), reader)
        if not found:
            break
        before = [*found, *before]
    yield from before
    yield from here
    for position in range(first + 1, first + 1 + _MOST_CHUNKS):
        found = _of_list(lead, chunk_id(document, position), reader)
        if not found:
            return
        yield from found


def _of_list(lead: Span, chunk: str, reader: Reader) -> list[Sentence]:
    try:
        sentences = reader.sentences(chunk)
    except KeyError:  # the document has no further passage
        return []
    return [each for each in sentences if each.lead == lead]


def cite(
    number: int, hit: Hit, span: Span, reader: Reader, *, lead: Span | None = None
) -> Citation:
    """Cite a span of a hit's document, perhaps with what it needs to be read."""
    document = reader.document(hit.chunk.document)
    text = reader.text(document.id)
    quoted = text[slice(*span)]
    place = find_place(reader.places(document.id), text, span[0])
    return Citation(
        number=number,
        document=document.id,
        title=document.title,
        section=hit.chunk.section,
        quote=quoted,
        start=span[0],
        end=span[1],
        sha256=document.sha256,
        url=document.url,
        date=document.date,
        owner=document.owner,
        copies=document.copies,
        place=place,
        link=link_to(document.url, place, quoted),
        lead=Passage(text[slice(*lead)], *lead) if lead and lead[0] < lead[1] else None,
    )
