"""An answer becomes a receipt: hashes, offsets and what decided it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bot.identity import program_identity
from bot.payloads import answer_payload
from bot.questions.reading import MAX_CHARACTERS
from bot.receipts.traces import trace_of
from bot.records import Answer, Citation, text_hash
from bot.state.receipts import QuoteMark, Receipt
from bot.stores.protocol import Visible

# Of an answer's JSON: the first two differ between runs, the third is compared apart.
_APART = ("id", "timings_ms", "index")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was put to the bot, when, and for whom."""

    question: str
    visible: Visible = None
    alone: bool = True  # nothing else of a thread decides the answer
    at: float = field(default_factory=time.time)  # seconds since the epoch


def write_receipt(
    answer: Answer,
    asked: Asked,
    *,
    place: str,
    configuration: str,
    keep_question: bool = True,
) -> Receipt:
    """Describe an answer without any text of a document.

    Args:
        answer: as `Bot.ask` returned it.
        asked: the question as it was asked, not as it was read.
        place: name of the index folder.
        configuration: hash of the settings that decided it.
        keep_question: False keeps its hash alone.
    """
    visible = None if asked.visible is None else tuple(sorted(asked.visible))
    question = asked.question[:MAX_CHARACTERS]  # no more of it was read
    return Receipt(
        id=answer.id,
        given=asked.at,
        place=place,
        question=question if keep_question else None,
        question_sha256=text_hash(question),
        visible=visible,
        alone=asked.alone,
        status=answer.status,
        confidence=answer.confidence,
        index=answer.index,
        configuration=configuration,
        program=program_identity(),
        answer_sha256=hash_answer(answer),
        short_sha256=None if answer.short is None else text_hash(answer.short),
        quotes=tuple(mark for each in answer.citations for mark in _marks(each)),
    )


def hash_answer(answer: Answer) -> str:
    """Return the SHA-256 of an answer's JSON, without what may differ."""
    payload = answer_payload(answer)
    kept = {name: value for name, value in payload.items() if name not in _APART}
    text = json.dumps(kept, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _marks(citation: Citation) -> Iterator[QuoteMark]:
    """Mark what is shown of a source: the quote, and the lead-in or header to it."""
    yield mark_quote(citation)
    lead = citation.lead
    if lead is not None:
        yield mark_quote(
            replace(
                citation, quote=lead.quote, start=lead.start, end=lead.end, lead=None
            )
        )


def mark_quote(citation: Citation) -> QuoteMark:
    """Describe a quote by its place and its hashes."""
    return QuoteMark(
        number=citation.number,
        document=citation.document,
        document_sha256=citation.sha256,
        start=citation.start,
        end=citation.end,
        sha256=text_hash(citation.quote),
        trace=trace_of(citation.quote),
    )
