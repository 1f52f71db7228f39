"""A sweep as text, JSON and one HTML page with its table and plots."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from bot.errors import InputError
from bot.evaluation.html_parts import figure, part, policy_hash, table, warning_list
from bot.evaluation.plots import Axes, Line, Row, bar_plot, line_plot
from bot.evaluation.sweep import CHOSEN_BY, MEASURES, Tried, warnings
from bot.evaluation.tables import Rows, aligned, number

PAGE, FIGURES = "sweep.html", "sweep.json"
_NAMED = 18  # characters of a setting beside its bar


@dataclass(frozen=True, slots=True)
class SweepReport:
    """Settings that were tried, in the order they were named."""

    tried: Sequence[Tried]

    @property
    def questions(self) -> int:
        """How many questions each setting was asked."""
        return len(self.tried[0].run.outcomes)

    @property
    def warnings(self) -> list[str]:
        """What a person has to know before believing the best setting."""
        return list(warnings([each.setting for each in self.tried], self.questions))

    def rows(self) -> Rows:
        """Return one row a setting; the best by accuracy is marked."""
        column = MEASURES.index(CHOSEN_BY)
        best = max(each.values[column] for each in self.tried)
        rows: Rows = [("setting", *MEASURES, "p against best")]
        for each in self.tried:
            mark = " *" if each.values[column] == best else ""
            values = (number(value) for value in each.values)
            rows.append((each.setting.name + mark, *values, f"{each.p:.3f}"))
        return rows

    def text(self) -> str:
        """Return the table for a terminal."""
        return "\n\n".join((aligned(self.rows()), *self.warnings))

    def payload(self) -> dict[str, Any]:
        """Return the sweep for JSON."""
        settings = [
            {
                "setting": dict(each.setting.values),
                "measures": {
                    name: None if math.isnan(value) else value
                    for name, value in zip(MEASURES, each.values, strict=True)
                },
                "p": each.p,
            }
            for each in self.tried
        ]
        return {
            "questions": self.questions,
            "settings": settings,
            "warnings": self.warnings,
        }

    def html(self) -> str:
        """Return a page that needs nothing but a browser."""
        style = part("page.css")
        return Template(part("sweep.html")).substitute(
            style=style,
            style_hash=policy_hash(style),
            facts=f"{len(self.tried)} settings on {self.questions} questions of dev; "
            f"* is the best by {CHOSEN_BY}.",
            warnings=warning_list(self.warnings),
            figures=table("Settings", self.rows()),
            plots="".join(self._plot(each) for each in MEASURES),
        )

    def write(self, folder: Path) -> None:
        """Write the page and the figures.

        Raises:
            InputError: a file cannot be written.
        """
        figures = json.dumps(self.payload(), ensure_ascii=False, indent=1)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / PAGE).write_text(self.html(), encoding="utf-8")
            (folder / FIGURES).write_text(f"{figures}\n", encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"{folder} cannot be written: {error.strerror}."
            ) from error

    def _plot(self, name: str) -> str:
        """Plot a measure over a numeric setting, or as a bar for each combination."""
        values = [each.values[MEASURES.index(name)] for each in self.tried]
        points = self._points(values)
        if points:
            label = next(iter(self.tried[0].setting.values))
            axes = Axes(max(x for x, _ in points) or 1.0, 1.0)
            line = Line(name, points)
            return figure(name, line_plot(name, label, name, [line], axes))
        rows = [
            Row(_short(each.setting.name), value, None, number(value))
            for each, value in zip(self.tried, values, strict=True)
        ]
        return figure(name, bar_plot(name, rows))

    def _points(self, values: Sequence[float]) -> list[tuple[float, float]]:
        swept = [tuple(each.setting.values.values()) for each in self.tried]
        numeric = all(
            len(each) == 1 and isinstance(each[0], int | float) and each[0] >= 0
            for each in swept
        )
        if not numeric or len(swept) == 1:
            return []
        return sorted(
            (float(x[0]), y)
            for x, y in zip(swept, values, strict=True)
            if not math.isnan(y)
        )


def _short(name: str) -> str:
    bare = ", ".join(each.split(".")[-1] for each in name.split(", "))
    return bare if len(bare) <= _NAMED else f"{bare[: _NAMED - 1]}…"
