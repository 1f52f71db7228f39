"""A refusal: which stage failed, what is said nowhere, what comes nearest, whose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.answering.found import Found, Setting
from bot.answering.premises import premise
from bot.answering.quoting import cite
from bot.config import AnswersConfig
from bot.records import Answer, Citation, Hit, Segment, Sentence
from bot.stores.protocol import Reader
from bot.wording import source_line

_MAX_NEAREST = 3
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


def refuses(found: Found, config: AnswersConfig) -> bool:
    """Whether the evidence is too weak, or lacks the kind of answer that is wanted."""
    if not found.evidence or found.confidence < config.threshold:
        return True
    return _lacks_kind(found)


def _lacks_kind(found: Found) -> bool:
    fits = found.evidence[0].features.get("fits")
    return found.reading.expects in _KINDS and fits == 0.0


def refuse(found: Found, setting: Setting, id_: str) -> Answer:
    """Refuse to answer one question, with the reason and what comes nearest."""
    nearest = tuple(nearest_to([found], setting.reader))
    return refusal(found, reason_of(found, setting), nearest, setting, id_)


def refusal(
    found: Found,
    reason: str,
    nearest: tuple[Citation, ...],
    setting: Setting,
    id_: str,
) -> Answer:
    """Word a refusal."""
    templates, person = setting.templates, setting.config.ask_instead
    parts = [templates.fill_text("refused", {"reason": reason})]
    if nearest:
        lines = "\n".join(source_line(each) for each in nearest)
        parts.append(templates.fill_text("nearest", {"nearest": lines}))
        if nearest[0].owner:
            parts.append(templates.fill_text("owner", {"owner": nearest[0].owner}))
    if person:
        parts.append(templates.fill_text("instead", {"person": person}))
    text = "\n\n".join(parts) + "\n"
    return Answer(
        id=id_,
        question=found.question,
        reading=found.reading,
        status="abstained",
        text=text,
        segments=(Segment("template", text),),
        confidence=round(found.confidence, 6),
        index=setting.reader.fingerprint,
        nearest=nearest,
        reason=reason,
        timings_ms=found.timings_ms,
    )


def reason_of(found: Found, setting: Setting) -> str:
    """Say why there is no answer: the stages in their order, the first that failed."""
    templates = setting.templates
    if not found.evidence:
        return templates.fill_text("reason_nothing", {})
    reasons = []
    if found.unknown:
        terms = ", ".join(found.unknown)
        reasons.append(templates.fill_text("reason_unknown", {"terms": terms}))
        if found.hits and found.hits[0].also:
            words = ", ".join(found.hits[0].also)
            reasons.append(templates.fill_text("reason_also", {"words": words}))
    mismatch = premise(found.reading, found.evidence[0])
    if mismatch:
        values = {"asked": mismatch.asked, "spoken": mismatch.spoken}
        reasons.append(templates.fill_text("reason_premise", values))
    if _lacks_kind(found):
        kind = _KINDS[found.reading.expects]
        reasons.append(templates.fill_text("reason_kind", {"kind": kind}))
    if not reasons:
        values = {
            "score": f"{found.confidence:.2f}",
            "threshold": f"{setting.config.threshold:.2f}",
        }
        reasons.append(templates.fill_text("reason_weak", values))
    return " ".join(reasons)


def nearest_to(founds: Sequence[Found], reader: Reader) -> Iterator[Citation]:
    """Cite the best sentence of each of the nearest sections, the questions in turn."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for found in founds:
        before = len(seen)
        for hit, sentence in _by_nearness(found, reader):
            key = (hit.chunk.document, hit.chunk.section)
            if key in seen:
                continue
            seen.add(key)
            yield cite(len(seen), hit, (sentence.start, sentence.end), reader)
            if len(seen) - before == -(-_MAX_NEAREST // len(founds)):
                break


def _by_nearness(found: Found, reader: Reader) -> Iterator[tuple[Hit, Sentence]]:
    for each in found.evidence:
        yield each.hit, each.sentence
    for hit in found.hits:
        for sentence in reader.sentences(hit.chunk.id)[:1]:
            yield hit, sentence
