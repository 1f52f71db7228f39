"""An answer is put together: one question, or several in one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.found import Found, Setting
from bot.answering.framing import Body, frame, stripped
from bot.answering.refusing import nearest_to, reason_of, refusal, refuse, refuses
from bot.records import Answer, Reading, Segment
from bot.wording import Values, source_line


def answer(found: Found, setting: Setting, id_: str) -> Answer:
    """Answer with the best evidence, or refuse when it is too weak.

    Args:
        found: the question with its evidence, best first.
        setting: the index the evidence comes from, the threshold and the wording.
        id_: the receipt id the answer gets.
    """
    if refuses(found, setting.config):
        return refuse(found, setting, id_)
    return _answered(found, frame(found, setting), setting, id_)


def answer_parts(
    reading: Reading, founds: Sequence[Found], setting: Setting, id_: str
) -> Answer:
    """Answer the questions of one message, each by its own evidence, or refuse it.

    The answer as a whole is a refusal only where none of them is answered; its
    confidence is that of the least sure part which is.

    Args:
        reading: the whole message.
        founds: its questions with their evidence, in order.
        setting: the index the evidence comes from, the threshold and the wording.
        id_: the receipt id the answer gets.
    """
    count = {"count": str(len(founds))}
    note = setting.templates.fill_text("reading_parts", count)
    read = replace(reading, notes=(note, *reading.notes))
    answered = [each for each in founds if not refuses(each, setting.config)]
    if not answered:
        return _all_refused(read, founds, setting, id_)
    segments = [Segment("template", f"{note}\n\n")]
    body, shorts = Body((), ()), []
    for number, found in enumerate(founds):
        body = _part(found, setting, body)
        shorts += [body.short] if body.short else []
        segments += [Segment("template", "\n" if number else ""), *body.segments]
    short = shorts[0] if len(answered) == 1 and shorts else None
    weakest = min(answered, key=lambda each: each.confidence)
    shown = replace(weakest, question=reading.text, reading=read)
    whole = replace(body, segments=tuple(segments), short=short)
    return _answered(shown, whole, setting, id_)


def _all_refused(
    reading: Reading, founds: Sequence[Found], setting: Setting, id_: str
) -> Answer:
    reasons = (
        setting.templates.fill_text(
            "reason_part",
            {"question": each.question, "reason": reason_of(each, setting)},
        )
        for each in founds
    )
    surest = max(founds, key=lambda each: each.confidence)
    whole = replace(surest, question=reading.text, reading=reading)
    nearest = tuple(nearest_to(founds, setting.reader))
    return refusal(whole, " ".join(reasons), nearest, setting, id_)


def _part(found: Found, setting: Setting, before: Body) -> Body:
    """Say what there is to one question of several."""
    templates = setting.templates
    if refuses(found, setting.config):
        reason = {"reason": reason_of(found, setting)}
        said: str | Sequence[Segment] = templates.fill_text("part_refused", reason)
        remark = f"{found.question} {said}"
        body = replace(before, short=None, remarks=(*before.remarks, remark))
    else:
        body = frame(found, setting, before.citations)
        body = replace(body, remarks=(*before.remarks, *body.remarks))
        said = body.segments
    values: Values = {"question": found.question, "body": said}
    return replace(body, segments=templates.fill("part", values))


def _answered(found: Found, body: Body, setting: Setting, id_: str) -> Answer:
    segments = setting.templates.fill(
        "answer",
        {
            "body": stripped(body.segments),
            "sources": "\n".join(source_line(each) for each in body.citations),
        },
    )
    return Answer(
        id=id_,
        question=found.question,
        reading=found.reading,
        status="answered",
        text="".join(each.text for each in segments),
        segments=segments,
        confidence=round(found.confidence, 6),
        index=setting.reader.fingerprint,
        short=body.short,
        citations=body.citations,
        remarks=body.remarks,
        timings_ms=found.timings_ms,
    )
