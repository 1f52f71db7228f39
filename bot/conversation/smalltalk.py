"""Messages that ask the documents nothing: greetings, thanks, "what can you do?"."""

from __future__ import annotations

import re

_PATTERNS = {
    "greeting": r"(?:hi+|hey+|hello|hiya|howdy|yo|moin|good (?:morning|afternoon"
    r"|evening|day)|greetings|hallo|hola|bonjour)(?: (?:there|bot|all|everyone"
    r"|everybody|again|team|folks))*(?: how are you(?: (?:doing|today))*)?"
    r"|how are you(?: (?:doing|today))*|how(?:'s| is) it going|what'?s up",
    "thanks": r"(?:(?:ok(?:ay)?|great|perfect|super|cool|nice|awesome|yes|good"
    r"|got it) )*"
    r"(?:(?:many |much )?thanks?(?: you)?|thx|ty|cheers|much appreciated|merci|danke)"
    r"(?: (?:a lot|so much|very much|you|again|bot|for (?:the|your) (?:help|answer)"
    r"|for that|for this|that(?:'s| is| was) (?:great|helpful|all|perfect|it)))*"
    r"|(?:great|perfect|cool|nice|awesome|got it|good bot|well done|very helpful)"
    r"|that(?:'s| is| was) (?:great|helpful|very helpful|perfect|good|useful)",
    "abilities": r"(?:so )?(?:what (?:can|do|could) (?:you|u) (?:do|know|answer)"
    r"(?: for (?:me|us))?|what (?:can|should|may|could) (?:i|we) ask(?: you)?"
    r"(?: about)?|how (?:can|do) (?:you|u) help(?: (?:me|us))?|how do (?:you|u) work"
    r"|how does this work|how do i use (?:you|this)|who are (?:you|u)"
    r"|what are (?:you|u)"
    r"|(?:please )?help(?: me)?(?: please)?|what do you know about)"
    r"|are you (?:a (?:ro)?bot|human|real|an? (?:ai|llm|person))",
    "goodbye": r"(?:good)?bye(?: bye)?(?: bot)?|see (?:you|ya)(?: later)?|good night"
    r"|cya|farewell|have a (?:nice|good|great) (?:day|evening|weekend|one)",
}
_KINDS = {
    name: re.compile(rf"(?:{pattern})", re.IGNORECASE)
    for name, pattern in _PATTERNS.items()
}
_LONGEST = 80  # characters; whoever writes more has something to ask
_NOT_WORDS = re.compile(r"[^\w'’ ]+|_+")


def small_talk(text: str) -> str | None:
    """Name the kind of small talk that a whole message is, or None.

    A greeting before a question is no small talk: the question counts.

    >>> small_talk("Thanks a lot!!")
    'thanks'
    >>> small_talk("hi, when was JOINT2 established?") is None
    True
    """
    if len(text) > _LONGEST:
        return None
    bare = " ".join(_NOT_WORDS.sub(" ", text).replace("’", "'").split())
    return next((name for name, each in _KINDS.items() if each.fullmatch(bare)), None)
