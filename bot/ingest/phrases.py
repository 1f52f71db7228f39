"""Words that web pages put around their main text: the same on many sites.

A label is furniture only when it is all that a line says. The same words inside a
sentence are content and match nothing here.
"""
# ruff: noqa: E501, RUF001 - one pattern a line reads best; signs of many scripts

from __future__ import annotations

import re
from typing import Literal

# What a line is: a label that stands anywhere; one that begins the end of a page; a
# heading over other pages' titles; a sentence of a form or notice; a menu's word.
Furniture = Literal["label", "ending", "related", "form", "weak"]
LONGEST = 400  # characters; longer text is never furniture

_SITE = r"(?:facebook|twitter|x|linkedin|instagram|youtube|whatsapp|telegram|reddit|pinterest|tumblr|threads|mastodon|bluesky|tiktok|rss|e-?mail|print)"
_ITEMS = r"(?:posts?|articles?|stories|story|news|content|reading|topics?|videos?)"
_PAGES = r"(?:and|terms|conditions|privacy|cookies?|policy|of|use|service|imprint|contact|about|us|sitemap|accessibility|legal|notice)"

# Whole lines that mean nothing but furniture, wherever they stand.
_LABELS = (
    # social
    rf"(?:connect|get in touch|keep in touch|stay connected) with us(?: on {_SITE})?",
    rf"(?:follow|find|join|like) us(?: on (?:{_SITE}|social media))?",
    rf"share (?:this|on|via|to)(?: (?:article|post|story|page|on|via|{_SITE}))*",
    rf"(?:share )?{_SITE}(?:[ ,|/]+{_SITE})+",
    rf"share {_SITE}",
    r"(?:tweet|pin it|copy link|(?:email|print) this)(?: (?:page|article|post))?",
    r"like loading",
    # finding one's way
    r"(?:skip|jump)(?: to)? (?:the )?(?:main |primary )?(?:content|navigation|main)",
    r"(?:(?:hi|hello|hey)(?: there)? ,? ?)?what are you (?:looking|searching) for",
    r"search (?:for|(?:this|the) (?:site|website)|here)",
    r"(?:toggle|open|close|show|hide|main|primary|site) (?:the )?(?:menu|navigation|nav)",
    r"back to (?:the )?top",
    rf"(?:previous|next|older|newer) {_ITEMS}",
    r"continue reading",
    rf"(?:load|show|view|see) (?:more|all)(?: (?:comments|results|{_ITEMS}))?",
    r"table of contents",
    # advertising
    r"(?:advertisement|advertising|sponsored(?: content)?)",
    r"(?:article|story) continues (?:below|after)(?: (?:the |this )?(?:ad|advertisement))?",
    r"scroll (?:down )?to continue(?: reading)?",
    # cookie buttons
    r"(?:accept|allow|reject|decline|deny|refuse)(?: all)?(?: (?:optional|non-essential|necessary|essential|the))? cookies?",
    r"(?:accept|allow|reject|decline|deny) (?:all|and (?:close|continue))",
    r"(?:manage|customi[sz]e|change|more) (?:cookies?|cookie (?:settings|preferences)|preferences|consent|choices)",
    r"cookie (?:settings|preferences|consent)",
    r"(?:only )?(?:strictly )?necessary cookies(?: only)?",
)
# Labels of what stands below the main text: after them come forms, teasers, menus.
_ENDINGS = (
    r"(?:click|tap) (?:here )?to (?:leave a )?comment",
    r"be the first to comment",
    r"(?:leave|write|post|add|submit) (?:a|your|new|a new) (?:reply|comment)(?: cancel reply)?",
    r"(?:post|submit|add|leave) (?:comment|reply)",
    r"cancel reply",
    r"no comments(?: yet)?",
    r"(?:\d+|one|two|three) (?:comments?|repl(?:y|ies)|responses?)",
    r"comments? (?:are |is )?(?:closed|off|disabled)",
    r"(?:join|start) the (?:conversation|discussion)",
    r"(?:log|sign) in to (?:leave a )?(?:comment|reply)",
    r"you must be logged in to (?:post a )?(?:comment|reply)",
    r"(?:sign up|subscribe)(?: now| today)? (?:for|to) (?:our|the|my) (?:\w+ ){0,4}(?:newsletters?|mailing list|updates|channel|blog)",
    r"(?:get|join) (?:the|our) newsletter",
    r"get (?:the |our )?(?:latest|best|top|daily|weekly) .{0,60}(?:inbox|e-?mail)",
    r"(?:©|(?:copyright )?(?:©|\(c\)|(?:18|19|20)\d\d)).{0,100}all rights reserved(?: .{0,60})?",
    r"all rights reserved",
    r"(?:copyright )?© ?(?:(?:18|19|20)\d\d)?.{0,100}",
    r"copyright (?:\(c\) )?(?:18|19|20)\d\d\b.{0,80}",
    r"proudly powered by [\w .]{1,40}",
    rf"(?:privacy|cookie) (?:policy|notice)(?:[ ,|/·•&]+{_PAGES})*",
    r"(?:do not sell (?:or share )?my personal (?:information|data)|your privacy choices)",
)
# Headings over lists of other pages; short lines after them are those pages' titles.
_RELATED = (
    r"you (?:may|might|could) (?:also |even )?(?:like|enjoy|be interested in|love|want to read)",
    rf"(?:related|recommended|suggested|similar|popular|trending|latest|recent|featured|top|more) {_ITEMS}",
    r"(?:recommended|suggested|picked|selected) for you",
    r"(?:most (?:popular|read|viewed|shared)|trending(?: now| today)?|editor'?s? (?:picks?|choice))",
    r"(?:read|what to read|up) next",
    r"(?:don'?t miss|in case you missed it|more like this|readers also (?:like|read)d?)",
)
# Sentences of comment forms and consent notices. They need the company of other
# furniture, because a privacy policy or a manual may say the same and mean it.
_FORMS = (
    r"your e-?mail (?:address )?will not be (?:published|shared|made public)(?: required fields are marked(?: \*)?)?",
    r"required fields are marked(?: \*)?",
    r"save my name ?,? e-?mail (?:address )?,? ?and (?:web ?site|site url)(?: address)? in this browser for the next time i comment",
    r"notify me (?:of|when|by e-?mail).{0,80}",
    r"this site uses akismet to reduce spam(?: learn how your comment data (?:is|are) processed)?",
    r"learn how your comment data (?:is|are) processed",
    r"this site is protected by recaptcha.{0,120}",
    r"(?:please )?enter (?:your|a valid|an answer).{0,80}",
    r"comment(?: text)? \*",
    r"(?:your )?(?:name|e-?mail|e-?mail address|website)(?: \*| \((?:required|optional)\))",
    r"(?:we|this (?:web ?)?site|our (?:web ?)?site|[\w-]+(?: com| org)?)(?: and our partners)? uses? (?:\w+ ){0,3}cookies\b.*",
    r"by (?:continuing|using|browsing|clicking|visiting).{0,200}(?:you (?:agree|consent|accept)|cookies?)\b.*",
    r"you can (?:change|manage|withdraw) your (?:cookie )?(?:preferences|settings|consent).*",
)
# One word or two that name a menu entry, and may as well be content: they count only
# in the company of furniture.
_WEAK = (
    r"home(?: ?page)?",
    r"(?:about|contact)(?: us)?",
    r"(?:news|blog|products?|services|solutions|company|careers|jobs|events|press|media|support|help|faqs?|resources|shop|store|cart|video|videos|podcasts?|gallery|archives?|sitemap|categories|category|tags?|topics|sections?)",
    r"(?:menu|search|close|open|more|next|previous|prev|back|share|save|print|like|reply|comment|comments|follow|login|log in|sign in|sign up|register|subscribe|log out|sign out|submit|send|download|ok|yes|no|got it|accept|reject|decline|settings|language|english|deutsch|français|español|日本語|中文)",
    r"(?:name|e-?mail|e-?mail address|website|url)",
    rf"{_SITE}",
    r"(?:imprint|terms|conditions|terms (?:of|and) (?:use|service|conditions)|disclaimer|legal(?: notice)?|accessibility)",
    r"(?:read|learn|find out|see) more",
    r"(?:filed under|tagged(?: with)?|posted in|categories|tags|in this article)\b.{0,100}",
    r"\d+ (?:shares?|views?|likes?)",
    r"latest|popular|recent|trending|featured|related",
    r"more (?:from|in|on|by) .{1,50}",
)


def _whole(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in patterns), re.DOTALL)


_FAMILIES: tuple[tuple[Furniture, re.Pattern[str]], ...] = (
    ("related", _whole(_RELATED)),
    ("label", _whole(_LABELS)),
    ("ending", _whole(_ENDINGS)),
    ("form", _whole(_FORMS)),
    ("weak", _whole(_WEAK)),
)
# "Read more: the title of another page", told by its colon.
_POINTER = re.compile(
    r"(?:read (?:more|also|next)|also read|related|recommended|more)\s*:\s*\S.{0,120}[^.]",
    re.IGNORECASE,
)
_BREADCRUMB = re.compile(
    r"(?:home|start)\b(?:\s*[>›»]\s*[^>›»]{1,60}){1,6}", re.IGNORECASE
)
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,1000}\)")
_IGNORED = re.compile(r"[*_#>\[\]\"“”!?:;…,.–—→»«›‹|•·]+|<[^<>]{0,300}>|\s+")


def furniture(text: str) -> Furniture | None:
    """Say which family of page furniture a whole line or paragraph belongs to.

    A label that ends in a full stop is a sentence, which needs company as a form's
    do: "Subscribe to our newsletter." may be advice.

    >>> furniture("**Leave a Reply**")
    'ending'
    >>> furniture("Leave a reply.")
    'form'
    >>> furniture("The box Leave a Reply is shown below each post.")
    """
    if len(text) > LONGEST:
        return None
    stripped = text.strip()
    if _POINTER.fullmatch(stripped) or _BREADCRUMB.fullmatch(stripped):
        return "label"
    starred = stripped.endswith("*") and not stripped.startswith("*")
    words = _IGNORED.sub(" ", _LINK.sub(r"\1", stripped)).replace("’", "'")
    words = " ".join(words.casefold().split()) + (" *" if starred else "")
    for name, pattern in _FAMILIES:
        if pattern.fullmatch(words):
            is_sentence = stripped.endswith(".") and name in {"label", "ending"}
            return "form" if is_sentence else name
    return None
