"""The one large control: start and stop."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from asr_app.gui.theme import theme_keeper

_HEIGHT_PX = 64
_GLYPH_PX = 22


class RecordButton(QPushButton):
    """A large button: a disc to start, a square to stop, and the words for it.

    Attributes:
        recording: Whether pressing it stops.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recording = False
        self._texts = (self.tr("Start dictation"), self.tr("Stop"))
        self._hint = self.tr("Space or F9")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_recording(False)

    def show_recording(self, recording: bool) -> None:
        """Show what pressing does now: stop when recording, otherwise start."""
        self.recording = recording
        self.setText(self._texts[recording])
        self.setAccessibleName(self._texts[recording])
        self.setToolTip(
            self.tr("Stop; what you have said is still finished (Space or F9)")
            if recording
            else self.tr("Start dictating into the text below (Space or F9)")
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the longer text, so that the window does not jump."""
        width = max(QFontMetrics(self._large_font()).horizontalAdvance(text) for text in self._texts)
        small = QFontMetrics(self.font()).horizontalAdvance(self._hint)
        lines = QFontMetrics(self._large_font()).height() + QFontMetrics(self.font()).height() + 16
        return QSize(max(width, small) + _GLYPH_PX + 68, max(_HEIGHT_PX, lines))

    def _large_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.35 if font.pointSizeF() > 0 else 12)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill, the glyph, the words and the focus ring."""
        theme = theme_keeper().current
        fill, ink = (theme.danger, theme.on_danger) if self.recording else (theme.accent, theme.on_accent)
        if not self.isEnabled():
            fill, ink = theme.hairline, theme.muted
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 13, 13)
        colour = QColor(fill)
        if self.isDown():
            colour = colour.darker(115)
        elif self.underMouse() and self.isEnabled():
            colour = colour.lighter(108)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(body, 10, 10)
        self._draw_glyph(painter, body, QColor(ink))
        self._draw_words(painter, body, QColor(ink))

    def _draw_glyph(self, painter: QPainter, body: QRectF, ink: QColor) -> None:
        centre = QPointF(body.left() + 20 + _GLYPH_PX / 2, body.center().y())
        painter.setBrush(ink)
        if self.recording:
            side = _GLYPH_PX - 3
            painter.drawRoundedRect(QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side), 3, 3)
        else:
            painter.drawEllipse(centre, _GLYPH_PX / 2, _GLYPH_PX / 2)

    def _draw_words(self, painter: QPainter, body: QRectF, ink: QColor) -> None:
        painter.setPen(ink)
        left = body.left() + 20 + _GLYPH_PX + 14
        large = self._large_font()
        heights = QFontMetrics(large).height(), QFontMetrics(self.font()).height()
        top = body.center().y() - sum(heights) / 2
        painter.setFont(large)
        painter.drawText(QRectF(left, top, body.right() - left, heights[0]), self.text())
        painter.setFont(self.font())
        painter.drawText(QRectF(left, top + heights[0], body.right() - left, heights[1]), self._hint)
