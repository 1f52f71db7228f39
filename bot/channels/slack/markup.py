"""Text into and out of Slack's markup: what is shown is never obeyed."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urlsplit

MAX_QUESTION = 4_000  # characters; the rest of a question is not read
_MAX_URL = 3_000  # Slack's limit for a link
_KEPT = frozenset("\n\t\u200c\u200d")  # joiners are letters' business in many scripts
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # controls, formats, surrogates
_REFERENCE = re.compile(r"<([^<>\n]{1,3000})>")
_ENDS = re.compile(r"(?<=[.!?。！？])[\s\"'”’)\]]|\n")  # noqa: RUF001 - CJK stops


def escape(text: str) -> str:
    """Write the three characters that Slack's markup is made of as entities.

    >>> escape("<!channel> & co")
    '&lt;!channel&gt; &amp; co'
    """
    return html.escape(readable(text), quote=False)


def readable(text: str) -> str:
    """Take out what cannot be seen: controls, direction marks, lone surrogates."""
    return "".join(
        each
        for each in text.replace("\r\n", "\n").replace("\r", "\n")
        if each in _KEPT or unicodedata.category(each) not in _HIDDEN
    )


def plain_question(text: str, bot_user: str) -> str:
    """Read a message as a question: no mention, references by their names.

    >>> plain_question("<@UBOT> who leads <https://a.example|it> &amp; why?", "UBOT")
    'who leads it & why?'
    """

    def named(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if target in {f"@{bot_user}", f"!{bot_user}"}:
            return " "
        if target.startswith(("@", "!")):
            return f" {label.lstrip('@')} "
        if target.startswith("#"):
            return f" {label or target} "
        return f" {label or target} "

    cut = text[: 2 * MAX_QUESTION]  # references are longer than what they show
    shown = html.unescape(_REFERENCE.sub(named, cut))
    return " ".join(readable(shown).split())[:MAX_QUESTION]


def mentions_others(text: str, bot_user: str) -> bool:
    """Tell whether a message calls a person or group other than the bot."""
    return any(
        match[1].startswith(("@", "!subteam", "!here", "!channel", "!everyone"))
        and match[1].partition("|")[0] != f"@{bot_user}"
        for match in _REFERENCE.finditer(text[: 2 * MAX_QUESTION])
    )


def safe_url(url: str | None) -> str | None:
    """Return the URL if it may be linked: http or https, a host, nothing hidden.

    >>> safe_url("javascript:alert(1)") is None
    True
    """
    if not url or len(url) > _MAX_URL or not url.isprintable():
        return None
    if any(each in '<>|"\\ ' for each in url):
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    hides_host = parts.username is not None or parts.password is not None
    return url if usable and not hides_host else None


def shorten(text: str, limit: int) -> str:
    """Cut to at most ``limit`` characters, after a sentence where there is one.

    A cut text ends in an ellipsis.
    """
    if len(text) <= limit:
        return text
    room = max(limit - 2, 0)
    ends = [match.start() for match in _ENDS.finditer(text[: room + 1])]
    best = max((end for end in ends if 0 < end <= room), default=0)
    if not best:
        best = text.rfind(" ", 0, room + 1)
    kept = text[:best].rstrip() if best > 0 else text[:room]
    return f"{kept} …"[:limit]
