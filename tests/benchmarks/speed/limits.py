"""How far each figure is from what the machine could do at best."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks.speed.engines.cpu import FLOPS, HASHED, bytes_read
from tests.benchmarks.speed.engines.encoders import BATCH
from tests.benchmarks.speed.targets import OURS, Results, Table

_DIMENSIONS = 384
_POSTING = 6  # bytes: its row, and the code of its weight
_EXACT = 150 * _DIMENSIONS * 4  # bytes of the vectors that decide a search
# MiniLM-L6: six layers of four square products and two of four times the width, and
# for each token of the text the products of attention.
_WEIGHTS = 6 * (4 * _DIMENSIONS**2 + 2 * 4 * _DIMENSIONS**2)
_ATTENTION = 6 * 2 * _DIMENSIONS
_QUESTION = 10  # word pieces of a question of six words, its marks included
_OPENED = 90.3e6 + 34.0e6  # bytes of both models
_VECTOR_BYTES = 4 * _DIMENSIONS  # of a passage in an index


@dataclass(frozen=True, slots=True)
class _Machine:
    """The best of what was measured of the machine."""

    bytes: dict[int, float]  # a millisecond, where so many passages have their vectors
    flops: float  # a millisecond, all cores
    hashed: float  # bytes a millisecond, one core


def limits(results: Results) -> Iterator[str]:
    """Yield the lines of the section; none where the machine was not measured."""
    table = Table(results)
    machine = _machine(table)
    if machine is None:
        return
    sizes = ", ".join(
        f"{each / 1e6:.0f} for {size:,}" for size, each in machine.bytes.items()
    )
    yield "## How far from the limits"
    yield ""
    yield (
        "The least times follow from the quickest of the runs that measure the "
        "machine, with all cores: GB/s read where the narrow vectors of so many "
        f"passages lie (in a cache or in memory): {sizes}; float32 products of "
        f"matrices: {machine.flops / 1e6:.0f} GFLOP/s; SHA-256 on one core: "
        f"{machine.hashed / 1e6:.1f} GB/s. A search touches more than it must: the "
        "rest is the interpreter's, some 5 µs a numpy call."
    )
    yield ""
    yield "| | least time | measured |"
    yield "| --- | --- | --- |"
    for what, least, found in _rows(table, machine):
        times = f"{_time(found)}, {found / least:.2g} times"
        yield f"| {what} | {_time(least)} | {times} |"
    yield ""


def _time(milliseconds: float) -> str:
    if milliseconds < 0.1:
        return f"{1000 * milliseconds:.2g} µs"
    return (
        f"{milliseconds:,.3g} ms" if milliseconds < 100 else f"{milliseconds:,.0f} ms"
    )


def _machine(table: Table) -> _Machine | None:
    rates = {}
    flops = hashed = None
    for size in table.sizes("limits"):
        if memory := table.value("limits", "memory", size, "p0"):
            rates[size] = bytes_read(size) / memory
        if product := table.value("limits", "product", size, "p0"):
            flops = max(flops or 0.0, FLOPS / product)
        if hashing := table.value("limits", "hash", size, "p0"):
            hashed = max(hashed or 0.0, HASHED / hashing)
    return _Machine(rates, flops, hashed) if rates and flops and hashed else None


def _rows(table: Table, machine: _Machine) -> Iterator[tuple[str, float, float]]:
    """Yield what is done, its least time and the time measured, in milliseconds."""
    for size, rate in machine.bytes.items():
        postings = table.value("limits", "postings", size, "postings") or 0.0
        words, vectors = _POSTING * postings, _DIMENSIONS * size
        for part, what, data in (
            ("lexical", f"{postings:,.0f} postings of {_POSTING} bytes", words),
            ("vectors", f"{vectors / 1e6:.1f} MB of narrow vectors", vectors + _EXACT),
            ("hybrid", "both", words + vectors + _EXACT),
        ):
            found = table.value(part, OURS, size)
            if found and data:
                yield f"{part} {size:,}: {what}", data / rate, found
    yield from _encoding(table, machine)


def _encoding(table: Table, machine: _Machine) -> Iterator[tuple[str, float, float]]:
    cores = len(os.sched_getaffinity(0))
    if found := table.value("question", OURS, 1_000):
        work = _QUESTION * _a_token(_QUESTION)
        what = (
            f"a question of {_QUESTION} word pieces, {work / 1e9:.2f} GFLOP, one core"
        )
        yield what, work / machine.flops * cores, found
    pieces = table.value("passages", OURS, 1_000, "pieces")
    for part, what in (("passages", "encoding"), ("indexing", "`bot index`")):
        found = table.value(part, OURS, 1_000)
        if found and pieces:
            work = BATCH * pieces * _a_token(pieces)
            texts = f"{BATCH} passages of {pieces:.0f} word pieces"
            name = f"{what}: {texts}, {work / 1e9:.0f} GFLOP"
            yield name, work / machine.flops, found
    if found := table.value("cold", "bot ask", 10_000):
        data = _OPENED + 10_000 * _VECTOR_BYTES
        what = f"cold process: {data / 1e6:.0f} MB hashed by all cores"
        yield what, data / machine.hashed / cores, found


def _a_token(pieces: float) -> float:
    """Return operations on numbers for each word piece of a text of so many."""
    return 2 * (_WEIGHTS + _ATTENTION * pieces)
