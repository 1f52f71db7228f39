"""Pieces of text between the tags of HTML that stands inside Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ingest.lines import trim
from bot.records import Span

# A comment, or the whole of an element whose content is never shown, or a tag.
# An unclosed comment or element runs to the end, as it does in a browser.
_OPEN = re.compile(
    r"<!--|<(?:script|style|template|svg)\b|</?[a-zA-Z]|<[!?]", re.IGNORECASE
)
_CLOSE = {
    "<!--": re.compile(r"-->"),
    "<script": re.compile(r"</script\s*>", re.IGNORECASE),
    "<style": re.compile(r"</style\s*>", re.IGNORECASE),
    "<template": re.compile(r"</template\s*>", re.IGNORECASE),
    "<svg": re.compile(r"</svg\s*>", re.IGNORECASE),
}
_TAG_END = re.compile(r">")
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|em|i|kbd|mark|q|s|samp|small|span|strong|sub"
    r"|sup|time|u|var|wbr)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")


def text_runs(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of text between block-level tags; inline tags stay inside.

    >>> page = "<p>One <b>two</b></p><!-- no --><p>three</p>"
    >>> [page[a:b] for a, b in text_runs(page, 0, len(page))]
    ['One <b>two</b>', 'three']
    """
    run = position = start
    for_words = False
    while position < end:
        opened = _OPEN.search(text, position, end)
        tag = opened.start() if opened else end
        for_words = for_words or bool(_WORD.search(text, position, tag))
        after = _tag_end(text, opened, end) if opened else end
        if not opened or not _INLINE.match(text, tag, end):
            if for_words:
                yield _without_edge_tags(text, run, tag)
            run, for_words = after, False
        position = after


def _tag_end(text: str, opened: re.Match[str], end: int) -> int:
    close = _CLOSE.get(opened.group().lower(), _TAG_END)
    closed = close.search(text, opened.end(), end)
    return closed.end() if closed else end


def _without_edge_tags(text: str, start: int, end: int) -> Span:
    return trim(text, start, end)
