"""A question asked again: the same bytes, or the names of what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.errors import InputError
from bot.identity import hash_settings, program_identity
from bot.payloads import answer_payload
from bot.questions.reading import MAX_CHARACTERS
from bot.receipts.writing import hash_answer
from bot.records import Answer, text_hash
from bot.state.receipts import Receipt
from bot.stores.protocol import Visible

Ask = Callable[[str, Visible], Answer]
Settings = Mapping[str, Any]
Kind = Literal["same", "changed", "possible", "impossible"]
_SHORT = 12  # characters of a hash that are shown


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that decides answers, then and now."""

    what: str  # "index", "program", or a setting such as "answers.threshold"
    before: str
    after: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.what}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class Replay:
    """A receipt beside the answer that its question has now."""

    receipt: Receipt
    answer: Answer
    same_bytes: bool  # of the answer's JSON, without id, timings and index
    differences: tuple[Difference, ...]

    @property
    def kind(self) -> Kind:
        """What became of the answer, as far as the person who asked can see."""
        before, after = self.receipt.status, self.answer.status
        if before != after:
            return "possible" if after == "answered" else "impossible"
        return "same" if self._seen_before == self._seen_now else "changed"

    @property
    def _seen_before(self) -> tuple[object, ...]:
        quotes = [(each.document, each.sha256) for each in self.receipt.quotes]
        return self.receipt.short_sha256, quotes

    @property
    def _seen_now(self) -> tuple[object, ...]:
        short, cited = self.answer.short, self.answer.citations
        quotes = [(each.document, text_hash(each.quote)) for each in cited]
        return None if short is None else text_hash(short), quotes

    def payload(self) -> dict[str, Any]:
        """Return the replay as a JSON object."""
        return {
            "receipt": self.receipt.id,
            "given": self.receipt.given,
            "question": self.receipt.question,
            "kind": self.kind,
            "same_bytes": self.same_bytes,
            "differences": [
                {"what": each.what, "before": each.before, "after": each.after}
                for each in self.differences
            ],
            "before": {
                "status": self.receipt.status,
                "confidence": self.receipt.confidence,
                "quotes": [
                    {"document": each.document, "start": each.start, "end": each.end}
                    for each in self.receipt.quotes
                ],
            },
            "answer": answer_payload(self.answer),
        }


@dataclass(frozen=True, slots=True)
class Replayer:
    """Asks the questions of receipts again, of the bot as it is now."""

    ask: Ask  # without writing a receipt
    index: str  # fingerprint of the index
    settings: Settings  # that decide answers now
    settings_of: Callable[[str], Settings | None]  # of a configuration hash

    def replay(self, receipt: Receipt, question: str | None = None) -> Replay:
        """Ask a receipt's question again, with the same collections to see.

        Args:
            receipt: of the answer.
            question: its text, where the receipt does not keep it.

        Raises:
            InputError: the question is not known, or is another one.
        """
        text = receipt.question if question is None else question
        if not receipt.alone:
            raise InputError(
                f"Receipt {receipt.id} is of an answer in a thread that depends on "
                "earlier turns: it can be verified, not asked again."
            )
        if text is None:
            raise InputError(
                f"Receipt {receipt.id} keeps no question ([receipts] questions = false "
                "in bot.toml): give it with --question."
            )
        if text_hash(text[:MAX_CHARACTERS]) != receipt.question_sha256:
            raise InputError(f"Receipt {receipt.id} is of another question.")
        visible = receipt.visible
        answer = self.ask(text, None if visible is None else frozenset(visible))
        same = hash_answer(answer) == receipt.answer_sha256
        return Replay(receipt, answer, same, tuple(self._differences(receipt)))

    def diff(self, receipts: Iterable[Receipt]) -> list[Replay]:
        """Replay what was last asked of an earlier index, once a question.

        Args:
            receipts: newest first. Those that cannot be asked again are left out.
        """
        last: dict[tuple[str, Visible], Receipt] = {}
        for each in receipts:
            if each.alone and each.index != self.index and each.question is not None:
                visible = None if each.visible is None else frozenset(each.visible)
                last.setdefault((each.question_sha256, visible), each)
        return [self.replay(each) for each in last.values()]

    def _differences(self, receipt: Receipt) -> Iterable[Difference]:
        if receipt.index != self.index:
            yield Difference("index", receipt.index[:_SHORT], self.index[:_SHORT])
        now = self.settings
        if receipt.configuration != (current := hash_settings(now)):
            before = self.settings_of(receipt.configuration)
            if before is None:
                hashes = receipt.configuration[:_SHORT], current[:_SHORT]
                yield Difference("configuration", *hashes)
            else:
                yield from compare_settings(before, now)
        if receipt.program != program_identity():
            yield Difference("program", receipt.program, program_identity())


def compare_settings(before: Settings, after: Settings) -> Iterable[Difference]:
    """Name the settings that differ, by section and key, in order."""
    old, new = dict(_flat(before)), dict(_flat(after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            values = [repr(each.get(name, "(unset)")) for each in (old, new)]
            yield Difference(name, *values)


def _flat(settings: Settings) -> Iterable[tuple[str, object]]:
    for section, values in settings.items():
        for key, value in values.items():
            # JSON has lists where Python has tuples, and the log keeps JSON.
            kept = list(value) if isinstance(value, tuple) else value
            yield f"{section}.{key}", kept
