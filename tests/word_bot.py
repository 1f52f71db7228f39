"""A small honest bot for tests: it quotes the sentence that shares most words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from bot.config import Config
from bot.identity import deciding_settings
from bot.records import (
    Answer,
    Chunk,
    Citation,
    DocumentInfo,
    Hit,
    Reading,
    Segment,
    text_hash,
)
from bot.stores.protocol import Reader

_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^.\n]+\.")


@dataclass(frozen=True)
class TextReader:
    """The part of a Reader that evaluation uses, over texts in memory."""

    texts: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """Name the texts."""
        return text_hash(repr(sorted(self.texts.items())))

    def text(self, document: str) -> str:
        """Return a text."""
        return self.texts[document]

    def documents(self) -> list[DocumentInfo]:
        """List the texts."""
        return [
            DocumentInfo(each, each, "", each, text_hash(text))
            for each, text in self.texts.items()
        ]


@dataclass(frozen=True)
class WordThread:
    """A conversation that puts earlier questions before the next one."""

    bot: WordBot
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str) -> Answer:
        """Answer the next question."""
        self.asked.append(question)
        return self.bot.answer(" ".join(self.asked), question)


@dataclass(frozen=True)
class WordBot:
    """Scores a sentence by the share of the question's words that it has.

    ``calls`` holds every question that was asked.
    """

    texts: Mapping[str, str]
    config: Config = field(default_factory=Config)
    calls: list[str] = field(default_factory=list)

    @property
    def reader(self) -> Reader:
        """The texts."""
        return cast("Reader", TextReader(self.texts))

    @property
    def settings(self) -> dict[str, Any]:
        """What decides answers."""
        return deciding_settings(self.config)

    def conversation(self) -> WordThread:
        """Open a thread."""
        return WordThread(self)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """Rank sentences."""
        scored = [
            Hit(chunk, score)
            for chunk in self._sentences()
            if (score := _share(query, chunk.text))
        ]
        return sorted(scored, key=lambda each: (-each.score, each.chunk.id))[:k]

    def search_documents(self, query: str, k: int = 10) -> list[Hit]:
        """Rank texts by their best sentence."""
        best: dict[str, Hit] = {}
        for each in self.search(query, 10_000):
            best.setdefault(each.chunk.document, each)
        return list(best.values())[:k]

    def answer(self, read: str, question: str) -> Answer:
        """Quote the best sentence, or refuse."""
        self.calls.append(question)
        best = next(iter(self.search(read, 1)), None)
        common: dict[str, Any] = {
            "id": "0",
            "question": question,
            "reading": Reading(read, "what", ()),
            "confidence": best.score if best else 0.0,
            "index": self.reader.fingerprint,
            "timings_ms": {"total": 1.0},
        }
        if best is None or best.score < self.config.answers.threshold:
            wording = "I do not know."
            return Answer(
                status="abstained",
                text=wording,
                segments=(Segment("template", wording),),
                reason="Too few words in common.",
                **common,
            )
        chunk = best.chunk
        new = [each for each in _WORD.findall(chunk.text) if not _share(read, each)]
        cited = Citation(
            1,
            chunk.document,
            chunk.title,
            (),
            chunk.text,
            chunk.start,
            chunk.end,
            text_hash(self.texts[chunk.document]),
        )
        return Answer(
            status="answered",
            text=f'"{chunk.text}" [1]',
            segments=(Segment("quote", chunk.text, 1),),
            short=new[-1] if new else None,
            citations=(cited,),
            **common,
        )

    def _sentences(self) -> Iterator[Chunk]:
        for document, text in self.texts.items():
            for number, match in enumerate(_SENTENCE.finditer(text), start=1):
                id_ = f"{document}#{number}"
                yield Chunk(id_, document, document, (), match[0], *match.span())


def _share(query: str, text: str) -> float:
    wanted, words = set(_words(query)), set(_words(text))
    return len(wanted & words) / len(wanted) if wanted else 0.0


def _words(text: str) -> list[str]:
    return [each.casefold() for each in _WORD.findall(text)]
