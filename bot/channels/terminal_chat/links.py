"""Links in a terminal: which may be shown, and whether the terminal can."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

_SCHEMES = frozenset({"http", "https"})
_LONGEST = 2_000  # characters; terminals cut or refuse longer ones
_TERMINALS = frozenset(
    {"iTerm.app", "WezTerm", "vscode", "Hyper", "ghostty", "rio", "mintty", "Tabby"}
)
_KNOWN_BY = (
    "WT_SESSION",
    "KONSOLE_VERSION",
    "KITTY_WINDOW_ID",
    "ALACRITTY_WINDOW_ID",
    "DOMTERM",
    "TERMINAL_EMULATOR",  # JetBrains
    "FOOT_VERSION",
)
_VTE = 5_000  # the first release that shows links (GNOME Terminal and its kin)


def safe_url(url: str | None) -> str | None:
    r"""Return a web address with everything odd percent-encoded, or None.

    Only http and https are links: an address stands in a document, and whoever wrote
    the document should not choose which program opens.

    >>> safe_url("https://example.org/a b\x1b")
    'https://example.org/a%20b%1B'
    >>> safe_url("javascript:alert(1)") is None
    True
    """
    if not url or len(url) > _LONGEST:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not parts.netloc:
        return None
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~-._", errors="replace")


def file_url(path: str) -> str:
    """Return the address of a file of this machine.

    >>> file_url("/docs/a b.md")
    'file:///docs/a%20b.md'
    """
    return "file://" + quote(path, errors="surrogateescape")


def shows_links(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal shows OSC 8 links, as far as its variables say.

    FORCE_HYPERLINK (1 or 0) decides where the guess is wrong.
    """
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced != "0"
    term = environment.get("TERM", "")
    if term in {"dumb", "linux"} or "STY" in environment:
        return False
    vte = environment.get("VTE_VERSION", "")
    if re.fullmatch(r"[0-9]{1,9}", vte) and int(vte) >= _VTE:
        return True
    if environment.get("TERM_PROGRAM") in _TERMINALS:
        return True
    if any(environment.get(each) for each in _KNOWN_BY):
        return True
    return term.startswith(("xterm-kitty", "alacritty", "foot", "xterm-ghostty"))
