"""Answers and hits as the JSON objects that ARCHITECTURE promises to other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.records import Answer, Citation, Hit, Passage, Place, Reading, Segment


def answer_payload(answer: Answer) -> dict[str, Any]:
    """Return an answer with all its keys, in a fixed order."""
    return {
        "id": answer.id,
        "question": answer.question,
        "reading": _reading(answer.reading),
        "status": answer.status,
        "short": answer.short,
        "text": answer.text,
        "segments": [_segment(each) for each in answer.segments],
        "confidence": answer.confidence,
        "citations": [_citation(each) for each in answer.citations],
        "nearest": [_citation(each) for each in answer.nearest],
        "reason": answer.reason,
        "remarks": list(answer.remarks),
        "index": answer.index,
        "timings_ms": dict(answer.timings_ms),
    }


def hit_payload(rank: int, hit: Hit) -> dict[str, Any]:
    """Return a hit with its raw scores; ``rank`` counts from 1."""
    return {
        "rank": rank,
        "chunk": hit.chunk.id,
        "document": hit.chunk.document,
        "title": hit.chunk.title,
        "section": list(hit.chunk.section),
        "text": hit.chunk.text,
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "score": round(hit.score, 6),
        "bm25": round(hit.bm25, 6),
        "cosine": None if hit.cosine is None else round(hit.cosine, 6),
        "lexical_rank": hit.lexical_rank,
        "dense_rank": hit.dense_rank,
        "matched": list(hit.matched),
        "also": list(hit.also),
        "logit": None if hit.logit is None else round(hit.logit, 6),
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "type": reading.type,
        "text": reading.text,
        "focus": list(reading.focus),
        "expects": reading.expects,
        "notes": list(reading.notes),
    }


def _segment(segment: Segment) -> dict[str, Any]:
    payload: dict[str, Any] = {"kind": segment.kind, "text": segment.text}
    if segment.citation is not None:
        payload["citation"] = segment.citation
    return payload


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "document": citation.document,
        "title": citation.title,
        "section": list(citation.section),
        "url": citation.url,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "sha256": citation.sha256,
        "date": citation.date,
        "owner": citation.owner,
        "copies": list(citation.copies),
        "place": _place(citation.place),
        "link": citation.link,
        "lead": _passage(citation.lead),
    }


def _passage(passage: Passage | None) -> dict[str, Any] | None:
    if passage is None:
        return None
    return {"quote": passage.quote, "start": passage.start, "end": passage.end}


def _place(place: Place | None) -> dict[str, str] | None:
    return None if place is None else {"kind": place.kind, "label": place.label}


def read_answer(payload: Mapping[str, Any]) -> Answer:
    """Build an answer from its JSON object again, with all checks of its type.

    Raises:
        KeyError: a key is missing.
        ValueError: it states what it does not cite.
    """
    reading = payload["reading"]
    return Answer(
        id=payload["id"],
        question=payload["question"],
        reading=Reading(
            text=reading["text"],
            type=reading["type"],
            focus=tuple(reading["focus"]),
            expects=reading.get("expects", "other"),
            notes=tuple(reading.get("notes", ())),
        ),
        status=payload["status"],
        text=payload["text"],
        segments=tuple(
            Segment(each["kind"], each["text"], each.get("citation"))
            for each in payload["segments"]
        ),
        confidence=payload["confidence"],
        index=payload["index"],
        short=payload["short"],
        citations=tuple(map(read_citation, payload["citations"])),
        nearest=tuple(map(read_citation, payload["nearest"])),
        reason=payload["reason"],
        remarks=tuple(payload.get("remarks", ())),
        timings_ms=payload.get("timings_ms", {}),
    )


def read_citation(payload: Mapping[str, Any]) -> Citation:
    """Build a citation from its JSON object again."""
    place, lead = payload.get("place"), payload.get("lead")
    return Citation(
        number=payload["number"],
        document=payload["document"],
        title=payload["title"],
        section=tuple(payload["section"]),
        quote=payload["quote"],
        start=payload["start"],
        end=payload["end"],
        sha256=payload["sha256"],
        url=payload["url"],
        date=payload.get("date"),
        owner=payload.get("owner"),
        copies=tuple(payload.get("copies", ())),
        place=Place(payload["start"], place["kind"], place["label"]) if place else None,
        link=payload.get("link"),
        lead=Passage(lead["quote"], lead["start"], lead["end"]) if lead else None,
    )
