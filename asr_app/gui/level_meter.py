"""How loud it is, from silence to too loud."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from asr_app.gui.theme import theme_keeper

FLOOR_DB = -60.0
TOO_LOUD_DB = -1.0
_HOLD_S = 1.2
_SEGMENTS = 32


class LevelMeter(QWidget):
    """A bar of segments from -60 dB to full scale, with the last peak held for a moment.

    Attributes:
        rms_db: The bar's length, decibels below full scale.
        peak_db: The held peak.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rms_db = FLOOR_DB
        self.peak_db = FLOOR_DB
        self._peak_since_s = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Microphone level"))
        self.setToolTip(
            self.tr("How loud you are, from silence to too loud; the single mark is the last peak.")
        )

    def sizeHint(self) -> QSize:
        """Wide enough to be read from a distance."""
        return QSize(240, 14)

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(80, 14)

    @property
    def is_too_loud(self) -> bool:
        """Whether the held peak reached full scale, so that the sound was cut."""
        return self.peak_db >= TOO_LOUD_DB

    def show_level(self, rms_db: float, peak_db: float) -> None:
        """Show a measurement; decibels below full scale."""
        now_s = time.monotonic()
        self.rms_db = max(FLOOR_DB, min(0.0, rms_db))
        if peak_db >= self.peak_db or now_s - self._peak_since_s > _HOLD_S:
            self.peak_db = max(FLOOR_DB, min(0.0, peak_db))
            self._peak_since_s = now_s
        self.update()

    def clear(self) -> None:
        """Show silence."""
        self.rms_db = self.peak_db = FLOOR_DB
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the segments."""
        theme = theme_keeper().current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        lit = round(_SEGMENTS * (1 - self.rms_db / FLOOR_DB))
        held = round(_SEGMENTS * (1 - self.peak_db / FLOOR_DB)) - 1
        step_px = self.width() / _SEGMENTS
        high_from = _SEGMENTS - 2
        for index in range(_SEGMENTS):
            on = index < lit or index == held
            colour = (theme.level_high if index >= high_from else theme.level) if on else theme.hairline
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(index * step_px, 0, step_px - 2, self.height()), 1.5, 1.5)
