"""A small honest answerer: quotes the sentence that shares most words, or refuses."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.channels.slack.desk import Desk, Visible
from bot.channels.slack.views import Overview
from bot.records import Answer, Citation, Reading, Segment, text_hash

DOCUMENTS = {
    "companies/joint2.md": (
        "# JOINT2\n\nJOINT2 was established in 2021. It is led by Resonac. "
        "Twelve companies take part in it.\n"
    ),
    "secret/plans.md": "# Plans\n\nThe merger of Aalto and Borealis is due in May.\n",
    "companies/ebara.md": "# Ebara\n\nEbara makes dry vacuum pumps in Fujisawa.\n",
}
_SENTENCE = re.compile(r"[^\s#][^.\n]*\.")
_SMALL = frozenset(
    "a in is it of the was when who what where by to and do does".split()
)


@dataclass(slots=True)
class FakeBot:
    """Answers from a few documents; can be held up to play a slow one."""

    documents: dict[str, str] = field(default_factory=lambda: dict(DOCUMENTS))
    url: str | None = "https://handbook.example/a"
    asked: list[str] = field(default_factory=list)
    turns: list[tuple[str, ...]] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    go: threading.Event = field(default_factory=threading.Event)
    fails_with: BaseException | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Hold nothing up."""
        self.go.set()

    def ask(
        self, question: str, *, visible: Visible = None, turns: Sequence[Answer] = ()
    ) -> Answer:
        """Quote the best sentence of the visible documents."""
        with self._lock:
            self.asked.append(question)
            self.turns.append(tuple(each.question for each in turns))
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            self.go.wait(30)
            if self.fails_with is not None:
                raise self.fails_with
            return self._answer(question, visible)
        finally:
            with self._lock:
                self.running -= 1

    def read(self, document: str, visible: Visible = None) -> str | None:
        """The text of a document."""
        hidden = visible is not None and document.partition("/")[0] not in visible
        return None if hidden else self.documents.get(document)

    def overview(self, visible: Visible = None) -> Overview:
        """What there is."""
        names = [name for name in self.documents if self.read(name, visible)]
        return Overview(
            documents=len(names),
            collections=tuple(sorted({name.partition("/")[0] for name in names})),
            newest="2026-01-31",
            titles=tuple(_title(self.documents[name]) for name in names),
            index="fake",
        )

    def desk(self) -> Desk:
        """What the channel is handed."""
        return Desk(ask=self.ask, read=self.read, overview=self.overview)

    def _answer(self, question: str, visible: Visible) -> Answer:
        wanted = _words(question)
        found = [
            (len(wanted & _words(match[0])), document, match)
            for document, text in sorted(self.documents.items())
            if self.read(document, visible) is not None
            for match in _SENTENCE.finditer(text)
        ]
        score, document, match = max(found, key=lambda each: each[0])
        citation = self._cite(document, match)
        if score == 0:
            return _make(question, nearest=(citation,), reason="No word of it occurs.")
        return _make(question, citations=(citation,))

    def _cite(self, document: str, match: re.Match[str]) -> Citation:
        text = self.documents[document]
        return Citation(
            number=1,
            document=document,
            title=_title(text),
            section=(_title(text),),
            quote=match[0],
            start=match.start(),
            end=match.end(),
            sha256=text_hash(text),
            url=self.url,
            date="2025-06-01",
            owner="Facilities",
        )


def _make(
    question: str,
    citations: tuple[Citation, ...] = (),
    nearest: tuple[Citation, ...] = (),
    reason: str | None = None,
) -> Answer:
    return Answer(
        id=secrets.token_hex(8),
        question=question,
        reading=Reading(question, "what", tuple(sorted(_words(question)))),
        status="abstained" if reason else "answered",
        text=reason or "\n".join(each.quote for each in citations),
        segments=tuple(Segment("quote", each.quote, each.number) for each in citations),
        confidence=0.1 if reason else 0.9,
        index="fake",
        citations=citations,
        nearest=nearest,
        reason=reason,
    )


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ")


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.casefold())) - _SMALL
