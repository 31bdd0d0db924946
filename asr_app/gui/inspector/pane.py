"""One picture over time, with its rows named on the left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor

from asr_app.gui.inspector.token_rows import Peak, uncrowded
from asr_app.gui.theme import Theme

COLOUR_MAP = "viridis"
"""Perceptually uniform, also in print and for people who do not see red and green apart."""

_AXIS_WIDTH_PX = 64
_NAME_PADDING = 0.08
_LABEL_INK = "#ffffff"
_LABEL_GROUND = "#b0440154"  # the colour map's lowest colour, translucent (alpha first)


class Pane:
    """A picture whose first axis is time.

    Attributes:
        plot: The pyqtgraph plot.
        values: (frames, rows) drawn now; None when empty.
        describe: Says in words what a row and value are, for the readout.
    """

    def __init__(self, plot: Any, name: str, explanation: str) -> None:
        self.plot = plot
        self.name = name
        self.values: NDArray[np.float32] | None = None
        self.start_s = 0.0
        self.frame_s = 1.0
        self.describe: Callable[[int, float], str] = lambda row, value: f"{row} · {value:.2f}"
        self._image = pg.ImageItem(axisOrder="col-major")
        self._image.setColorMap(pg.colormap.get(COLOUR_MAP))
        self._labels: list[tuple[Peak, Any]] = []
        self._pen = pg.mkPen(_LABEL_INK, width=1)
        self._time_line = pg.InfiniteLine(angle=90, pen=self._pen)
        self._row_line = pg.InfiniteLine(angle=0, pen=self._pen)
        plot.addItem(self._image)
        for line in (self._time_line, self._row_line):
            line.setZValue(20)
            line.hide()
            plot.addItem(line, ignoreBounds=True)
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=True, y=False)
        plot.setToolTip(explanation)
        left = plot.getAxis("left")
        left.setWidth(_AXIS_WIDTH_PX)
        left.setLabel(name)
        left.setStyle(tickLength=-4)
        plot.getAxis("bottom").setStyle(tickLength=-4)
        plot.getViewBox().setDefaultPadding(0.0)
        plot.getViewBox().setBackgroundColor(pg.colormap.get(COLOUR_MAP).map(0.0, mode="qcolor"))

    def show(
        self,
        values: NDArray[np.float32],
        *,
        start_s: float,
        frame_s: float,
        levels: tuple[float, float],
        first_on_top: bool,
        peaks: Sequence[Peak] = (),
        ticks: Sequence[tuple[float, str]] = (),
    ) -> None:
        """Draw an array.

        Args:
            values: (frames, rows).
            start_s: Time of the first frame's start.
            frame_s: Seconds between frames.
            levels: Values of the colour map's ends.
            first_on_top: Row 0 is at the top, otherwise at the bottom.
            peaks: Places that get a name in the picture.
            ticks: (row, text) on the left axis.
        """
        self.values, self.start_s, self.frame_s = values, start_s, frame_s
        frames, rows = values.shape
        self._image.setVisible(bool(values.size))
        if values.size:
            self._image.setImage(values, levels=levels, autoLevels=False)
            self._image.setRect(QRectF(start_s, 0, frames * frame_s, rows))
        view = self.plot.getViewBox()
        view.invertY(first_on_top)
        # Names at the upper and lower edge need half a line beyond their rows.
        view.setYRange(0, max(rows, 1), padding=_NAME_PADDING if peaks else 0)
        self.plot.getAxis("left").setTicks([[(row + 0.5, text) for row, text in ticks]])
        self._show_peaks(peaks)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours for axes and names."""
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.outline))
            axis.setTextPen(pg.mkPen(theme.muted))
        left = self.plot.getAxis("left")
        left.setLabel(self.name, color=theme.muted)

    def cell_at(self, time_s: float, y: float) -> tuple[int, int] | None:
        """The (frame, row) under a place in the picture; None outside of it."""
        if self.values is None or not self.values.size:
            return None
        frame = int(np.floor((time_s - self.start_s) / self.frame_s))
        row = int(np.floor(y))
        frames, rows = self.values.shape
        return (frame, row) if 0 <= frame < frames and 0 <= row < rows else None

    def value_text(self, frame: int, row: int) -> str:
        """What is at a place, in words."""
        assert self.values is not None
        return self.describe(row, float(self.values[frame, row]))

    def show_crosshair(self, time_s: float | None, row: int | None) -> None:
        """Mark a time, and a row of this pane; None hides the mark."""
        self._time_line.setVisible(time_s is not None)
        self._row_line.setVisible(row is not None)
        if time_s is not None:
            self._time_line.setValue(time_s)
        if row is not None:
            self._row_line.setValue(row + 0.5)

    def arrange_labels(self) -> None:
        """Show those names that have room at the present zoom."""
        (left_s, right_s), _ = self.plot.getViewBox().viewRange()
        scale = self.plot.getViewBox().width() / max(right_s - left_s, 1e-6)
        inside = [(peak, item) for peak, item in self._labels if left_s <= self._time_of(peak) < right_s]
        places = [(self._time_of(peak) - left_s) * scale for peak, _ in inside]
        shown = uncrowded(places, [item.boundingRect().width() for _, item in inside])
        for _, item in self._labels:
            item.hide()
        for (_, item), fits in zip(inside, shown, strict=True):
            item.setVisible(fits)

    def _time_of(self, peak: Peak) -> float:
        return self.start_s + (peak.frame + 1) * self.frame_s

    def _show_peaks(self, peaks: Sequence[Peak]) -> None:
        for _, item in self._labels:
            self.plot.removeItem(item)
        self._labels = []
        for peak in peaks:
            item = pg.TextItem(peak.label, color=_LABEL_INK, anchor=(0, 0.5), fill=QColor(_LABEL_GROUND))
            item.textItem.document().setDocumentMargin(1)
            item.setPos(self._time_of(peak), peak.row + 0.5)
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            self.plot.addItem(item, ignoreBounds=True)
            self._labels.append((peak, item))
