"""The bot's own words in Slack, in each language it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.slack_config import Language

_EN = {
    "confidence": "Confidence: {level}",
    "high": "high",
    "medium": "medium",
    "low": "low",
    "dont_know": "I don't know.",
    "nearest": "Nearest sections",
    "ask_instead": "You could ask ",
    "more_quotes": "{count} more quotes: see Show in context.",
    "as_of": "as of {date}",
    "age_days": "{count} days old",
    "age_months": "{count} months old",
    "age_years": "{count} years old",
    "owner": "owner {name}",
    "context": "Show in context",
    "why": "Why?",
    "verify": "Verify",
    "share": "Share to channel",
    "helpful": "Helpful",
    "not_helpful": "Not helpful",
    "shared_by": "Shared from a private answer to: {question}",
    "help": (
        "Ask me a question in words: in a message to me, by mentioning me in a "
        "channel, or with /ask, which only you see. I quote documents and cite them; "
        "when they do not answer, I say so."
    ),
    "knows": "I know {documents} documents: {collections}.",
    "newest": "The newest is dated {date}.",
    "nothing_known": "I know no documents yet.",
    "busy": "Too many questions are waiting. Please ask again in a minute.",
    "too_many": "You have asked many questions in a minute. Please wait a little.",
    "channel_busy": "This channel has asked a lot in a minute. Please wait a little.",
    "timeout": "This took too long, so I stopped. Please ask again, or for less.",
    "failed": "Something went wrong here, and it was logged. Please ask again.",
    "unavailable": "I cannot read my documents just now, and it was logged.",
    "channel_denied": "I am not allowed to answer in this channel.",
    "person_denied": "I am not allowed to answer you. Please ask who runs this bot.",
    "shared_denied": (
        "This channel is shared with another organisation, where I do not answer."
    ),
    "shared_unknown": (
        "I cannot tell whether this channel is shared with another organisation, "
        "so I do not answer here."
    ),
    "guest_denied": "I answer members of this workspace only, not guests.",
    "guest_unknown": (
        "I cannot tell whether you are a guest in this workspace, so I do not answer."
    ),
    "follow_off": "I do not take follow-ups here: please ask in a new message.",
    "invite": "I am not in this channel. Invite me first: /invite @{name}",
    "cannot_share": "This answer cannot be shared here.",
    "gone": "I no longer have that answer. Please ask again.",
    "why_title": "Why this answer",
    "context_title": "In context",
    "verify_title": "Sources read again",
    "reason_title": "What was wrong?",
    "submit": "Send",
    "close": "Close",
    "reason_label": "What was wrong with it",
    "comment_label": "What would have been right",
    "wrong": "It is wrong",
    "outdated": "It is outdated",
    "incomplete": "It is incomplete",
    "should_not_answer": "It should not have answered",
    "read_as": "Read as: {type}",
    "looked_for": "Looked for: {terms}",
    "found_in": "Quoted from {count} places. Nothing is generated: each quote is a "
    "part of its document, character for character.",
    "refused_because": "Refused: {reason}",
    "intact": "unchanged",
    "moved": "unchanged, at another place in the document",
    "changed": "no longer in the document",
    "removed": "the document is gone",
    "home_title": "What I know",
    "home_ask": "How to ask",
    "home_recent": "Your recent questions",
    "home_none": "None yet.",
    "answered": "answered",
    "abstained": "not answered",
    "home_denied": "I am not allowed to answer you, so there is nothing to show here.",
    "prompts": "Try one of these",
    "fallback": "An answer with {count} quotes.",
    "status": "is looking in the documents…",
}
_DE = {
    "confidence": "Sicherheit: {level}",
    "high": "hoch",
    "medium": "mittel",
    "low": "gering",
    "dont_know": "Das weiß ich nicht.",
    "nearest": "Nächstgelegene Abschnitte",
    "ask_instead": "Fragen könnten Sie ",
    "more_quotes": "{count} weitere Zitate: siehe Im Zusammenhang.",
    "as_of": "Stand {date}",
    "age_days": "{count} Tage alt",
    "age_months": "{count} Monate alt",
    "age_years": "{count} Jahre alt",
    "owner": "zuständig {name}",
    "context": "Im Zusammenhang",
    "why": "Warum?",
    "verify": "Prüfen",
    "share": "Im Kanal teilen",
    "helpful": "Hilfreich",
    "not_helpful": "Nicht hilfreich",
    "shared_by": "Geteilt aus einer privaten Antwort auf: {question}",
    "help": (
        "Stellen Sie mir eine Frage in Worten: in einer Nachricht an mich, mit einer "
        "Erwähnung in einem Kanal oder mit /ask, was nur Sie sehen. Ich zitiere "
        "Dokumente mit Quelle; geben sie keine Antwort, sage ich das."
    ),
    "knows": "Ich kenne {documents} Dokumente: {collections}.",
    "newest": "Das neueste ist vom {date}.",
    "nothing_known": "Ich kenne noch keine Dokumente.",
    "busy": "Zu viele Fragen warten. Bitte fragen Sie in einer Minute noch einmal.",
    "too_many": "Das waren viele Fragen in einer Minute. Bitte warten Sie etwas.",
    "channel_busy": "In diesem Kanal kamen viele Fragen. Bitte warten Sie etwas.",
    "timeout": "Das hat zu lange gedauert. Bitte fragen Sie noch einmal oder kürzer.",
    "failed": "Hier ging etwas schief; es ist notiert. Bitte fragen Sie noch einmal.",
    "unavailable": "Ich kann meine Dokumente gerade nicht lesen; es ist notiert.",
    "channel_denied": "In diesem Kanal darf ich nicht antworten.",
    "person_denied": "Ihnen darf ich nicht antworten. Fragen Sie den Betreiber.",
    "shared_denied": (
        "Dieser Kanal ist mit einer anderen Organisation geteilt; hier antworte "
        "ich nicht."
    ),
    "shared_unknown": (
        "Ich kann nicht feststellen, ob dieser Kanal mit einer anderen Organisation "
        "geteilt ist, und antworte hier nicht."
    ),
    "guest_denied": "Ich antworte nur Mitgliedern dieses Workspace, nicht Gästen.",
    "guest_unknown": (
        "Ich kann nicht feststellen, ob Sie Gast in diesem Workspace sind, und "
        "antworte nicht."
    ),
    "follow_off": "Nachfragen nehme ich hier nicht an: bitte in einer neuen Nachricht.",
    "invite": "Ich bin nicht in diesem Kanal. Laden Sie mich ein: /invite @{name}",
    "cannot_share": "Diese Antwort kann hier nicht geteilt werden.",
    "gone": "Diese Antwort habe ich nicht mehr. Bitte fragen Sie noch einmal.",
    "why_title": "Warum diese Antwort",
    "context_title": "Im Zusammenhang",
    "verify_title": "Quellen neu gelesen",
    "reason_title": "Was war falsch?",
    "submit": "Senden",
    "close": "Schließen",
    "reason_label": "Was daran falsch war",
    "comment_label": "Was richtig gewesen wäre",
    "wrong": "Sie ist falsch",
    "outdated": "Sie ist veraltet",
    "incomplete": "Sie ist unvollständig",
    "should_not_answer": "Es hätte keine geben sollen",
    "read_as": "Verstanden als: {type}",
    "looked_for": "Gesucht: {terms}",
    "found_in": "Zitiert aus {count} Stellen. Nichts ist erzeugt: jedes Zitat steht "
    "Zeichen für Zeichen in seinem Dokument.",
    "refused_because": "Keine Antwort: {reason}",
    "intact": "unverändert",
    "moved": "unverändert, an anderer Stelle des Dokuments",
    "changed": "nicht mehr im Dokument",
    "removed": "das Dokument gibt es nicht mehr",
    "home_title": "Was ich weiß",
    "home_ask": "So fragen Sie",
    "home_recent": "Ihre letzten Fragen",
    "home_none": "Noch keine.",
    "answered": "beantwortet",
    "abstained": "nicht beantwortet",
    "home_denied": "Ihnen darf ich nicht antworten; hier gibt es nichts zu zeigen.",
    "prompts": "Zum Beispiel",
    "fallback": "Eine Antwort mit {count} Zitaten.",
    "status": "sucht in den Dokumenten…",
}
PHRASES: Mapping[Language, Mapping[str, str]] = MappingProxyType({"en": _EN, "de": _DE})


def phrase(language: Language, name: str, /, **values: object) -> str:
    """Say something in a language; values are put in as they are.

    Raises:
        KeyError: there is no such phrase, or a value is missing.
    """
    return PHRASES[language][name].format(**values)
