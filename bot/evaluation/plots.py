"""The plots of a report, as SVG that takes its colours from the page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from bot.evaluation.curves import Bin

WIDTH, HEIGHT = 440, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 44
_TICKS = 5
_ROW = 24  # pixels of a bar that lies
_NAMES = 130  # pixels for their names
_BARS = 24  # of a histogram

Points = Sequence[tuple[float, float]]


class Line(NamedTuple):
    """A line of a plot."""

    name: str
    points: Points
    kind: str = "now"  # class of its colour: now, before


class Row(NamedTuple):
    """A bar that lies, with a mark where the baseline ends."""

    name: str
    value: float
    before: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Axes:
    """The mapping of values to the pixels of a plot."""

    x_max: float
    y_max: float

    def x(self, value: float) -> float:
        """Return the pixel of a value, from the left."""
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * value / self.x_max

    def y(self, value: float) -> float:
        """Return the pixel of a value, from the top."""
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / self.y_max


def line_plot(
    title: str, x_label: str, y_label: str, lines: Sequence[Line], axes: Axes
) -> str:
    """Draw lines, the first one on top."""
    drawn = list(_frame(x_label, y_label, axes))
    for line in reversed(lines):
        points = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in line.points)
        drawn.append(f'<polyline class="{line.kind}" points="{points}"/>')
    drawn += _legend([(each.name, each.kind) for each in lines])
    return _svg(title, _said(lines), drawn)


def reliability_plot(title: str, bins: Sequence[Bin]) -> str:
    """Draw the share of right answers over their confidence, with the diagonal."""
    axes = Axes(1.0, 1.0)
    drawn = list(_frame("confidence", "share right", axes))
    for each in bins:
        if not each.size:
            continue
        left, right, top = axes.x(each.low), axes.x(each.high), axes.y(each.right)
        drawn += [
            _box("now", left + 1, top, right - left - 2, axes.y(0) - top),
            _text(f"{each.size}", (left + right) / 2, max(top - 4, _TOP + 8), "middle"),
        ]
    drawn.append(
        f'<line class="before" x1="{axes.x(0):.1f}" y1="{axes.y(0):.1f}" '
        f'x2="{axes.x(1):.1f}" y2="{axes.y(1):.1f}"/>'
    )
    said = "; ".join(
        f"confidence {each.low:.1f} to {each.high:.1f}: {each.right:.2f} of {each.size}"
        for each in bins
        if each.size
    )
    return _svg(title, said, drawn)


def bar_plot(title: str, rows: Sequence[Row]) -> str:
    """Draw shares as bars that lie, one below the other."""
    drawn = []
    width = WIDTH - _NAMES - 3 * _RIGHT
    for number, row in enumerate(rows):
        top, value = number * _ROW + 4, 0.0 if math.isnan(row.value) else row.value
        drawn += [
            _text(row.name, _NAMES - 6, top + 13, "end"),
            _box("now", _NAMES, top, width * value, _ROW - 8),
            _text(row.note, _NAMES + width * value + 4, top + 13, "start"),
        ]
        if row.before is not None and not math.isnan(row.before):
            mark = _NAMES + width * row.before
            drawn.append(
                f'<line class="mark" x1="{mark:.1f}" y1="{top - 2}" '
                f'x2="{mark:.1f}" y2="{top + _ROW - 6}"/>'
            )
    said = "; ".join(f"{each.name}: {each.note}" for each in rows)
    return _svg(title, said, drawn, height=len(rows) * _ROW + 4)


def histogram(
    title: str,
    x_label: str,
    values: Sequence[float],
    marks: Sequence[tuple[str, float]],
) -> str:
    """Draw how many values fall where, with named marks such as percentiles."""
    top = max(values, default=0.0) or 1.0
    counts = [0] * _BARS
    for value in values:
        counts[min(int(_BARS * value / top), _BARS - 1)] += 1
    axes = Axes(top, float(max(counts) or 1))
    drawn = list(_frame(x_label, "questions", axes))
    for number, count in enumerate(counts):
        left, right = (axes.x(top * each / _BARS) for each in (number, number + 1))
        height = axes.y(0) - axes.y(count)
        drawn.append(_box("now", left, axes.y(count), right - left - 1, height))
    for number, (name, value) in enumerate(marks):
        x, y = axes.x(value), _TOP + 10 + 14 * number
        drawn.append(
            f'<line class="mark" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" '
            f'y2="{axes.y(0):.1f}"/>'
        )
        end = x > WIDTH / 2
        place = x - 4 if end else x + 4
        drawn.append(_text(f"{name} {value:.0f}", place, y, "end" if end else "start"))
    return _svg(title, "; ".join(f"{n}: {v:.0f}" for n, v in marks), drawn)


def _svg(title: str, said: str, drawn: Sequence[str], height: float = HEIGHT) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" '
        f'aria-label="{escape(f"{title}. {said}")}">'
        f"{''.join(drawn)}</svg>"
    )


def _frame(x_label: str, y_label: str, axes: Axes) -> Iterator[str]:
    left, right, low, high = _LEFT, WIDTH - _RIGHT, HEIGHT - _BOTTOM, _TOP
    for number in range(_TICKS + 1):
        part = number / _TICKS
        x, y = axes.x(axes.x_max * part), axes.y(axes.y_max * part)
        yield f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield _text(_short(axes.x_max * part), x, low + 16, "middle")
        yield _text(_short(axes.y_max * part), left - 6, y + 4, "end")
    yield f'<path class="axis" d="M{left} {high}V{low}H{right}"/>'
    yield _text(x_label, (left + right) / 2, HEIGHT - 6, "middle")
    middle = (low + high) / 2
    yield (
        f'<text text-anchor="middle" '
        f'transform="translate(12 {middle:.1f}) rotate(-90)">'
        f"{escape(y_label)}</text>"
    )


def _legend(names: Sequence[tuple[str, str]]) -> Iterator[str]:
    if len(names) == 1:
        return
    for number, (name, kind) in enumerate(names):
        y = _TOP + 12 + 16 * number
        yield (
            f'<line class="{kind}" x1="{_LEFT + 10}" y1="{y - 4}" '
            f'x2="{_LEFT + 34}" y2="{y - 4}"/>'
        )
        yield _text(name, _LEFT + 40, y, "start")


def _box(kind: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" '
        f'width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"/>'
    )


def _text(text: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004 - two digits say enough


def _said(lines: Sequence[Line]) -> str:
    """Describe lines by a few of their points, for those who cannot see them."""
    return "; ".join(
        f"{line.name}: "
        + ", ".join(
            f"{y:.2f} at {x:.2f}"
            for x, y in line.points[:: max(1, len(line.points) // _TICKS)]
        )
        for line in lines
    )
