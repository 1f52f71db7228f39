"""Verified receipts, replays, gaps and certificates as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.channels.terminal import harmless
from bot.receipts.gaps import Gap, Gaps, place_of
from bot.receipts.replay import Replay
from bot.receipts.verify import STATES, Check, Verified
from bot.state.receipts import Receipt

_EXCERPT = 160  # characters of a quote that are shown
_MEMBERS = 5  # questions of a gap that are shown
_KINDS = {
    "changed": "answered differently now",
    "possible": "answered now, refused before",
    "impossible": "refused now, answered before",
}


def verified_text(verified: Verified) -> str:
    """Show a receipt and what has become of each of its quotes."""
    return harmless("\n".join(_verified_lines(verified, verified.checks)))


def verified_texts(found: Sequence[Verified]) -> str:
    """Count what has become of all quotes, and show those that no longer stand."""
    counts = Counter(check.state for each in found for check in each.checks)
    states = ", ".join(f"{counts[state]} {state}" for state in STATES)
    lines = [f"{len(found)} receipts, {counts.total()} quotes: {states}."]
    for each in found:
        broken = [check for check in each.checks if check.state in {"changed", "gone"}]
        if broken:
            lines += ["", *_verified_lines(each, broken)]
    return harmless("\n".join(lines))


def _verified_lines(verified: Verified, checks: Sequence[Check]) -> Iterator[str]:
    yield _heading(verified.receipt)
    if not verified.receipt.quotes:
        yield "It was a refusal, and quotes nothing."
    for check in checks:
        yield f"[{check.mark.number}] {check.state}: {_place(check)}"
        if check.text is not None:
            yield f'    "{_excerpt(check.text)}"'


def _place(check: Check) -> str:
    mark = check.mark
    before = f"{mark.document}, {mark.start} to {mark.end}"
    if check.reason:
        return f"{before} ({check.reason})"
    if check.state == "changed":
        return f"{before} (the document no longer says it)"
    if check.state == "moved" and check.start is not None:
        end = check.start + mark.end - mark.start
        return f"{before}, now {check.document}, {check.start} to {end}"
    return before + ("" if check.same_document else " (the document changed elsewhere)")


def _heading(receipt: Receipt) -> str:
    given = datetime.fromtimestamp(receipt.given, UTC).strftime("%Y-%m-%d %H:%M UTC")
    question = receipt.question or "(its question is not kept)"
    return f"Receipt {receipt.id} of {given}: {_excerpt(question)}"


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else line[:_EXCERPT].rsplit(" ", 1)[0] + " ..."


def replay_text(replay: Replay) -> str:
    """Show an answer beside its receipt."""
    lines = [_heading(replay.receipt)]
    if replay.same_bytes:
        lines.append("The same answer, byte for byte.")
    elif replay.kind == "same":
        lines.append("The same answer to the eye; scores, offsets or wording differ.")
    else:
        lines.append(f"Another answer: {_KINDS[replay.kind]}.")
    lines += [f"Changed since: {each}" for each in replay.differences]
    if not replay.same_bytes and not replay.differences:
        lines.append(
            "Nothing that decides answers has changed: this is a fault of the bot, or "
            "the receipt was altered."
        )
    return harmless("\n".join((*lines, "", replay.answer.text)))


def diff_text(found: Sequence[Replay]) -> str:
    """Count the answers that changed, and show each."""
    if not found:
        return "No kept question was asked of an earlier index."
    counts: Counter[str] = Counter(each.kind for each in found)
    became = ", ".join(f"{counts[kind]} {kind} now" for kind in _KINDS)
    lines = [f"{len(found)} asked again: {counts['same']} the same, {became}."]
    beside = {
        each.what
        for replay in found
        for each in replay.differences
        if each.what != "index"
    }
    if beside:
        lines.append(f"Not only the index has changed: {', '.join(sorted(beside))}.")
    for each in found:
        if each.kind != "same":
            lines += ["", _heading(each.receipt), f"  {_KINDS[each.kind]}"]
            lines += [f"  before: {_quoted_before(each.receipt)}"]
            lines += [f"  now: {_excerpt(each.answer.text)}"]
    return harmless("\n".join(lines))


def _quoted_before(receipt: Receipt) -> str:
    if not receipt.quotes:
        return "refused"
    return "; ".join(
        f"{each.document}, {each.start} to {each.end}" for each in receipt.quotes
    )


def gaps_text(found: Gaps) -> str:
    """Show each gap with its reason, the nearest section and its owner."""
    count = sum(len(each.members) for each in found.gaps)
    lines = [f"{count} refused questions in {len(found.gaps)} gaps."]
    if found.filled:
        lines.append(f"{found.filled} more were refused once and are answered now.")
    if found.unknown:
        lines.append(f"{found.unknown} refusals have no question in their receipt.")
    for each in found.gaps:
        lines += ["", *_gap_lines(each)]
    return harmless("\n".join(lines))


def _gap_lines(gap: Gap) -> Iterator[str]:
    first, *others = gap.members
    yield f"{gap.times} x {_excerpt(first.question)}"
    for each in others[: _MEMBERS - 1]:
        yield f"    also: {_excerpt(each.question)}"
    if len(others) >= _MEMBERS:
        yield f"    and {len(others) - _MEMBERS + 1} more"
    yield f"  reason: {_excerpt(first.answer.reason or '')}"
    if first.nearest is not None:
        yield f"  nearest: {place_of(first.nearest)}"
        yield f"  owner: {first.nearest.owner or 'not named in the document'}"
