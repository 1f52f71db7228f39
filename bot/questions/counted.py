"""What a question counts: the members of "how many members"."""

from __future__ import annotations

import re

from bot.text.terms import tokenize

_VERB = r"(?:is|are|was|were|do|does|did|has|have|had|can|will|would|must)"
_ONES = r"(?:the|its|his|her|their|these|those|our)"
_COUNTED = re.compile(
    rf"\bhow (?:many|much) (?:of {_ONES} )?"
    rf"(?:([\w-]+(?: [\w-]+){{0,2}}?) {_VERB}\b|([\w-]+))"
    r"|\bnumber of ([\w-]+)",
    re.IGNORECASE,
)


def counted(question: str) -> tuple[str, ...]:
    """Return the terms of what is counted, the head noun last; none without one.

    >>> counted("How many founding members did it have?")
    ('found', 'member')
    """
    match = _COUNTED.search(question)
    found = (match[1] or match[2] or match[3]) if match else ""
    return () if found.split()[:1] == ["of"] else tuple(tokenize(found))
