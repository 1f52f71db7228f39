"""Words that were divided at the ends of printed lines are joined again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.ingest.pdf_lines import SOFT_HYPHEN, Line

_DIVIDED = re.compile(rf"(?P<left>\w+)(?:{SOFT_HYPHEN}|[-\u2010\u00ad])\Z")
_WORD = re.compile(r"\w+(?:-\w+)*")
_START = re.compile(r"\w+")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")


class Joiner:
    """Joins lines; the words of the whole document tell which hyphens stay."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """Collect the words that stand undivided somewhere in the document."""
        self._words = {
            word.lower() for line in lines for word in _WORD.findall(line.text)
        }

    def before(self, text: str, following: str) -> str:
        """Return a text as it stands in front of what follows on the next line.

        >>> Joiner([]).before("The tem-", "perature"), Joiner([]).before("a", "b")
        ('The tem', 'a ')
        """
        divided, begins = _DIVIDED.search(text), _START.match(following)
        if divided and begins:
            hyphen = self._hyphen(divided["left"], begins[0])
            return text[: divided.end("left")] + hyphen
        if _IDEOGRAPH.match(text[-1:]) and _IDEOGRAPH.match(following[:1]):
            return text
        return f"{text.rstrip(SOFT_HYPHEN)} "

    def mend(self, text: str) -> str:
        """Join the words that are divided inside what pdfium takes for one line."""
        whole, *rest = text.split(SOFT_HYPHEN)
        for piece in rest:
            whole = self.before(whole + SOFT_HYPHEN, piece) + piece
        return whole

    def _hyphen(self, left: str, right: str) -> str:
        """Return the hyphen that a word had before it was divided, if it had one."""
        if (left + right).lower() in self._words:
            return ""
        if f"{left}-{right}".lower() in self._words:
            return "-"
        is_name = left.isdigit() or left.isupper() or not right[0].islower()
        return "-" if is_name else ""
