"""What must be reached, and how far a run is from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OURS = "the bot"
Results = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of targets."""

    what: str
    wanted: str
    found: str
    reached: bool


class Table:
    """Looks results up by part, name and size."""

    def __init__(self, results: Results) -> None:
        """Take the results of a run."""
        self._results = {
            (each["part"], each["name"], each["size"]): each for each in results
        }

    def value(self, part: str, name: str, size: int, key: str = "p50") -> float | None:
        """Return a figure, None where it was not measured."""
        each = self._results.get((part, name, size))
        return each.get(key) if each and not each["failed"] else None

    def sizes(self, part: str) -> list[int]:
        """Return the sizes at which a part was measured."""
        return sorted({size for own, _, size in self._results if own == part})

    def others(self, part: str, size: int, key: str = "p50") -> dict[str, float]:
        """Return a figure of all others, by name."""
        return {
            name: each[key]
            for (own, name, at), each in self._results.items()
            if own == part
            and at == size
            and not name.startswith(OURS)
            and not each["failed"]
        }


def rows(results: Results) -> Iterator[Row]:
    """Yield a line for each target of which something was measured."""
    table = Table(results)
    yield from _lexical(table)
    yield from _hybrid(table)
    yield from _encoding(table)
    yield from _cold(table)
    yield from _size(table)


def _lexical(table: Table) -> Iterator[Row]:
    for size, least in ((10_000, 150), (100_000, 700)):
        yield from _times(table, "lexical", size, "rank_bm25", least)
    for size in (100_000, 1_000_000):
        yield from _times(table, "lexical", size, "bm25s", 0.9)
    for size in (100_000, 1_000_000):
        yield from _times(table, "lexical", size, "tantivy", 1.0)
    for size in table.sizes("lexical"):
        equal = table.value("lexical", OURS, size, "equal")
        if equal is not None:
            share = f"{equal:.0%} of queries"
            yield Row(
                f"scores and order bit-equal to the rank_bm25 model, {size:,}",
                "100%", share, equal == 1,
            )  # fmt: skip


def _hybrid(table: Table) -> Iterator[Row]:
    for size, most, least in ((10_000, 1.0, 8), (100_000, 3.0, 4)):
        own = table.value("hybrid", OURS, size)
        if own:
            what = f"hybrid query without encoding, {size:,}"
            yield Row(what, f"< {most:g} ms", f"{own:.2f} ms", own < most)
        for name in table.others("hybrid", size):
            yield from _times(table, "hybrid", size, name, least)
    for name in table.others("encoded", 10_000):
        yield from _times(table, "encoded", 10_000, name, 5)


def _encoding(table: Table) -> Iterator[Row]:
    def ratio(part: str, other: str, key: str = "p50") -> tuple[float, int] | None:
        for size in (1_000, 10_000, 200):
            own = table.value(part, OURS, size, key)
            theirs = table.value(part, other, size, key)
            if own and theirs:
                return theirs / own, size
        return None

    found = ratio("question", "onnxruntime alone")
    if found:
        times = 1 / found[0]
        what = "encoding a short question, times raw onnxruntime"
        yield Row(what, "<= 1.2", f"{times:.2f}", times <= 1.2)
    for part, other, least, what in (
        ("passages", "sentence-transformers", 2.0, "encoding passages, times its rate"),
        ("indexing", "encoder alone", 0.95, "`bot index`, share of the bare encoder"),
        ("indexing", "sentence-transformers", 2.0, "`bot index`, times its rate"),
    ):
        found = ratio(part, other)
        if found:
            yield Row(
                f"{what}: {other}",
                f">= {least:g}",
                f"{found[0]:.2f}",
                found[0] >= least,
            )


def _cold(table: Table) -> Iterator[Row]:
    own = table.value("cold", "bot ask", 10_000, "cold")
    if not own:
        return
    what = "cold process to first answer, evidence model loaded, 10,000"
    yield Row(what, "< 1.2 s", f"{own:.2f} s", own < 1.2)
    for name, cold in table.others("encoded", 10_000, "cold").items():
        times = cold / own
        yield Row(
            f"cold, {name}", ">= 8 times", f"{times:.1f} ({cold:.1f} s)", times >= 8
        )


def _size(table: Table) -> Iterator[Row]:
    for size in (10_000, 100_000):
        own = table.value("hybrid", OURS, size, "beyond_text")
        if own:
            fixed = (table.value("hybrid", OURS, size, "fixed") or 0) / 1e6
            what = f"memory a passage beyond its text, {size:,}"
            measured = f"{own:.0f} bytes, and {fixed:.1f} MB for few passages or many"
            yield Row(what, "<= 900 bytes", measured, own <= 900)
    for part in ("lexical", "vectors"):
        small = table.value(part, OURS, 100_000)
        large = table.value(part, OURS, 1_000_000)
        if small and large:
            what = f"growth from 100,000 to 1,000,000, {part}"
            yield Row(what, "<= 12 times", f"{large / small:.1f}", large / small <= 12)
    for size in (10_000, 100_000, 1_000_000):
        recall = table.value("vectors", OURS, size, "recall")
        if recall is not None:
            what = f"recall@10 against exact float32, {size:,}"
            yield Row(what, ">= 0.995", f"{recall:.4f}", recall >= 0.995)


def _times(
    table: Table, part: str, size: int, name: str, least: float
) -> Iterator[Row]:
    own, other = table.value(part, OURS, size), table.value(part, name, size)
    if own and other:
        yield Row(
            f"{part} {size:,}, times faster than {name}",
            f">= {least:g}",
            f"{other / own:.1f} ({other:.2f} ms against {own:.2f})",
            other / own >= least,
        )
