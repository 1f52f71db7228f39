"""What was asked and refused: similar questions together, with who may fill the gap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.dense import Encoder, Floats
from bot.receipts.replay import Ask
from bot.records import Answer, Citation, text_hash
from bot.state.receipts import Receipt
from bot.stores.protocol import Visible

_ALIKE = 0.7  # cosine; MiniLM gives paraphrases of a short question more
_ID = 12  # characters of the question's hash in the id of a stub


@dataclass(frozen=True, slots=True)
class Refused:
    """A question that is still refused."""

    question: str
    times: int  # refused, within what the log keeps
    last: float  # seconds since the epoch
    answer: Answer  # the refusal as it is now

    @property
    def nearest(self) -> Citation | None:
        """The nearest section."""
        return self.answer.nearest[0] if self.answer.nearest else None

    def stub(self) -> dict[str, Any]:
        """Return a line of a question set, to be completed by someone who knows."""
        near, owner = self.nearest, self._owner
        place = f" Nearest: {place_of(near)}." if near else ""
        return {
            "id": f"gap-{text_hash(self.question)[:_ID]}",
            "question": self.question,
            "answerable": False,
            "answers": [],
            "evidence": [],
            "tags": [self.answer.reading.type, "gap"],
            "note": f"Refused {self.times} times: {self.answer.reason}{place}"
            f"{f' Owner: {owner}.' if owner else ''} If a document answers it, set "
            "answerable to true and add answers and evidence.",
        }

    def payload(self) -> dict[str, Any]:
        """Return the question as a JSON object."""
        near = self.nearest
        return {
            "question": self.question,
            "times": self.times,
            "last": self.last,
            "reason": self.answer.reason,
            "nearest": None
            if near is None
            else {"document": near.document, "section": list(near.section)},
            "owner": self._owner,
        }

    @property
    def _owner(self) -> str | None:
        return self.nearest.owner if self.nearest else None


@dataclass(frozen=True, slots=True)
class Gap:
    """Refused questions that ask for about the same."""

    members: tuple[Refused, ...]  # the one asked most often first

    @property
    def times(self) -> int:
        """How often any of them was refused."""
        return sum(each.times for each in self.members)

    def payload(self) -> dict[str, Any]:
        """Return the gap as a JSON object."""
        return {
            "times": self.times,
            **{k: v for k, v in self.members[0].payload().items() if k != "times"},
            "questions": [each.payload() for each in self.members],
        }


@dataclass(frozen=True, slots=True)
class Gaps:
    """All gaps, the largest first, and how many refused questions are none any more."""

    gaps: tuple[Gap, ...]
    filled: int  # distinct questions that the bot answers now
    unknown: int  # refusals whose question is not kept


def place_of(citation: Citation) -> str:
    """Name the document and section of a citation in one line."""
    return " > ".join((citation.document, *citation.section))


def find_gaps(
    receipts: Iterable[Receipt],
    ask: Ask,
    encoder: Encoder,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> Gaps:
    """Ask what was refused again, and put what is still refused together.

    Args:
        receipts: newest first; answers are left out.
        ask: without writing a receipt.
        encoder: tells which questions are alike.
        progress: told the questions done, and how many there are.
    """
    refusals = [each for each in receipts if each.status == "abstained"]
    asked: dict[tuple[str, Visible], list[Receipt]] = {}
    for each in refusals:
        if each.alone and each.question is not None:
            visible = None if each.visible is None else frozenset(each.visible)
            words = " ".join(each.question.split()).casefold()
            asked.setdefault((words, visible), []).append(each)
    still: list[Refused] = []
    for done, ((_, visible), group) in enumerate(asked.items(), start=1):
        question = group[0].question or ""
        answer = ask(question, visible)
        if answer.status == "abstained":
            still.append(Refused(question, len(group), group[0].given, answer))
        progress(done, len(asked))
    return Gaps(
        _cluster(still, encoder),
        filled=len(asked) - len(still),
        unknown=sum(each.question is None for each in refusals),
    )


def _cluster(questions: Sequence[Refused], encoder: Encoder) -> tuple[Gap, ...]:
    """Let the most asked questions lead, and each other one join the nearest leader."""
    ordered = sorted(questions, key=lambda each: (-each.times, each.question))
    vectors = encoder.encode([each.question for each in ordered]) if ordered else ()
    leaders: list[tuple[Floats, list[Refused]]] = []
    for each, vector in zip(ordered, vectors, strict=True):
        near = [(float((vector * other).sum()), members) for other, members in leaders]
        cosine, members = max(near, key=lambda pair: pair[0], default=(-1.0, []))
        if cosine >= _ALIKE:
            members.append(each)
        else:
            leaders.append((vector, [each]))
    gaps = [Gap(tuple(members)) for _, members in leaders]
    return tuple(sorted(gaps, key=lambda each: (-each.times, each.members[0].question)))
