"""Documents with the cited and the accepted passages marked, to be linked to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from bot.evaluation.matching import occurrences
from bot.evaluation.outcomes import Outcome
from bot.records import Span

_WHOLE = 30_000  # characters; of a longer document only what surrounds the marks
_AROUND = 1_000  # characters on each side of a mark
_CUT = " […] "


@dataclass(frozen=True, slots=True)
class Contexts:
    """The documents of a report, each with its marked spans."""

    texts: Mapping[str, str]
    spans: Mapping[str, tuple[Span, ...]]  # document to its marks, in order

    def link(self, document: str, span: Span) -> str | None:
        """Return the fragment of a marked span; None when it is not marked."""
        if span not in self.spans.get(document, ()):
            return None
        return f"d{list(self.spans).index(document)}-{span[0]}-{span[1]}"

    def find(self, document: str, quote: str) -> Span | None:
        """Return the first place of a quote in a document."""
        return next(occurrences(quote, self.texts.get(document, "")), None)

    def html(self) -> Iterator[str]:
        """Return each document, folded."""
        for number, (document, spans) in enumerate(self.spans.items()):
            body = "".join(_marked(self.texts[document], spans, f"d{number}"))
            yield (
                f'<details class="document" id="d{number}">'
                f"<summary>{escape(document)}</summary><div>{body}</div></details>"
            )


def read_contexts(
    outcomes: Iterable[Outcome], read_text: Callable[[str], str | None]
) -> Contexts:
    """Read the documents that answers cite or evidence names.

    Args:
        outcomes: of one or more runs.
        read_text: document id to its text, None when there is no such document.
    """
    spans: dict[str, set[Span]] = {}
    texts: dict[str, str] = {}
    for document, quote, span in _quotes(outcomes):
        if document not in spans:
            spans[document], texts[document] = set(), read_text(document) or ""
        if span is None:
            spans[document].update(list(occurrences(quote, texts[document]))[:1])
        elif texts[document][slice(*span)] == quote:
            spans[document].add(span)
    return Contexts(
        {each: texts[each] for each in sorted(spans) if spans[each]},
        {each: tuple(sorted(spans[each])) for each in sorted(spans) if spans[each]},
    )


def _quotes(outcomes: Iterable[Outcome]) -> Iterator[tuple[str, str, Span | None]]:
    for outcome in outcomes:
        for each in outcome.question.evidence:
            yield each.document, each.quote, None
        answer = outcome.observation.answer
        for cited in (*answer["citations"], *answer["nearest"]):
            yield cited["document"], cited["quote"], (cited["start"], cited["end"])


def _marked(text: str, spans: Sequence[Span], prefix: str) -> Iterator[str]:
    """Mark spans that may overlap, each with an anchor where it starts."""
    bounds = sorted({0, len(text), *(each for span in spans for each in span)})
    anchors: dict[int, list[Span]] = {}
    for span in spans:
        anchors.setdefault(span[0], []).append(span)
    for start, end in itertools.pairwise(bounds):
        yield from (
            f'<a class="anchor" id="{prefix}-{low}-{high}"></a>'
            for low, high in anchors.get(start, ())
        )
        inside = any(low <= start and end <= high for low, high in spans)
        if inside:
            yield f"<mark>{escape(text[start:end])}</mark>"
        else:
            yield escape(_cut(text[start:end], start == 0, end == len(text), len(text)))


def _cut(between: str, first: bool, last: bool, length: int) -> str:  # noqa: FBT001 - two ends of a text
    """Leave out the middle of what stands between two marks of a long document."""
    if length <= _WHOLE or len(between) <= 2 * _AROUND:
        return between
    head = "" if first else between[:_AROUND]
    tail = "" if last else between[-_AROUND:]
    return head + _CUT + tail
