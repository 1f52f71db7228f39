"""Typed spans of a sentence: dates, numbers, amounts, names, places."""

from __future__ import annotations

from bot.questions.dates import dates
from bot.questions.names import name_lists, names, places
from bot.questions.quantities import amounts, counts, measures
from bot.records import Span

_FINDERS = {
    "date": dates,
    "number": counts,
    "amount": amounts,
    "quantity": measures,
    "name": names,
    "names": name_lists,
    "place": places,
}
SPAN_KINDS = frozenset({*_FINDERS, "expansion"})


def spans(kind: str, text: str) -> list[Span]:
    """Find what could be a short answer of a kind, left to right.

    Args:
        kind: "date", "number", "amount", "quantity", "name", "names" or "place";
            another kind has no spans.
        text: one sentence.
    """
    found = _FINDERS.get(kind)
    return sorted(set(found(text))) if found else []
