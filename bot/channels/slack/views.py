"""The windows behind the buttons, and the home tab."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels.slack import elements as make
from bot.channels.slack.blocks import confidence_word
from bot.channels.slack.elements import Element
from bot.channels.slack.markup import shorten
from bot.channels.slack.phrases import phrase
from bot.slack_config import Language
from bot.state.protocol import StoredAnswer

_AROUND = 700  # characters shown on each side of a quote
_LONGEST = 2_500  # characters of a quote in a window
_PLACES = 10  # quotes in a window
REASONS = ("wrong", "outdated", "incomplete", "should_not_answer")


@dataclass(frozen=True, slots=True)
class Overview:
    """What the bot knows: for the home tab and for "What can you answer?"."""

    documents: int
    collections: tuple[str, ...]
    newest: str | None = None  # date of the newest facts
    titles: tuple[str, ...] = ()
    index: str = ""  # fingerprint


def overview_text(known: Overview, language: Language) -> str:
    """Say what the bot knows."""
    if not known.documents:
        return phrase(language, "nothing_known")
    names = ", ".join(name or "/" for name in known.collections[:20])
    parts = [
        phrase(
            language,
            "knows",
            documents=known.documents,
            collections=shorten(names, 400),
        )
    ]
    if known.newest:
        parts.append(phrase(language, "newest", date=known.newest))
    return " ".join(parts)


def context_view(
    citations: Sequence[Mapping[str, Any]],
    texts: Mapping[str, str | None],
    language: Language,
) -> Element:
    """Show each quote, highlighted, with what stands around it.

    Args:
        citations: in the form of the JSON answer.
        texts: of the documents, by id; None where the document is gone.
        language: of our own words.
    """
    blocks = []
    for each in citations[:_PLACES]:
        blocks.append(make.header(_heading(each)))
        blocks.append(make.rich_text(*_passage(each, texts.get(each["document"]))))
    blocks = blocks or [make.context([phrase(language, "gone")])]
    return make.modal(
        phrase(language, "context_title"), phrase(language, "close"), blocks
    )


def _passage(citation: Mapping[str, Any], text: str | None) -> Iterable[Element]:
    quote = str(citation["quote"])
    shown = make.text(shorten(quote, _LONGEST), bold=True)
    place = _find(citation, text)
    if text is None or place is None:
        return [make.quote(shown)]
    before = text[max(place - _AROUND, 0) : place]
    end = place + len(quote)
    after = text[end : end + _AROUND]
    parts = [
        make.text(("… " if place > _AROUND else "") + before) if before else None,
        shown,
        make.text(after + (" …" if end + _AROUND < len(text) else ""))
        if after
        else None,
    ]
    return [make.section(*(part for part in parts if part is not None))]


def why_view(answer: Mapping[str, Any], language: Language) -> Element:
    """Tell how the question was read and why it was answered or refused."""
    reading = answer["reading"]
    lines = [phrase(language, "read_as", type=reading["type"])]
    if reading["focus"]:
        focus = shorten(", ".join(reading["focus"]), 500)
        lines.append(phrase(language, "looked_for", terms=focus))
    if answer["status"] == "answered":
        count = len(answer["citations"])
        lines.append(phrase(language, "found_in", count=count))
        level = confidence_word(float(answer["confidence"]), language)
        lines.append(phrase(language, "confidence", level=level))
    else:
        reason = shorten(str(answer["reason"]), 1_000)
        lines.append(phrase(language, "refused_because", reason=reason))
    body = make.rich_text(make.bullets([make.text(line)] for line in lines))
    return make.modal(phrase(language, "why_title"), phrase(language, "close"), [body])


def verify_view(
    citations: Sequence[Mapping[str, Any]],
    texts: Mapping[str, str | None],
    language: Language,
) -> Element:
    """Tell of each quote whether the documents still say so."""
    lines = []
    for each in citations[:_PLACES]:
        finding = check_quote(each, texts.get(each["document"]))
        lines.append(
            [
                make.text(f"{_heading(each)}: "),
                make.text(phrase(language, finding), bold=True),
            ]
        )
    blocks = [make.rich_text(make.bullets(lines))] if lines else []
    return make.modal(
        phrase(language, "verify_title"),
        phrase(language, "close"),
        blocks or [make.context([phrase(language, "gone")])],
    )


def check_quote(citation: Mapping[str, Any], text: str | None) -> str:
    """Compare a quote with its document now: intact, moved, changed or removed."""
    if text is None:
        return "removed"
    place = _find(citation, text)
    if place is None:
        return "changed"
    return "intact" if place == citation["start"] else "moved"


def _find(citation: Mapping[str, Any], text: str | None) -> int | None:
    if text is None:
        return None
    quote, start = str(citation["quote"]), int(citation["start"])
    if text[start : start + len(quote)] == quote:
        return start
    found = text.find(quote)
    return found if found >= 0 else None


def reason_view(answer_id: str, language: Language) -> Element:
    """The form that asks what was wrong."""
    options = [
        {"text": make.plain(phrase(language, reason), 75), "value": reason}
        for reason in REASONS
    ]
    view = make.modal(phrase(language, "reason_title"), phrase(language, "close"), [])
    return {
        **view,
        "callback_id": "feedback_reason",
        "private_metadata": answer_id,
        "submit": make.plain(phrase(language, "submit"), 24),
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "label": make.plain(phrase(language, "reason_label")),
                "element": {
                    "type": "radio_buttons",
                    "action_id": "reason",
                    "options": options,
                },
            },
            {
                "type": "input",
                "block_id": "comment",
                "optional": True,
                "label": make.plain(phrase(language, "comment_label")),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "comment",
                    "multiline": True,
                    "max_length": 2000,
                },
            },
        ],
    }


def home_view(
    known: Overview, recent: Sequence[StoredAnswer], language: Language
) -> Element:
    """The home tab: what is known, how to ask, what this person asked lately."""
    lines = [
        [
            make.text(shorten(str(each.payload["question"]), 200)),
            make.text(f" · {_outcome(each, language)}", italic=True),
        ]
        for each in recent
    ]
    none = make.section(make.text(phrase(language, "home_none")))
    return {
        "type": "home",
        "blocks": [
            make.header(phrase(language, "home_title")),
            make.rich_text(make.section(make.text(overview_text(known, language)))),
            make.header(phrase(language, "home_ask")),
            make.rich_text(make.section(make.text(phrase(language, "help")))),
            make.header(phrase(language, "home_recent")),
            make.rich_text(make.bullets(lines) if lines else none),
        ],
    }


def denied_home(language: Language) -> Element:
    """The home tab of a person who may not ask."""
    return {"type": "home", "blocks": [make.context([phrase(language, "home_denied")])]}


def _heading(citation: Mapping[str, Any]) -> str:
    where = " › ".join((str(citation["title"]), *citation["section"][-1:]))  # noqa: RUF001 - a sign
    return shorten(f"[{citation['number']}] {where}", 140)


def _outcome(stored: StoredAnswer, language: Language) -> str:
    status = phrase(language, str(stored.payload["status"]))
    return f"{status} · {_day(stored.given)}"


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
