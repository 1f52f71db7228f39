"""What Slack would reject in a message or a view, and what would call people."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

SCHEMA = Path(__file__).with_name("block_kit.schema.json")
_DEFINITIONS = {
    "actions": "ActionsBlock",
    "context": "ContextBlock",
    "context_actions": "ContextActionsBlock",
    "divider": "DividerBlock",
    "header": "HeaderBlock",
    "image": "ImageBlock",
    "input": "InputBlock",
    "markdown": "MarkdownBlock",
    "rich_text": "RichTextBlock",
    "section": "SectionBlock",
}
_CALLS = {"user", "usergroup", "broadcast", "channel", "team"}
_MARKUP = re.compile(r"<[!@#]|<(?:https?|mailto|javascript):", re.IGNORECASE)
_MOST_CHARACTERS = 13_200  # of all blocks of a message (bolt-js 2509)
_LENGTHS = {  # documented limits of the text of an object, by where it stands
    "button": 75,
    "header": 150,
    "context": 3_000,
    "section": 3_000,
    "option": 75,
    "title": 24,
    "submit": 24,
    "close": 24,
}


def message_problem(text: str, blocks: Any) -> str:  # noqa: ANN401 - from the wire
    """The error Slack would answer with, and why; "" for a good message."""
    if len(text) > 40_000:
        return "msg_too_long: text"
    if not blocks:
        return "" if text.strip() else "no_text: neither text nor blocks"
    problem = _blocks_problem(blocks, 50)
    if problem:
        return f"invalid_blocks: {problem}"
    if sum(len(each) for each in texts(blocks)) > _MOST_CHARACTERS:
        return "msg_blocks_too_long: all blocks"
    return ""


def view_problem(view: Any) -> str:  # noqa: ANN401, PLR0911 - one line a rule
    """What is wrong with a modal or a home tab; "" for a good one."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return "neither modal nor home"
    name = "ModalView" if view["type"] == "modal" else "HomeView"
    for error in _validator(name).iter_errors(view):
        if list(error.absolute_path)[:1] != ["blocks"]:
            return f"{list(error.absolute_path)}: {error.message[:200]}"
    if len(json.dumps(view)) > 250_000:
        return "larger than 250 KB"
    if len(view.get("private_metadata", "")) > 3_000:
        return "private_metadata too long"
    for key in ("title", "submit", "close"):
        if key in view and not 1 <= len(view[key]["text"]) <= _LENGTHS[key]:
            return f"{key} has {len(view[key]['text'])} characters"
    has_input = any(each.get("type") == "input" for each in view["blocks"])
    if has_input and "submit" not in view:
        return "inputs without submit"
    return _blocks_problem(view["blocks"], 100)


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """All texts that are shown."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "text" and isinstance(each, str):
                yield each
            else:
                yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def calls(text: str, blocks: Any) -> list[str]:  # noqa: ANN401 - from the wire
    """Everything in a message that mentions, or links without being a link."""
    found = [match[0] for match in _MARKUP.finditer(text)]
    for each in _objects(blocks or []):
        kind = each.get("type")
        if kind in _CALLS:
            found.append(str(kind))
        if kind == "mrkdwn":
            found += [match[0] for match in _MARKUP.finditer(each["text"])]
        if kind == "link" and not each["url"].startswith(("http://", "https://")):
            found.append(each["url"])
        if kind == "markdown":
            found.append("markdown")
    return found


def _blocks_problem(blocks: Any, most: int) -> str:  # noqa: ANN401 - from the wire
    if not isinstance(blocks, list) or len(blocks) > most:
        return "not a list, or too many blocks"
    for block in blocks:
        name = (
            _DEFINITIONS.get(str(block.get("type"))) if isinstance(block, dict) else ""
        )
        if not name:
            return f"unknown block {str(block)[:80]}"
        for error in _validator(name).iter_errors(block):
            return f"{block['type']} {list(error.absolute_path)}: {error.message[:200]}"
        problem = _limit_problem(block)
        if problem:
            return f"{block['type']}: {problem}"
    return ""


def _limit_problem(block: Mapping[str, Any]) -> str:
    elements = block.get("elements", [])
    most = {"context": 10, "actions": 25, "context_actions": 5}.get(
        block["type"], 5_000
    )
    if "elements" in block and not 1 <= len(elements) <= most:
        return f"{len(elements)} elements"
    if block["type"] == "header" and len(block["text"]["text"]) > _LENGTHS["header"]:
        return "text too long"
    if block["type"] in {"actions", "context"}:
        problem = _elements_problem(block["type"], elements)
        if problem:
            return problem
    for each in _objects(block):
        problem = _object_problem(each)
        if problem:
            return problem
    return ""


def _elements_problem(kind: str, elements: Sequence[Mapping[str, Any]]) -> str:
    ids = [each["action_id"] for each in elements if "action_id" in each]
    if len(ids) != len(set(ids)):
        return "an action_id twice"
    for each in elements:
        if kind == "context" and len(each.get("text", "")) > _LENGTHS["context"]:
            return "text too long"
    return ""


def _object_problem(each: Mapping[str, Any]) -> str:  # noqa: PLR0911 - one line a rule
    kind = each.get("type")
    if kind in {"text", "plain_text", "mrkdwn"} and not each["text"]:
        return "empty text"
    if kind == "button" and len(each["text"]["text"]) > _LENGTHS["button"]:
        return "button text too long"
    if len(each.get("action_id", "")) > 255:
        return "action_id too long"
    if isinstance(each.get("value"), str) and len(each["value"]) > 2_000:
        return "value too long"
    if len(each.get("url", "")) > 3_000:
        return "url too long"
    for option in each.get("options", []):
        if len(option["text"]["text"]) > _LENGTHS["option"]:
            return "option text too long"
    return ""


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


@functools.cache
def _validator(name: str) -> Draft7Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return Draft7Validator({**schema, "$ref": f"#/definitions/{name}"})
