"""English words that say how a sentence is built, not what it is about."""

from __future__ import annotations

_FUNCTION_WORDS = """
a an the
i me my mine myself we our ours ourselves you your yours yourself yourselves
he him his himself she her hers herself it its itself
they them their theirs themselves one oneself
this that these those there here
who whom whose which what when where why how whoever whatever whichever whenever
am is are was were be been being
do does did doing done
have has had having
can could shall should will would might must ought cannot
and or but nor so yet if then else than because although though unless until while
whether as
of at by for with about against between into through during before after above below
to from up down in out on off over under upon onto within without toward towards
among along across per via
not no only just also too very much many more most such own same both each either
neither any some other another again ever even still rather quite
eg ie etc please
"""

STOP_WORDS = frozenset(_FUNCTION_WORDS.split())

# Written in capitals these are names: information technology, the health body.
ACRONYMS = frozenset({"IT", "WHO"})
