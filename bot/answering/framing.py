"""What is said to one question: quotes in the template of its type, with remarks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answering.agreement import compare_sources, dated, numbered
from bot.answering.found import Found, Setting
from bot.answering.quoting import Quote, quote
from bot.answering.selection import Selection, select
from bot.records import Citation, Evidence, Reading, Segment
from bot.text.terms import tokenize
from bot.wording import Templates, heading, merge

_VERDICTS = frozenset({"Yes", "No"})
# A sentence that itself tells of several values gives no single one.
_DIVIDED = re.compile(
    r"\b(?:sources|reports|accounts|figures|dates|estimates|numbers) "
    r"(?:differ|disagree|vary|conflict)\b",
    re.IGNORECASE,
)
# A quote that begins so cannot be understood without what it stands under.
_POINTS_BACK = re.compile(
    r"(?:It|Its|They|Their|He|His|She|Her|This|These|That|Those|Here|There|Both|Such"
    r"|(?:The|This|That|These|Those) (?:company|firm|group|project|programme|program"
    r"|consortium|organi[sz]ation|agency|centre|center|plant|site|article|report|line"
    r"|process|technology|material|method|former|latter|same))\b"
)


@dataclass(frozen=True, slots=True)
class Body:
    """What is said to a question: segments without sources, and what they cite."""

    segments: tuple[Segment, ...]
    citations: tuple[Citation, ...]  # all of the answer so far, this question's last
    short: str | None = None
    remarks: tuple[str, ...] = ()


def frame(found: Found, setting: Setting, before: tuple[Citation, ...] = ()) -> Body:
    """Quote the evidence, and frame it by the template of the question's type.

    Args:
        found: the question with its evidence, best first; at least one.
        setting: the index, how many quotes to show, and the wording.
        before: what the answer cites already; a quote among it keeps its number.
    """
    reading, templates = found.reading, setting.templates
    selection = select(reading, found.evidence, setting.config.max_quotes)
    known, quoted = _quoted(selection.evidence, found, setting, before)
    agreement = compare_sources(reading, _cited(quoted))
    telling = {*agreement.agreeing, *agreement.differing}
    kept = [
        each
        for each, made in quoted
        if each.score >= selection.needed or made.citation.number in telling
    ]
    if len(kept) < len(quoted):  # what only comes near says nothing more
        known, quoted = _quoted(kept, found, setting, before)
        agreement = compare_sources(reading, _cited(quoted))
    differ = bool(agreement.differing)
    first = quoted[0][1].citation
    short = found.evidence[0].short
    if differ or _DIVIDED.search(first.quote) or not _is_shown(short, first.quote):
        short = None
    values: dict[str, str | Sequence[Segment]] = {
        "quotes": tuple(_quote_segments([made for _, made in quoted], templates))
    }
    if short is not None:
        shown = (Segment("quote", short, first.number),)
        values["short"] = short if short in _VERDICTS else shown
    name = "differ" if differ else _template(reading, short, templates)
    remarks = []
    if differ:
        sources = [each for _, each in _cited(quoted)]
        *some, last = dated(sources, (first.number, *agreement.differing))
        words = {"first": ", ".join(some), "second": last}
        remarks.append(templates.fill_text("remark_differ", words))
    if agreement.agreeing:
        words = {"numbers": numbered(agreement.agreeing)}
        remarks.append(templates.fill_text("remark_agree", words))
    remarks += _silence(reading, selection, templates)
    said = stripped(templates.fill(name, values))
    below = [Segment("template", f"\n\n{each}") for each in remarks]
    return Body(merge(iter((*said, *below))), known, short, tuple(remarks))


def _quoted(
    evidence: Iterable[Evidence],
    found: Found,
    setting: Setting,
    before: tuple[Citation, ...],
) -> tuple[tuple[Citation, ...], list[tuple[Evidence, Quote]]]:
    """Quote each piece of evidence once; return all citations, and the new quotes."""
    known, quoted = before, list[tuple[Evidence, Quote]]()
    for each in evidence:
        made = quote(len(known) + 1, each, found.reading, setting.reader)
        known, made = _numbered(known, made)
        if all(made.citation.number != one.citation.number for _, one in quoted):
            quoted.append((each, made))
    return known, quoted


def _cited(
    quoted: Iterable[tuple[Evidence, Quote]],
) -> list[tuple[Evidence, Citation]]:
    return [(each, made.citation) for each, made in quoted]


def _numbered(
    known: tuple[Citation, ...], made: Quote
) -> tuple[tuple[Citation, ...], Quote]:
    """Give a quote that is cited already, or part of one, the number that it has."""
    new = made.citation
    for each in known:
        inside = each.start <= new.start and new.end <= each.end
        if each.document == new.document and inside:
            return known, replace(made, citation=each)
    return (*known, new), made


def _template(reading: Reading, short: str | None, templates: Templates) -> str:
    name = reading.type if short is not None else f"{reading.type}_quoted"
    return name if templates.has(name) else "found"


def _is_shown(short: str | None, text: str) -> bool:
    """Whether the short answer is part of the quote, or follows from it by rule."""
    return short is not None and (short in _VERDICTS or short in text)


def _silence(
    reading: Reading, selection: Selection, templates: Templates
) -> Iterator[str]:
    """Say which side of a comparison nothing was found on, in the asker's words."""
    side = [each for each in reading.focus if selection.silent & set(tokenize(each))]
    # What has no name may stand there in other words.
    if any(each.isupper() or each.isdigit() for word in side for each in word):
        yield templates.fill_text("remark_side", {"side": " ".join(side)})


def _quote_segments(quotes: Sequence[Quote], templates: Templates) -> Iterator[Segment]:
    for place, each in enumerate(quotes):
        cited = each.citation
        yield Segment("template", "\n" if place else "")
        if cited.lead is None and _POINTS_BACK.match(cited.quote):
            about = templates.fill_text("about", {"about": heading(cited)})
            yield Segment("template", f"{about}\n")
        yield Segment("template", '"')
        if cited.lead is not None:
            yield Segment("quote", cited.lead.quote, cited.number)
            yield Segment("template", "\n")
        yield Segment("quote", cited.quote, cited.number)
        yield Segment("template", f'" [{cited.number}]')
        if each.more:
            more = templates.fill_text("more_items", {"count": str(each.more)})
            yield Segment("template", f" {more}")


def stripped(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Leave out the line's end of a template that is put into another one."""
    *others, last = segments
    if last.kind == "template":
        return merge(iter((*others, Segment("template", last.text.rstrip("\n")))))
    return tuple(segments)
