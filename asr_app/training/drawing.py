"""Pictures with matplotlib, the same bytes for the same data; it is imported only by who draws."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours that colour-blind people tell apart (Okabe and Ito 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def new_figure(width_in: float, height_in: float) -> Figure:
    """A page of so many inches; no window belongs to it."""
    from matplotlib.figure import Figure

    return Figure((width_in, height_in), layout="constrained")


def as_svg(figure: Figure) -> str:
    """The picture as an SVG document, without date, with names that do not change, its text as text."""
    import matplotlib

    picture = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "asr-app", "svg.fonttype": "none"}):
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    return picture.getvalue()
