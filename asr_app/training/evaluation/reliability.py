"""Whether confidence is honest: figures, and the diagram that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 10
"""Of equal width, for the expected calibration error and the reliability diagram."""

_SIDE = 300
_MARGIN = 60
_COLOURS = ("#d95f02", "#1b6ca8", "#2a7f3f", "#7a4ea3")


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


def reliability_diagram(curves: Mapping[str, Honesty], title: str) -> str:
    """Draw the share of right words over the confidence given to them.

    Each bin is a dot whose area grows with its words; an honest recogniser's dots lie on the diagonal.

    Args:
        curves: By name, four at most.
        title: Put above.

    Returns:
        An SVG document.
    """
    parts = [*_axes(title)]
    for index, ((name, honesty), colour) in enumerate(zip(curves.items(), _COLOURS, strict=False)):
        shown = [(said, found, count) for count, said, found in honesty.bins if count]
        corners = " ".join(f"{_x(said):.1f},{_y(found):.1f}" for said, found, _ in shown)
        parts.append(f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for said, found, count in shown:
            radius = 2 + 12 * (count / honesty.words) ** 0.5
            parts.append(
                f'<circle cx="{_x(said):.1f}" cy="{_y(found):.1f}" r="{radius:.1f}" fill="{colour}" '
                f'fill-opacity="0.5"><title>{count} words</title></circle>'
            )
        label = f"{name}: calibration error {honesty.ece:.3f}, area under the curve {honesty.auc:.3f}"
        parts.append(_text(_MARGIN, _MARGIN + _SIDE + 62 + 18 * index, label, colour))
    width, height = _SIDE + 2 * _MARGIN + 40, _SIDE + 2 * _MARGIN + 24 + 18 * len(curves)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _axes(title: str) -> list[str]:
    left, top, right, bottom = _MARGIN, _MARGIN, _MARGIN + _SIDE, _MARGIN + _SIDE
    parts = [
        _text(left, top - 24, title, "black"),
        f'<rect x="{left}" y="{top}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="black"/>',
        f'<line x1="{left}" y1="{bottom}" x2="{right}" y2="{top}" stroke="gray" stroke-dasharray="4"/>',
        _text(left + _SIDE / 2 - 40, bottom + 36, "confidence given", "black"),
        f'<g transform="translate({left - 36} {top + _SIDE / 2 + 50}) rotate(-90)">'
        '<text fill="black">share that was right</text></g>',
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(_text(_x(share) - 10, bottom + 16, f"{share:g}", "black"))
        parts.append(_text(left - 30, _y(share) + 4, f"{share:g}", "black"))
    return parts


def _x(share: float) -> float:
    return _MARGIN + _SIDE * share


def _y(share: float) -> float:
    return _MARGIN + _SIDE * (1 - share)


def _text(x: float, y: float, text: str, colour: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}">{escape(text)}</text>'
