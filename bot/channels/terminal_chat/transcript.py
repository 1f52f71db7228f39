"""A thread as a file: Markdown, JSON or a web page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence

from bot.channels.terminal import harmless
from bot.channels.terminal_chat.lines import confidence_words
from bot.channels.terminal_chat.links import safe_url
from bot.payloads import answer_payload
from bot.records import Answer, Citation
from bot.wording import source_line

FORMS = ("md", "json", "html")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_LIST_MARK = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Chat</title>
<style>
body {{ max-width: 45rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5;
  font-family: system-ui, sans-serif; }}
blockquote {{ border-left: .25rem solid #888; margin: .5rem 0; padding-left: 1rem;
  white-space: pre-wrap; }}
.framing, .sources {{ white-space: pre-wrap; }}
.sources, .confidence {{ font-size: .9rem; opacity: .8; }}
</style></head>
<body>
{body}
</body>
</html>
"""


def transcript(answers: Sequence[Answer], form: str) -> str:
    """Write a thread down; text of documents and questions never becomes markup.

    Args:
        answers: oldest first.
        form: one of `FORMS`.
    """
    if form == "json":
        return json.dumps(
            [answer_payload(each) for each in answers], ensure_ascii=False, indent=2
        )
    if form == "html":
        return _PAGE.format(body="\n".join(_html(each) for each in answers))
    return "\n".join(_markdown(each) for each in answers)


def _markdown(answer: Answer) -> str:
    parts = [f"## {_plain(answer.question)}", ""]
    for note in answer.reading.notes:
        parts += [f"_{_plain(note)}_", ""]
    if answer.status == "abstained":
        parts += [_plain(answer.reason or ""), ""]
    if answer.short:
        parts += [f"**{_plain(answer.short)}**", ""]
    for each in answer.citations:
        quoted = f"{each.lead.quote}\n{each.quote}" if each.lead else each.quote
        parts += [f"> {_plain(line)}" for line in harmless(quoted).split("\n")]
        parts += [">", f"> {_markdown_source(each)}", ""]
    for remark in answer.remarks:
        parts += [_plain(remark), ""]
    if answer.nearest:
        parts += ["Nearest sections:", ""]
        parts += [f"- {_markdown_source(each)}" for each in answer.nearest] + [""]
    if answer.status == "answered":
        parts += [f"Confidence: {confidence_words(answer)}", ""]
    return "\n".join(parts)


def _markdown_source(citation: Citation) -> str:
    text = _plain(source_line(citation))
    url = safe_url(citation.link or citation.url)
    return f"{text} (<{url}>)" if url and "<" not in url and ">" not in url else text


def _plain(text: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\1", " ".join(harmless(text).split()))
    return _LIST_MARK.sub(lambda each: f"{each[1]}\\{each[2]}", escaped)


def _html(answer: Answer) -> str:
    parts = [f"<h2>{_text(answer.question)}</h2>"]
    whole = {each.quote for each in answer.citations}
    whole |= {each.lead.quote for each in answer.citations if each.lead}
    for segment in answer.segments:
        text = _text(segment.text)
        if segment.kind == "template":
            parts.append(f'<span class="framing">{text}</span>')
        elif segment.text in whole:
            parts.append(f"<blockquote>{text}</blockquote>")
        else:
            parts.append(f"<strong>{text}</strong>")
    links = [
        f'<a href="{html.escape(url)}" rel="noopener">{_text(each.title)}</a>'
        for each in answer.citations
        if (url := safe_url(each.link or each.url))
    ]
    if links:
        parts.append(f'<p class="sources">{" · ".join(links)}</p>')
    if answer.status == "answered":
        parts.append(
            f'<p class="confidence">Confidence: {confidence_words(answer)}</p>'
        )
    return "\n".join(parts)


def _text(text: str) -> str:
    return html.escape(harmless(text))
