"""Evidence becomes an Answer that is quoted and cited, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot import wording
from bot.config import AnswersConfig
from bot.links import link_to
from bot.places import find_place
from bot.records import (
    Answer,
    Citation,
    Evidence,
    Hit,
    Reading,
    Segment,
    Sentence,
    Span,
)
from bot.stores.protocol import Reader
from bot.wording import source_line

_MAX_NEAREST = 3
_MAX_QUOTE = 1_500  # characters of a quoted list; a longer one is cut between items
_SUPPORT = 0.75  # a further quote needs this share of the best one's score
_WHOLE_LISTS = frozenset({"list", "how", "which", "what"})
_KINDS = {
    "date": "a date",
    "number": "a number",
    "amount": "an amount of money",
    "quantity": "a measure",
    "name": "a name",
    "names": "a name",
    "place": "a place",
    "expansion": "what the abbreviation stands for",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What the stages before answering found for one question."""

    question: str
    reading: Reading
    hits: Sequence[Hit]
    evidence: Sequence[Evidence]
    confidence: float  # that the first of the evidence answers
    unknown: Sequence[str] = ()  # focus words that occur in no visible document
    timings_ms: Mapping[str, float] = field(default_factory=dict)


def answer(found: Found, reader: Reader, config: AnswersConfig, id_: str) -> Answer:
    """Answer with the best evidence, or refuse when it is too weak.

    Args:
        found: the question with its evidence, best first.
        reader: the index the evidence comes from.
        config: the threshold and how many quotes to show.
        id_: the receipt id the answer gets.
    """
    best = found.evidence[0] if found.evidence else None
    if (
        best is None
        or found.confidence < config.threshold
        or _needs_missing(found, best)
    ):
        return _refuse(found, reader, config, id_)
    chosen = _choose(found.evidence, config)
    citations = tuple(
        _cite(number, each.hit, _quoted(each, found.reading, reader), reader)
        for number, each in enumerate(chosen, start=1)
    )
    short = best.short if _is_shown(best.short, citations[0].quote) else None
    segments = _found_segments(found.reading, short, citations)
    return Answer(
        id=id_,
        question=found.question,
        reading=found.reading,
        status="answered",
        text="".join(each.text for each in segments),
        segments=segments,
        confidence=round(found.confidence, 6),
        index=reader.fingerprint,
        short=short,
        citations=citations,
        timings_ms=found.timings_ms,
    )


def _is_shown(short: str | None, quote: str) -> bool:
    """Whether the short answer is part of the quote, or follows from it by rule."""
    return short is not None and (short in {"Yes", "No"} or short in quote)


def _needs_missing(found: Found, best: Evidence) -> bool:
    """Whether the question wants a kind of answer that the best sentence lacks."""
    return found.reading.expects in _KINDS and best.features.get("fits") == 0.0


def _choose(evidence: Sequence[Evidence], config: AnswersConfig) -> list[Evidence]:
    best = evidence[0]
    least = _SUPPORT * best.score
    chosen: list[Evidence] = []
    for each in evidence:
        if len(chosen) == config.max_quotes or each.score < least:
            break
        same_list = any(
            each.sentence.lead is not None
            and each.sentence.lead == other.sentence.lead
            and each.hit.chunk.document == other.hit.chunk.document
            for other in chosen
        )
        if not same_list and all(
            each.sentence.text != other.sentence.text for other in chosen
        ):
            chosen.append(each)
    return chosen


def _quoted(evidence: Evidence, reading: Reading, reader: Reader) -> Span:
    """Return the span to quote: the sentence, or its whole list with the lead-in."""
    sentence = evidence.sentence
    span = (sentence.start, sentence.end)
    if sentence.kind == "row" or sentence.lead is None:
        return span
    if reading.type not in _WHOLE_LISTS:
        return span
    start, end = sentence.lead[0], sentence.end
    for each in reader.sentences(sentence.chunk):
        if each.lead == sentence.lead and each.end - start <= _MAX_QUOTE:
            end = max(end, each.end)
    return start, end


def _cite(number: int, hit: Hit, span: Span, reader: Reader) -> Citation:
    document = reader.document(hit.chunk.document)
    text = reader.text(document.id)
    quote = text[slice(*span)]
    place = find_place(reader.places(document.id), text, span[0])
    return Citation(
        number=number,
        document=document.id,
        title=document.title,
        section=hit.chunk.section,
        quote=quote,
        start=span[0],
        end=span[1],
        sha256=document.sha256,
        url=document.url,
        date=document.date,
        owner=document.owner,
        copies=document.copies,
        place=place,
        link=link_to(document.url, place, quote),
    )


def _found_segments(
    reading: Reading, short: str | None, citations: Sequence[Citation]
) -> tuple[Segment, ...]:
    values: dict[str, str | Sequence[Segment]] = {
        "quotes": tuple(_quote_segments(citations)),
        "sources": "\n".join(source_line(each) for each in citations),
    }
    if short is None or wording.read_template(reading.type) is None:
        return wording.fill("found", values)
    verdict = short in {"Yes", "No"}
    values["short"] = short if verdict else (Segment("quote", short, 1),)
    return wording.fill(reading.type, values)


def _quote_segments(citations: Sequence[Citation]) -> Iterator[Segment]:
    for each in citations:
        opening = '"' if each.number == 1 else '\n"'
        yield Segment("template", opening)
        yield Segment("quote", each.quote, each.number)
        yield Segment("template", f'" [{each.number}]')


def _refuse(found: Found, reader: Reader, config: AnswersConfig, id_: str) -> Answer:
    reason = _reason(found, config)
    nearest = tuple(_nearest(found, reader))
    parts = [wording.fill_text("refused", {"reason": reason})]
    if nearest:
        lines = "\n".join(source_line(each) for each in nearest)
        parts.append(wording.fill_text("nearest", {"nearest": lines}))
    if config.ask_instead:
        parts.append(wording.fill_text("instead", {"person": config.ask_instead}))
    text = "\n\n".join(parts) + "\n"
    return Answer(
        id=id_,
        question=found.question,
        reading=found.reading,
        status="abstained",
        text=text,
        segments=(Segment("template", text),),
        confidence=round(found.confidence, 6),
        index=reader.fingerprint,
        nearest=nearest,
        reason=reason,
        timings_ms=found.timings_ms,
    )


def _reason(found: Found, config: AnswersConfig) -> str:
    if not found.evidence:
        return wording.fill_text("reason_nothing", {})
    best = found.evidence[0]
    reasons = []
    if found.unknown:
        terms = ", ".join(found.unknown)
        reasons.append(wording.fill_text("reason_unknown", {"terms": terms}))
    if _needs_missing(found, best):
        kind = _KINDS[found.reading.expects]
        reasons.append(wording.fill_text("reason_kind", {"kind": kind}))
    if not reasons:
        values = {
            "score": f"{found.confidence:.2f}",
            "threshold": f"{config.threshold:.2f}",
        }
        reasons.append(wording.fill_text("reason_weak", values))
    return " ".join(reasons)


def _nearest(found: Found, reader: Reader) -> Iterator[Citation]:
    """Cite the best sentence of each of the nearest sections."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for hit, sentence in _by_nearness(found, reader):
        key = (hit.chunk.document, hit.chunk.section)
        if key in seen:
            continue
        seen.add(key)
        yield _cite(len(seen), hit, (sentence.start, sentence.end), reader)
        if len(seen) == _MAX_NEAREST:
            return


def _by_nearness(found: Found, reader: Reader) -> Iterator[tuple[Hit, Sentence]]:
    for each in found.evidence:
        yield each.hit, each.sentence
    for hit in found.hits:
        for sentence in reader.sentences(hit.chunk.id)[:1]:
            yield hit, sentence
