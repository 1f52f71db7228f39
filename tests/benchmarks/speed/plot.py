"""Draws latency against size, for the README."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PARTS = {"lexical": "words alone", "hybrid": "words and meaning, query vector given"}
_COLOURS = (
    "#0b6e4f",
    "#c8553d",
    "#2f5d8a",
    "#8a6d2f",
    "#6b4c9a",
    "#777777",
    "#b03a75",
    "#1f9e89",
    "#3d3d3d",
    "#c08b00",
)
_LABEL = 1.65  # times as high on the axis: the height of a name


def draw(results: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Write an SVG: a panel a part, both axes logarithmic, our line the thickest."""
    import matplotlib as mpl  # noqa: PLC0415 - only where it is drawn

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "latency", "font.size": 9})
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the choice above

    figure, axes = plt.subplots(1, len(_PARTS), figsize=(9.6, 3.9), sharey=True)
    drawn = [each for each in results if each["part"] in _PARTS and each["p50"]]
    names = list(dict.fromkeys(each["name"] for each in drawn))
    colours = {name: _COLOURS[at % len(_COLOURS)] for at, name in enumerate(names)}
    for axis, (part, title) in zip(axes, _PARTS.items(), strict=True):
        lines: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for each in drawn:
            if each["part"] == part:
                lines[each["name"]].append((each["size"], each["p50"]))
        heights = _apart({name: max(points) for name, points in lines.items()})
        for name, points in lines.items():
            sizes, times = zip(*sorted(points), strict=True)
            ours = name == "the bot"
            axis.plot(
                sizes, times, marker="o", markersize=3, color=colours[name],
                linewidth=2.4 if ours else 1.2, zorder=3 if ours else 2,
            )  # fmt: skip
            axis.annotate(
                name, (sizes[-1], heights[name]), xytext=(5, 0), fontsize=8,
                textcoords="offset points", color=colours[name], va="center",
                fontweight="bold" if ours else "normal",
            )  # fmt: skip
        axis.set(xscale="log", yscale="log", title=title, xlabel="passages")
        axis.margins(x=0.28)
        axis.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("median time of a query, ms")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None}, facecolor="white")
    plt.close(figure)


def _apart(ends: Mapping[str, tuple[int, float]]) -> dict[str, float]:
    """Return the height of each line's name: at its end, or above the one below it.

    Args:
        ends: name to the size and time at which its line ends.
    """
    heights: dict[str, float] = {}
    lowest: dict[int, float] = {}
    for name, (size, time) in sorted(ends.items(), key=lambda each: each[1]):
        heights[name] = max(time, lowest.get(size, 0.0))
        lowest[size] = heights[name] * _LABEL
    return heights
