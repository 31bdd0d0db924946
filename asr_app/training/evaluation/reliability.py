"""Whether confidence is honest: figures, and the diagram that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asr_app.training.drawing import COLOURS, as_svg, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

BINS = 10
"""Of equal width, for the expected calibration error and the reliability diagram."""

_LARGEST_DOT = 600.0
"""Area in square points."""


@dataclass(frozen=True)
class Honesty:
    """How well probabilities agree with what was right.

    Attributes:
        words: How many.
        right: Share that was right.
        ece: Expected calibration error over `BINS` bins: mean distance between probability and share.
        auc: Probability that a right word has more than a wrong one; nan where all are of one kind.
        brier: Mean squared distance between probability and 0 or 1.
        bins: Of each bin the words, their mean probability and the share that was right.
    """

    words: int
    right: float
    ece: float
    auc: float
    brier: float
    bins: tuple[tuple[int, float, float], ...]


def measure(probability: Floats, right: Floats) -> Honesty:
    """Compare probabilities (words,) with what was right (words,), 0 or 1; at least one word."""
    number = np.minimum((probability * BINS).astype(int), BINS - 1)
    bins = []
    for index in range(BINS):
        inside = number == index
        count = int(inside.sum())
        means = (float(probability[inside].mean()), float(right[inside].mean())) if count else (0.0, 0.0)
        bins.append((count, *means))
    distance = sum(count * abs(said - found) for count, said, found in bins)
    return Honesty(
        words=len(right),
        right=float(right.mean()),
        ece=distance / len(right),
        auc=_area(probability, right),
        brier=float(np.square(probability - right).mean()),
        bins=tuple(bins),
    )


def _area(probability: Floats, right: Floats) -> float:
    """Area under the ROC curve, by ranks; equal probabilities share theirs."""
    values, place, counts = np.unique(probability, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    good = float(right.sum())
    bad = len(right) - good
    if not len(values) or not good or not bad:
        return float("nan")
    return float((ranks[right == 1].sum() - good * (good + 1) / 2) / (good * bad))


def plot(curves: Mapping[str, Honesty], title: str) -> Figure:
    """Plot the share of right words over the confidence given to them; see `reliability_diagram`."""
    figure = new_figure(5.2, 5.6)
    axes = figure.subplots()
    axes.axline((0, 0), slope=1, color="gray", linestyle="--", linewidth=1)
    for (name, honesty), colour in zip(curves.items(), COLOURS, strict=False):
        said, found, sizes = zip(
            *(
                (said, found, _LARGEST_DOT * count / honesty.words)
                for count, said, found in honesty.bins
                if count
            ),
            strict=True,
        )
        label = f"{name}: calibration error {honesty.ece:.3f}, area under the curve {honesty.auc:.3f}"
        axes.plot(said, found, color=colour, label=label)
        axes.scatter(said, found, sizes, color=colour, alpha=0.5)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", title=title)
    axes.set(xlabel="confidence given", ylabel="share that was right")
    figure.legend(loc="outside lower center", frameon=False)
    return figure


def reliability_diagram(curves: Mapping[str, Honesty], title: str) -> str:
    """Draw the share of right words over the confidence given to them.

    Each bin is a dot whose area grows with its words; an honest recogniser's dots lie on the diagonal.

    Args:
        curves: By name, six at most, each of at least one word.
        title: Put above.

    Returns:
        An SVG document.
    """
    return as_svg(plot(curves, title))
