"""Pieces of Block Kit, built so that no text in them can be markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.slack.markup import readable, safe_url, shorten

Element = dict[str, Any]
_PLAIN = 2_000  # characters of a context element; Slack takes 3,000
_BUTTON = 75  # characters of a button's text, Slack's limit
_TITLE = 24  # of a modal's title, Slack's limit


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: blocks, and the text for notifications and screen readers."""

    blocks: tuple[Element, ...]
    text: str  # escaped

    def arguments(self) -> dict[str, Any]:
        """As arguments of a call; without blocks the text is what is shown."""
        shown: dict[str, Any] = {"text": self.text}
        if self.blocks:
            shown["blocks"] = list(self.blocks)
        return shown


def text(content: str, *, bold: bool = False, italic: bool = False) -> Element:
    """Text in rich text, which Slack does not parse; it must not be empty."""
    element: Element = {"type": "text", "text": readable(content) or " "}
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    if style:
        element["style"] = style
    return element


def link(url: str | None, content: str) -> Element:
    """Link where the URL may be linked, else plain text."""
    safe = safe_url(url)
    if safe is None:
        return text(content)
    return {"type": "link", "url": safe, "text": readable(content) or safe}


def person(name: str) -> Element:
    """A user or group that the configuration names by id, or a name as text."""
    if name[:1] in {"U", "W"} and _is_id(name):
        return {"type": "user", "user_id": name}
    if name[:1] == "S" and _is_id(name):
        return {"type": "usergroup", "usergroup_id": name}
    return text(name)


def _is_id(name: str) -> bool:
    shortest = 7  # Slack's ids are longer than any name that is all capitals
    return (
        len(name) >= shortest and name.isascii() and name.isalnum() and name.isupper()
    )


def section(*elements: Element) -> Element:
    """A paragraph of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: Element) -> Element:
    """A quotation in rich text."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def bullets(items: Iterable[Sequence[Element]]) -> Element:
    """A bulleted list in rich text."""
    return {
        "type": "rich_text_list",
        "style": "bullet",
        "elements": [section(*item) for item in items],
    }


def rich_text(*parts: Element) -> Element:
    """A block of rich text."""
    return {"type": "rich_text", "elements": list(parts)}


def plain(content: str, limit: int = _PLAIN) -> Element:
    """Plain text, in which Slack parses nothing, not even emoji."""
    shown = shorten(" ".join(readable(content).split()), limit)
    return {"type": "plain_text", "text": shown or " ", "emoji": False}


def context(lines: Sequence[str]) -> Element:
    """Small print, at most the ten lines Slack takes."""
    return {"type": "context", "elements": [plain(each) for each in lines[:10]]}


def header(content: str) -> Element:
    """A heading."""
    return {"type": "header", "text": plain(content, 150)}


def button(action: str, label: str, value: str) -> Element:
    """A button; the value is an id, never text."""
    return {
        "type": "button",
        "action_id": action,
        "text": plain(label, _BUTTON),
        "value": value,
    }


def actions(buttons: Sequence[Element]) -> Element:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def feedback(action: str, yes: str, no: str, value: str) -> Element:
    """The pair of buttons under an answer."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": action,
                "positive_button": {"text": plain(yes, _BUTTON), "value": f"+{value}"},
                "negative_button": {"text": plain(no, _BUTTON), "value": f"-{value}"},
            }
        ],
    }


def modal(title: str, close: str, blocks: Sequence[Element]) -> Element:
    """A window without a form."""
    return {
        "type": "modal",
        "title": plain(title, _TITLE),
        "close": plain(close, _TITLE),
        "blocks": list(blocks),
    }
