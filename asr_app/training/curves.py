"""The learning curves of a run as a picture: `python -m asr_app.training.curves RUN_FOLDER PICTURE.svg`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from asr_app.errors import RecipeError
from asr_app.training.checkpoint import LOG

Points = list[tuple[float, float]]

_WIDTH, _HEIGHT, _LEFT, _TOP, _BETWEEN = 760, 230, 60, 30, 60
# Colours that colour-blind people tell apart (Okabe and Ito 2008).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_SMOOTHED_STEPS = 25


@dataclass(frozen=True)
class Panel:
    """One set of axes.

    Attributes:
        title: What the vertical axis shows, with its unit.
        lines: Points by name, in steps and in that unit.
    """

    title: str
    lines: dict[str, Points]


def read_curves(folder: Path) -> list[Panel]:
    """Read the losses and the development error rates that a run has written.

    Raises:
        RecipeError: The folder holds no log of a run.
    """
    entries = _read(folder / LOG)
    if not entries:
        raise RecipeError(f"“{folder.name}” holds no log of a run.", "Give a recipe's output folder.")
    losses: dict[str, Points] = {}
    for key, name in (("ctc", "subword CTC"), ("phones", "phone CTC"), ("attention", "attention")):
        points = [(entry["step"], entry[key]) for entry in entries if entry.get(key)]
        if points:
            losses[name] = smooth(points, _SMOOTHED_STEPS)
    rates: dict[str, Points] = {}
    for entry in _read(folder / "development.jsonl"):
        for name, rate in entry["development"].items():
            rates.setdefault(name, []).append((entry["step"], 100 * rate))
    panels = [Panel("training loss (nats per token)", losses)]
    return [*panels, Panel("development, greedy (% of words or phones)", rates)] if rates else panels


def smooth(points: Points, width: int) -> Points:
    """Average each `width` neighbouring points; the last group may be smaller."""
    groups = [points[start : start + width] for start in range(0, len(points), width)]
    return [
        (sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group)) for group in groups
    ]


def draw(panels: Sequence[Panel]) -> str:
    """Draw panels one above the other, as SVG."""
    width, height = _LEFT + _WIDTH + 30, _TOP + len(panels) * (_HEIGHT + _BETWEEN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, panel in enumerate(panels):
        parts += _draw_panel(panel, _TOP + number * (_HEIGHT + _BETWEEN))
    return "\n".join([*parts, "</svg>\n"])


def _draw_panel(panel: Panel, top: float) -> list[str]:
    every = [point for points in panel.lines.values() for point in points]
    most_x = max([x for x, _ in every], default=1.0) or 1.0
    most_y = max([y for _, y in every], default=1.0) * 1.05 or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + _WIDTH * x / most_x, top + _HEIGHT * (1 - y / most_y)

    parts = [f'<text x="{_LEFT}" y="{top - 8}">{escape(panel.title)}</text>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        x, y = place(share * most_x, share * most_y)
        parts += [
            f'<path d="M{_LEFT} {y:.1f}H{_LEFT + _WIDTH}" stroke="#ddd"/>',
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share * most_y:.3g}</text>',
            f'<text x="{x:.1f}" y="{top + _HEIGHT + 16}" text-anchor="middle">{share * most_x:.0f}</text>',
        ]
    for number, (name, points) in enumerate(panel.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        key_x, key_y = _LEFT + 10 + 150 * number, top + _HEIGHT + 34
        parts += [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}"/>' for x, y in
              (place(*point) for point in points)),
            f'<text x="{key_x}" y="{key_y}" fill="{colour}">{escape(name)}</text>',
        ]  # fmt: skip
    parts.append(f'<text x="{_LEFT + _WIDTH}" y="{top + _HEIGHT + 34}" text-anchor="end">step</text>')
    return parts


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Draw the curves of a run's folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="the recipe's output folder")
    parser.add_argument("picture", type=Path, help="SVG file to write")
    arguments = parser.parse_args()
    arguments.picture.write_text(draw(read_curves(arguments.run)), encoding="utf-8")


if __name__ == "__main__":
    main()
