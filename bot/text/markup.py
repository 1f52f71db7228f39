"""Markdown and HTML marks are taken out of a text that is indexed, never quoted."""

from __future__ import annotations

import html
import re

PLAIN = "plain 1"  # version of what is taken out; part of an index's fingerprint

# Every pattern takes time linear in the text: no two neighbouring repetitions can
# match the same character, and none reads past the next opening mark.
_FENCE = re.compile(r"^[ \t]{0,12}(?:```|~~~)[^\n`]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_=|:+][ \t]*){3,}$", re.MULTILINE)
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]+\]:[ \t]*\S[^\n]*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\n]*\]")
_TARGET = r"\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"
_LINK = re.compile(rf"!?\[([^\[\]]*)\](?:{_TARGET}|\[[^\[\]\n]*\])")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]*)>")
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u)"
    r"(?:[ \t\n][^<>]*)?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINE_START = re.compile(
    r"^[ \t>]*(?:#{1,6}[ \t]+"
    r"|(?:[-*+\u2022]|[0-9]{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?",
    re.MULTILINE,
)
_CLOSING_HASHES = re.compile(r"(?<=[ \t])#+[ \t]*$", re.MULTILINE)
_EMPHASIS = re.compile(
    r"(?<![\w*\\])\*{1,3}(?=[^\s*])|(?<=[^\s*\\])\*{1,3}(?![\w*])"
    r"|(?<![\w_\\])_{1,3}(?=[^\s_])|(?<=[^\s_\\])_{1,3}(?![\w_])"
    r"|(?<![~\\])~~(?!~)|(?<!\\)`+"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    r"""Take the marks of Markdown and HTML out, and fold white space.

    Link targets, emphasis, heading and list marks, table pipes, fences, tags and
    comments go; link texts, code and bare addresses stay. Words are never joined
    or cut where no mark stood between their letters.

    >>> plain("## The **2.5D** [package](https://example.org/a_(b))| a | b |")
    'The 2.5D package a b'
    """
    text = _without_comments(text)
    for pattern in (_FENCE, _RULE, _DEFINITION, _FOOTNOTE):
        text = pattern.sub(" ", text)
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))  # twice: an image inside a link
    text = _ADDRESS.sub(r"\1", text)
    text = _TAG.sub(" ", _INLINE_TAG.sub("", text))
    text = _CLOSING_HASHES.sub("", _LINE_START.sub("", text))
    text = _EMPHASIS.sub("", text).replace("|", " ")
    text = html.unescape(_ESCAPE.sub(r"\1", text))
    return " ".join(text.split())


def _without_comments(text: str) -> str:
    pieces = []
    done = 0
    while (start := text.find("<!--", done)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        pieces.append(text[done:start])
        done = end + len("-->")
    return " ".join([*pieces, text[done:]])
