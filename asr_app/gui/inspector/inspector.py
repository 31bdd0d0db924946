"""The inspector: three pictures of one utterance on one time axis, with a crosshair that reads them out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from asr_app.gui.inspector.crosshair import Crosshair
from asr_app.gui.inspector.live_arrays import LiveArrays
from asr_app.gui.inspector.pane import Pane
from asr_app.gui.inspector.token_rows import TokenPicture, attention_picture, ctc_picture, readable
from asr_app.gui.theme import Theme, theme_keeper
from asr_app.transcription.types import InspectionArrays

_TICK_HZ = (500, 1000, 2000, 4000)
_SHORTEST_VIEW_S = 0.1
_LIVE_VIEW_S = 4.0


class Inspector(QWidget):
    """Draws `InspectionArrays`.

    The arrow keys move the crosshair, with Shift ten frames at a time; Page Up and Page Down change the
    picture; plus, minus and Home zoom.

    Attributes:
        crosshair: The place looked at.
        readout: The label that says what is under the crosshair.
        panes: Log-mel, CTC and attention.
        plots: The pyqtgraph widget that holds them and takes the keys.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = LiveArrays()
        self._arrays: InspectionArrays | None = None
        self.plots = pg.GraphicsLayoutWidget()
        self.plots.setAccessibleName(self.tr("Pictures of the utterance"))
        self.plots.setAccessibleDescription(
            self.tr(
                "Arrow keys move the crosshair, Page Up and Down change the picture, plus and minus zoom."
            )
        )
        self.plots.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plots.setAcceptDrops(False)
        self.plots.viewport().setAcceptDrops(False)
        self.plots.ci.setContentsMargins(4, 4, 8, 2)
        self.plots.ci.setSpacing(2)
        self.panes = self._make_panes()
        self._arrange_later = QTimer(self, singleShot=True, interval=0)
        self._arrange_later.timeout.connect(self._arrange)
        self.panes[0].plot.getViewBox().sigXRangeChanged.connect(lambda *_: self._arrange_later.start())
        self.crosshair = Crosshair(self.plots, self.panes, self._zoom, self.show_whole)
        self._build()
        self.crosshair.moved.connect(self.readout.setText)
        self._set_theme(theme_keeper().current)
        theme_keeper().changed.connect(self._set_theme)
        self.clear()

    # -- content --------------------------------------------------------------------------------------

    @property
    def arrays(self) -> InspectionArrays | None:
        """What is drawn."""
        return self._arrays

    def clear(self, reason: str = "") -> None:
        """Show words instead of pictures."""
        self._arrays = None
        self._live.clear()
        self._empty.setText(
            reason or self.tr("Dictate, or choose an utterance in a text, to see what the network heard.")
        )
        self._stack.setCurrentWidget(self._empty)
        self._whole_button.setEnabled(False)
        self.crosshair.move_to(None)

    def begin_live(self) -> None:
        """Another utterance begins."""
        self._live.clear()

    def add_live(self, chunk: InspectionArrays) -> None:
        """Draw the next chunk of the utterance being spoken."""
        self._draw(self._live.add(chunk), live=True)

    def show_arrays(self, arrays: InspectionArrays) -> None:
        """Draw a finished utterance and show all of it."""
        self._draw(arrays, live=False)

    def _draw(self, arrays: InspectionArrays, *, live: bool) -> None:
        self._arrays = arrays
        self._stack.setCurrentWidget(self.plots)
        self._whole_button.setEnabled(True)
        self.crosshair.move_to(None)
        self._draw_log_mel(arrays)
        self._draw_tokens(self.panes[1], ctc_picture(arrays.ctc_posteriors, arrays.ctc_labels), arrays)
        has_attention = arrays.attention is not None and len(arrays.attention) > 0
        if has_attention and arrays.attention is not None:
            self._draw_tokens(
                self.panes[2], attention_picture(arrays.attention, arrays.attention_labels), arrays
            )
        self._show_attention(has_attention)
        self._set_limits(live)
        self._arrange_later.start()

    def _draw_log_mel(self, arrays: InspectionArrays) -> None:
        log_mel, centres_hz = arrays.log_mel, arrays.mel_centres_hz
        pane = self.panes[0]
        # A few silent frames at the floor must not take up the whole range of colours.
        levels = np.percentile(log_mel, (5, 99.8)) if log_mel.size else (0.0, 1.0)
        bands = np.arange(len(centres_hz))
        ticks = [
            (float(np.interp(hz, centres_hz, bands)), f"{hz / 1000:g}")
            for hz in _TICK_HZ
            if len(bands) and centres_hz[0] <= hz <= centres_hz[-1]
        ]
        pane.describe = lambda row, value: self.tr("{hz} Hz · log power {value}").format(
            hz=round(float(centres_hz[row])), value=f"{value:.1f}"
        )
        pane.show(
            log_mel,
            start_s=arrays.start_s,
            frame_s=arrays.log_mel_frame_s,
            levels=(float(levels[0]), max(float(levels[1]), float(levels[0]) + 1e-3)),
            first_on_top=False,
            ticks=ticks,
        )

    def _draw_tokens(self, pane: Pane, picture: TokenPicture, arrays: InspectionArrays) -> None:
        # A dot is easier on the eyes than SentencePiece's low line where a word begins.
        picture = readable(picture)
        what = self.tr("token “{token}” · {value}")
        pane.describe = lambda row, value: what.format(token=picture.labels[row], value=f"{value:.2f}")
        pane.show(
            picture.values,
            start_s=arrays.start_s,
            frame_s=arrays.ctc_frame_s,
            levels=(0.0, 1.0),
            first_on_top=True,
            peaks=picture.peaks,
        )

    # -- view -----------------------------------------------------------------------------------------

    def show_whole(self) -> None:
        """Zoom out to the whole utterance."""
        self._set_limits(live=False)

    def visible_range_s(self) -> tuple[float, float]:
        """The times at the left and right edge."""
        left, right = self.panes[0].plot.getViewBox().viewRange()[0]
        return float(left), float(right)

    def _set_limits(self, live: bool) -> None:
        arrays = self._arrays
        if arrays is None:
            return
        end_s = arrays.start_s + max(
            len(arrays.log_mel) * arrays.log_mel_frame_s, len(arrays.ctc_posteriors) * arrays.ctc_frame_s
        )
        end_s = max(end_s, arrays.start_s + (_LIVE_VIEW_S if live else _SHORTEST_VIEW_S))
        for pane in self.panes:
            pane.plot.setLimits(xMin=arrays.start_s, xMax=end_s, minXRange=_SHORTEST_VIEW_S)
        self.panes[0].plot.setXRange(arrays.start_s, end_s, padding=0)

    def _zoom(self, factor: float) -> None:
        left, right = self.visible_range_s()
        marked_s = self.crosshair.time_s
        centre = (left + right) / 2 if marked_s is None else marked_s
        self.panes[0].plot.setXRange(
            centre - (centre - left) * factor, centre + (right - centre) * factor, padding=0
        )

    def _arrange(self) -> None:
        for pane in self.panes[1:]:
            pane.arrange_labels()

    def resizeEvent(self, event: Any) -> None:
        """Make room for other names."""
        super().resizeEvent(event)
        self._arrange_later.start()

    # -- construction ---------------------------------------------------------------------------------

    def _make_panes(self) -> tuple[Pane, Pane, Pane]:
        named = (
            (self.tr("kHz"), self.tr("Log-mel: how much sound there is at each time and pitch.")),
            (
                self.tr("CTC"),
                self.tr(
                    "CTC posteriors: how sure the network is of each token at each time; one row a token."
                ),
            ),
            (
                self.tr("Attention"),
                self.tr("Attention: where the decoder looked while it wrote each token; one row a step."),
            ),
        )
        panes = tuple(
            Pane(self.plots.addPlot(row=row, col=0), name, explanation)
            for row, (name, explanation) in enumerate(named)
        )
        for pane in panes[1:]:
            pane.plot.setXLink(panes[0].plot)
        return panes[0], panes[1], panes[2]

    def _show_attention(self, shown: bool) -> None:
        pane = self.panes[2]
        if not shown:
            pane.values = None
        if pane.plot.isVisible() != shown or pane.plot.parentItem() is None:
            pane.plot.setVisible(shown)
            # An invisible plot would keep its share of the height.
            layout = self.plots.ci
            if shown and pane.plot not in layout.items:
                layout.addItem(pane.plot, row=2, col=0)
            elif not shown and pane.plot in layout.items:
                layout.removeItem(pane.plot)
        for number, each in enumerate(self.panes):
            last = 2 if shown else 1
            each.plot.getAxis("bottom").setStyle(showValues=number == last)
            each.plot.getAxis("bottom").setHeight(None if number == last else 4)

    def _build(self) -> None:
        title = QLabel(self.tr("Inspector"))
        title.setToolTip(self.tr("What the network saw and thought of one utterance, on one time axis."))
        self.readout = QLabel()
        self.readout.setAccessibleName(self.tr("Under the crosshair"))
        self.readout.setProperty("muted", True)
        self._whole_button = QPushButton(self.tr("Show whole"))
        self._whole_button.setAccessibleName(self.tr("Show the whole utterance"))
        self._whole_button.setToolTip(self.tr("Zoom out to the whole utterance (Home)"))
        self._whole_button.clicked.connect(self.show_whole)
        self._empty = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._empty.setProperty("muted", True)
        self._empty.setMinimumHeight(40)
        header = QHBoxLayout()
        header.addWidget(title)
        header.addSpacing(12)
        header.addWidget(self.readout, 1)
        header.addWidget(self._whole_button)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.plots)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(header)
        column.addLayout(self._stack, 1)

    def _set_theme(self, theme: Theme) -> None:
        self.plots.setBackground(theme.surface)
        for pane in self.panes:
            pane.set_theme(theme)
