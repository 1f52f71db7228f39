"""The parts that questions are made of: opening words, question words, auxiliaries."""

from __future__ import annotations

import re

OLD_TURNS = 4  # what was last spoken of before this many turns is forgotten
_LONGEST = 4_000  # characters
MAX_WORDS = 12  # a longer question is not an ellipsis, whatever it begins with

OPENING = re.compile(
    r"^(?:(?:and|but|so|ok(?:ay)?|then|also|well|hm+|oh|now|please|what if|or)\b[\s,]*"
    r"|(?:by the way|btw)[\s,]+)+",
    re.IGNORECASE,
)
WH = (
    r"(?:(?:since|until|by|from|in|on|at|to|for|with|of) )?"
    r"(?:how (?:many|much|long|often|big|large|old|far|come)|who(?:m|se)?|when|where"
    r"|why|how|which|what)"
)
AUX = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should"
    r"|may|might|must)"
)
WH_CLAUSE = re.compile(rf"^(?P<wh>{WH})(?P<rest> .*)$", re.IGNORECASE)
AUX_FIRST = re.compile(rf"^{AUX}(?:n't)?\b", re.IGNORECASE)
_UNMARKED = re.compile(r"^((?:and |so )?(?:what|who|where|when|how))s\b", re.IGNORECASE)


def core(question: str) -> str:
    """Return a question on one line, without the marks around it.

    What is beyond 4,000 characters is cut, as everywhere; "whats" and "abt" are
    written out.
    """
    text = " ".join(question[:_LONGEST].split()).strip(" .?!,;:…")
    text = _UNMARKED.sub(r"\1's", text)
    return re.sub(r"\babt\b", "about", text)
