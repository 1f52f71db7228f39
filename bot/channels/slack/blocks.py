"""An answer as a message: short answer, quotes, sources, confidence, buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.channels.slack import elements as make
from bot.channels.slack.elements import Element, Message
from bot.channels.slack.markup import escape, shorten
from bot.channels.slack.phrases import phrase
from bot.places import short_place
from bot.records import Answer, Citation
from bot.slack_config import Language

FULL = 10_000  # characters in all: Slack refuses some 13,200 (bolt-js 2509)
SMALL = 3_000  # for a second try when Slack still finds the message too long
_FALLBACK = 3_000  # characters of the text beside blocks
_SHOWN_QUOTES = 8  # two lines of small print are for the rest and the confidence
_SHOWN_REMARKS = 3  # each takes the line of a quote
_SHORT = 600  # characters of a short answer
_LEAD = 300  # characters of a lead-in or of a table's header
_REMARK = 400  # characters of a remark on the sources
_HIGH, _MEDIUM = 0.85, 0.65  # confidence from which it is called so
_DAYS_A_MONTH, _DAYS_A_YEAR = 30.44, 365.25
_MONTHS_FROM, _YEARS_FROM = 90, 730  # days from which an age is told in months, years


@dataclass(frozen=True, slots=True)
class Style:
    """How messages look in one place."""

    language: Language = "en"
    ask_instead: str = ""
    private: bool = False  # only the asker sees it, and may share it
    today: date | None = None  # for ages; None is the real one


def answer_message(answer: Answer, style: Style, limit: int = FULL) -> Message:
    """Show an answer or a refusal in at most ``limit`` characters."""
    blocks = list(_body(answer, style, limit))
    if not answer.index:
        return Message(tuple(blocks), escape(answer.text.strip()))
    blocks.append(make.actions(_buttons(answer, style)))
    say = style.language
    blocks.append(
        make.feedback(
            "feedback", phrase(say, "helpful"), phrase(say, "not_helpful"), answer.id
        )
    )
    return Message(tuple(blocks), fallback(answer, style, min(limit, _FALLBACK)))


def shared_message(answer: Answer, style: Style, question: str) -> Message:
    """Show an answer that its asker has shared with a channel."""
    message = answer_message(answer, style)
    note = phrase(style.language, "shared_by", question=shorten(question, 200))
    return Message((make.context([note]), *message.blocks), message.text)


def notice(text: str) -> Message:
    """Say something of our own."""
    return Message((make.rich_text(make.section(make.text(text))),), escape(text))


def bare(message: Message) -> Message:
    """The message without blocks: the last resort when Slack refuses them."""
    return Message((), message.text)


def fallback(answer: Answer, style: Style, limit: int = _FALLBACK) -> str:
    """The answer as text without blocks, escaped."""
    if answer.status == "abstained":
        parts = [phrase(style.language, "dont_know"), answer.reason or ""]
        parts += [f"- {_place(each)}" for each in answer.nearest]
    else:
        parts = [answer.short or ""]
        for each in answer.citations[:_SHOWN_QUOTES]:
            parts.append(f'"{shorten(each.quote, limit // 4)}" [{each.number}]')
        parts += [shorten(each, _REMARK) for each in answer.remarks]
        parts += [
            f"[{each.number}] {_place(each)}"
            for each in answer.citations[:_SHOWN_QUOTES]
        ]
    whole = "\n".join(part for part in parts if part)
    # Entities are longer than what they stand for: cut before escaping, with room.
    shown = escape(shorten(whole, limit))
    return shown if len(shown) <= 2 * limit else escape(shorten(whole, limit // 3))


def confidence_word(confidence: float, language: Language) -> str:
    """Say a probability in a word."""
    level = "high" if confidence >= _HIGH else "low"
    if _MEDIUM <= confidence < _HIGH:
        level = "medium"
    return phrase(language, level)


def source_line(citation: Citation, style: Style) -> str:
    """Name a source: number, title, section, date, age, owner."""
    return f"[{citation.number}] " + " · ".join(
        (_place(citation), *_freshness(citation, style))
    )


def _body(answer: Answer, style: Style, limit: int) -> Iterator[Element]:
    note = _note(answer)
    if note:
        yield make.context([note])
    if not answer.index:  # no index was asked: a greeting, a word of thanks
        yield make.rich_text(make.section(make.text(answer.text.strip())))
        return
    if answer.status == "abstained":
        yield make.rich_text(*_refusal(answer, style, limit))
        return
    lines = [shorten(each, _REMARK) for each in answer.remarks[:_SHOWN_REMARKS]]
    shown = answer.citations[: _SHOWN_QUOTES - len(lines)]
    lines += [shorten(source_line(each, style), 250) for each in shown]
    taken = sum(map(len, lines)) + sum(_LEAD for each in shown if each.lead)
    room = limit - taken - _SHORT - 400  # for buttons and small print
    yield make.rich_text(*_quotes(answer, shown, max(room, 40 * len(shown))))
    left_out = len(answer.citations) - len(shown)
    if left_out:
        lines.append(phrase(style.language, "more_quotes", count=left_out))
    level = confidence_word(answer.confidence, style.language)
    lines.append(phrase(style.language, "confidence", level=level))
    yield make.context(lines)


def _note(answer: Answer) -> str:
    """How the question was read, where the answer opens with that."""
    notes = answer.reading.notes
    return notes[0] if notes and answer.text.startswith(notes[0]) else ""


def _quotes(answer: Answer, shown: Sequence[Citation], room: int) -> Iterator[Element]:
    if answer.short:
        yield make.section(make.text(shorten(answer.short, _SHORT), bold=True))
    for each, share in zip(shown, _shares(shown, room), strict=True):
        lead = f"{shorten(each.lead.quote, _LEAD)}\n" if each.lead else ""
        yield make.quote(
            make.text(f"{lead}{shorten(each.quote, share)} "),
            make.link(each.link or each.url, f"[{each.number}]"),
        )


def _shares(shown: Sequence[Citation], room: int) -> list[int]:
    """Divide the room: what a short quote does not need, longer ones may use."""
    shares = [0] * len(shown)
    by_length = sorted(range(len(shown)), key=lambda place: len(shown[place].quote))
    for done, place in enumerate(by_length):
        shares[place] = min(len(shown[place].quote), room // (len(shown) - done))
        room -= shares[place]
    return shares


def _refusal(answer: Answer, style: Style, limit: int) -> Iterator[Element]:
    say = style.language
    yield make.section(
        make.text(f"{phrase(say, 'dont_know')} ", bold=True),
        make.text(shorten(answer.reason or "", limit // 4)),
    )
    if answer.nearest:
        yield make.section(make.text(f"\n{phrase(say, 'nearest')}", italic=True))
        yield make.bullets(
            (
                make.link(each.link or each.url, shorten(_place(each), limit // 12)),
                *(
                    [make.text(f" · {' · '.join(fresh)}")]
                    if (fresh := _freshness(each, style))
                    else []
                ),
            )
            for each in answer.nearest[:_SHOWN_QUOTES]
        )
    if style.ask_instead:
        yield make.section(
            make.text(f"\n{phrase(say, 'ask_instead')}"),
            make.person(style.ask_instead),
            make.text("."),
        )


def _buttons(answer: Answer, style: Style) -> list[Element]:
    say = style.language
    names = ["why"]
    if answer.citations or answer.nearest:
        names.insert(0, "context")
    if answer.citations:
        names.append("verify")
        if style.private:
            names.append("share")
    return [make.button(name, phrase(say, name), answer.id) for name in names]


def _place(citation: Citation) -> str:
    repeats = citation.section[:1] == (citation.title,)
    section = citation.section[1:] if repeats else citation.section
    named = shorten(" › ".join((citation.title, *section)), 180)  # noqa: RUF001 - a sign
    where = short_place(citation)
    return f"{named}, {shorten(where, 60)}" if where else named


def _freshness(citation: Citation, style: Style) -> Iterator[str] | list[str]:
    parts = []
    if citation.date:
        parts.append(phrase(style.language, "as_of", date=citation.date[:40]))
        age = _age(citation.date, style)
        if age:
            parts.append(age)
    if citation.owner:
        parts.append(phrase(style.language, "owner", name=citation.owner[:60]))
    return parts


def _age(written: str, style: Style) -> str:
    try:
        day = date.fromisoformat(written[:10])
    except ValueError:
        return ""  # a year or a month alone: no age in days can be told
    days = ((style.today or datetime.now(UTC).date()) - day).days
    if days < 0:
        return ""
    if days < _MONTHS_FROM:
        return phrase(style.language, "age_days", count=days)
    if days < _YEARS_FROM:
        return phrase(style.language, "age_months", count=round(days / _DAYS_A_MONTH))
    return phrase(style.language, "age_years", count=round(days / _DAYS_A_YEAR))
