"""A first question set for people to complete: from documents, and from use."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import InputError
from bot.evaluation.question_sets import Question, Quote
from bot.evaluation.subject import Subject
from bot.records import Sentence
from bot.stores.protocol import Reader

TO_COMPLETE = "TO COMPLETE"  # marks what a person has to write
_DEFINED = re.compile(
    r"^(?P<article>An? )?(?P<term>[A-Z0-9][\w./&-]*(?: [\w./&-]+){0,3}) "
    r"(?:is|are) (?P<said>(?:an? |the )[^.;:]{8,})"
)
_ABBREVIATED = re.compile(
    r"(?:The )?(?P<long>[A-Z][\w-]+(?: (?:of|for|and|the|in)| [A-Z][\w-]+){1,7})"
    r" \((?P<short>[A-Z][A-Z0-9-]{1,9})\)"
)
_DATED = re.compile(
    r"\b(?P<date>(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December) \d{4}|\d{4}-\d{2}-\d{2})\b"
)
_ASKS = 3  # drafts of one document, so that every document has its turn
_NEAREST = 3  # places named beside a refused question


def draft_from_document(
    document: str, sentences: Iterable[Sentence]
) -> Iterator[Question]:
    """Draft questions whose answer a sentence states in a form that is easily seen.

    Definitions, abbreviations and dates. The drafts are stiff and their evidence is
    one sentence of several, perhaps: a person rewords them as people ask, and adds
    what else answers. At most three a document.
    """
    drafted = 0
    seen: set[str] = set()
    for sentence in sentences:
        if sentence.kind != "prose":
            continue
        for kind, question, answer in _asked_of(sentence.text):
            if question in seen or drafted == _ASKS:
                continue
            seen.add(question)
            drafted += 1
            yield Question(
                id=f"draft-{document}-{drafted}",
                question=question,
                answerable=True,
                answers=(answer,),
                evidence=(Quote(document, sentence.text),),
                tags=(kind, "draft"),
                note=f"{TO_COMPLETE}: reword it as people ask; add other evidence.",
            )


def _asked_of(text: str) -> Iterator[tuple[str, str, str]]:
    if match := _ABBREVIATED.search(text):
        yield "abbreviation", f"What does {match['short']} stand for?", match["long"]
    if match := _DEFINED.match(text):
        article = (match["article"] or "").lower()
        yield "definition", f"What is {article}{match['term']}?", match["said"].strip()
    if match := _DATED.search(text):
        said = " ".join(text[: match.start()].split()[:8])
        yield "when", f"When: {said} ...?", match["date"]


def draft(
    subject: Subject,
    voted: Sequence[Mapping[str, Any]],
    refused: Sequence[str],
    count: int,
) -> list[dict[str, Any]]:
    """Draft a question set, what people asked first.

    Refused questions are drafted as unanswerable, which is what the bot made of them; a
    person who knows better adds the answer and its quote.

    Args:
        subject: the bot.
        voted: lines of a question set made from votes.
        refused: questions that were refused.
        count: drafts at most.

    Returns:
        Lines of a question set; those from votes may lack what a person has to add.
    """
    asked = {_same(str(each.get("question"))) for each in voted}
    new = [each for each in refused if _same(each) not in asked]
    drafts: list[dict[str, Any]] = [dict(each) for each in voted]
    drafts += [
        _from_refusal(number, each, subject) for number, each in enumerate(new, start=1)
    ]
    wanted = max(0, count - len(drafts))
    from_documents = itertools.islice(_from_documents(subject), wanted)
    return [*drafts, *(each.payload() for each in from_documents)][:count]


def _same(question: str) -> str:
    return " ".join(question.casefold().split())


def write_drafts(drafts: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write drafts as JSONL.

    Raises:
        InputError: the file cannot be written.
    """
    lines = [json.dumps(each, ensure_ascii=False) for each in drafts]
    try:
        path.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def _from_refusal(number: int, question: str, subject: Subject) -> dict[str, Any]:
    found = (each.chunk for each in subject.bot.search(question, _NEAREST))
    nearest = "; ".join(" > ".join((each.document, *each.section)) for each in found)
    return Question(
        id=f"refused-{number}",
        question=question,
        answerable=False,
        tags=("other", "refused", "draft"),
        note=f"{TO_COMPLETE}: answerable? Nearest: {nearest or 'nothing'}.",
    ).payload()


def _from_documents(subject: Subject) -> Iterator[Question]:
    """Draft from all documents in turn, so that few drafts still cover many."""
    drafted = [
        list(draft_from_document(document, sentences))
        for document, sentences in _sentences(subject.bot.reader)
    ]
    for round_ in range(_ASKS):
        yield from (each[round_] for each in drafted if len(each) > round_)


def _sentences(reader: Reader) -> Iterator[tuple[str, list[Sentence]]]:
    vector = reader.encoder.encode_query("what")
    # A search for as many chunks as there are lists them all, in any store.
    ids = [id_ for id_, _ in reader.search_dense(vector, reader.size())]
    chunks = sorted(reader.chunks(ids), key=lambda each: (each.document, each.start))
    for document, found in itertools.groupby(chunks, lambda each: each.document):
        yield document, [each for chunk in found for each in reader.sentences(chunk.id)]
