"""Text for a terminal: what a document says is shown, and never obeyed."""

from __future__ import annotations

import unicodedata

_MARK = "\N{REPLACEMENT CHARACTER}"
_KEPT = frozenset("\n\t")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # controls, formats, surrogates
_LINE_ENDS = str.maketrans({"\u2028": "\n", "\u2029": "\n\n", "\u00ad": None})
_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji are written with them
_LATIN_ENDS = "\u0590"  # the scripts before it never need a joiner
_MOST_MARKS = 8  # in a row; more of them run over the lines above and below


def harmless(text: str) -> str:
    r"""Replace what could drive a terminal or hide in it by a visible mark.

    Control sequences, bidirectional overrides, zero-width characters and lone
    surrogates become U+FFFD; line ends and tabs stay, a carriage return and soft
    hyphens go. Joiners stay inside the scripts that are written with them, and
    accents heaped on one letter are cut.

    >>> harmless("a\x1b[2Jb")
    'a�[2Jb'
    """
    shown: list[str] = []
    marks = 0
    for each in text.replace("\r\n", "\n").replace("\r", "\n").translate(_LINE_ENDS):
        category = unicodedata.category(each)
        marks = marks + 1 if category.startswith("M") else 0
        if marks > _MOST_MARKS:
            continue
        joins = each in _JOINERS and bool(shown) and shown[-1] > _LATIN_ENDS
        if joins or each in _KEPT or category not in _HIDDEN:
            shown.append(each)
        else:
            shown.append(_MARK)
    return "".join(shown)
