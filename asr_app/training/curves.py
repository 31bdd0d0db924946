"""The learning curves of a run as a picture: `python -m asr_app.training.curves RUN_FOLDER PICTURE.svg`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asr_app.errors import RecipeError
from asr_app.training.checkpoint import LOG
from asr_app.training.drawing import COLOURS, as_svg, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = list[tuple[float, float]]

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


def plot(panels: Sequence[Panel]) -> Figure:
    """Plot panels one above the other."""
    figure = new_figure(8.5, 2.9 * len(panels))
    for axes, panel in zip(figure.subplots(len(panels), squeeze=False)[:, 0], panels, strict=True):
        axes.set_prop_cycle(color=COLOURS)
        for name, points in panel.lines.items():
            axes.plot(*zip(*points, strict=True), marker=".", markersize=4, label=name)
        axes.set_title(panel.title, loc="left", fontsize="medium")
        axes.set_xlabel("step")
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.grid(color="#dddddd")
        if panel.lines:
            axes.legend(frameon=False, ncols=3)
    return figure


def draw(panels: Sequence[Panel]) -> str:
    """Draw panels one above the other, as SVG."""
    return as_svg(plot(panels))


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
