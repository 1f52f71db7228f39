"""Whether the sources still say what was quoted: intact, moved, changed or gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.receipts.sources import Sources
from bot.receipts.traces import Windows
from bot.records import Document
from bot.state.receipts import QuoteMark, Receipt

State = Literal["intact", "moved", "changed", "gone"]
STATES: tuple[State, ...] = ("intact", "moved", "changed", "gone")
_SHORTEST = 25  # characters; a shorter quote may stand in another document by chance


@dataclass(frozen=True, slots=True)
class Check:
    """What has become of one quote.

    ``intact``: it stands where it stood. ``moved``: it stands elsewhere, in this
    document or another. ``changed``: its document is there and says it nowhere.
    ``gone``: so is its document, or it can no longer be read.
    """

    mark: QuoteMark
    state: State
    document: str  # where it stands now, or stood
    start: int | None = None  # None where it stands nowhere
    text: str | None = None  # the quote, as its source says it now
    same_document: bool = False  # not a character of the document has changed
    reason: str = ""  # why the document cannot be read

    def payload(self) -> dict[str, Any]:
        """Return the check as a JSON object."""
        length = self.mark.end - self.mark.start
        return {
            "number": self.mark.number,
            "state": self.state,
            "document": self.mark.document,
            "start": self.mark.start,
            "end": self.mark.end,
            "sha256": self.mark.sha256,
            "now": None
            if self.start is None
            else {
                "document": self.document,
                "start": self.start,
                "end": self.start + length,
                "quote": self.text,
            },
            "same_document": self.same_document,
            "reason": self.reason or None,
        }


@dataclass(frozen=True, slots=True)
class Verified:
    """A receipt with the checks of its quotes, in their order."""

    receipt: Receipt
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether the sources still say everything that was quoted."""
        return all(each.state in {"intact", "moved"} for each in self.checks)

    def payload(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        return {
            "receipt": self.receipt.id,
            "given": self.receipt.given,
            "question": self.receipt.question,
            "status": self.receipt.status,
            "index": self.receipt.index,
            "holds": self.holds,
            "quotes": [each.payload() for each in self.checks],
        }


def verify(receipts: Sequence[Receipt], sources: Sources) -> list[Verified]:
    """Look every quote up in the sources, aligned with the receipts.

    Each document is read once. The whole corpus is read only when a quote is not in
    its own document any more.

    Raises:
        InputError: the corpus folder is missing or cannot be read.
    """
    marks = {_plain(mark): None for each in receipts for mark in each.quotes}
    checks = _check(list(marks), sources)
    return [
        Verified(
            each,
            tuple(replace(checks[_plain(mark)], mark=mark) for mark in each.quotes),
        )
        for each in receipts
    ]


def _plain(mark: QuoteMark) -> QuoteMark:
    """Return the mark without its number, so that equal quotes are checked once."""
    return replace(mark, number=0)


def _check(marks: Sequence[QuoteMark], sources: Sources) -> dict[QuoteMark, Check]:
    by_document: defaultdict[str, list[QuoteMark]] = defaultdict(list)
    for mark in marks:
        by_document[mark.document].append(mark)
    found = sources.find(by_document.keys())
    checks: dict[QuoteMark, Check] = {}
    for id_, members in by_document.items():
        document = found.documents.get(id_)
        if document is None:
            reason = found.reasons.get(id_, "there is no such document")
            checks |= {
                each: Check(each, "gone", id_, reason=reason) for each in members
            }
        else:
            checks |= _look(members, document)
    lost = [each for each, check in checks.items() if check.start is None]
    return {**checks, **_elsewhere(lost, sources)}


def _look(marks: Iterable[QuoteMark], document: Document) -> Mapping[QuoteMark, Check]:
    """Check quotes of a document that is there."""
    windows = Windows(document.text)
    id_, sha256 = document.info.id, document.info.sha256
    checks = {}
    for mark in marks:
        start = mark.start if windows.at(mark) else windows.find(mark)
        if start is None:
            checks[mark] = Check(mark, "changed", id_)
            continue
        checks[mark] = Check(
            mark,
            "intact" if start == mark.start else "moved",
            id_,
            start,
            document.text[start : start + mark.end - mark.start],
            same_document=sha256 == mark.document_sha256,
        )
    return checks


def _elsewhere(marks: Iterable[QuoteMark], sources: Sources) -> dict[QuoteMark, Check]:
    """Find quotes whose own document no longer has them, as after a renaming."""
    left = {each for each in marks if each.end - each.start >= _SHORTEST}
    found: dict[QuoteMark, Check] = {}
    if not left:
        return found
    for document in sources.everything():
        windows = Windows(document.text)
        for mark in sorted(left, key=lambda each: (each.document, each.start)):
            start = windows.find(mark)
            if start is not None:
                text = document.text[start : start + mark.end - mark.start]
                same = document.info.sha256 == mark.document_sha256
                found[mark] = Check(mark, "moved", document.info.id, start, text, same)
                left.remove(mark)
        if not left:
            break
    return found
