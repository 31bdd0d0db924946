"""How a recording looks in the list: its name, a bar, and what is going on or went wrong."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from asr_app.gui.file_queue import JOB_ROLE, FileJob, FileQueue, JobState
from asr_app.gui.theme import theme_keeper

_PADDING_PX = 10
_BAR_PX = 4
_GLYPHS = {
    JobState.WAITING: "○",
    JobState.RUNNING: "▶",
    JobState.DONE: "✓",
    JobState.CANCELLED: "■",
    JobState.FAILED: "!",
}


class FileDelegate(QStyledItemDelegate):
    """Draws the rows of a `FileQueue` in a list view."""

    def __init__(self, view: QListView, queue: FileQueue) -> None:
        super().__init__(view)
        self._view = view
        self._queue = queue

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As high as the wrapped words need."""
        job: FileJob = index.data(JOB_ROLE)
        width = self._view.viewport().width()
        height = QFontMetrics(self._name_font()).height() + self._state_height(job, width) + _PADDING_PX + 2
        return QSize(min(width, 120), height + (_BAR_PX + 5 if job.state is JobState.RUNNING else 0) + 4)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a row."""
        theme = theme_keeper().current
        job: FileJob = index.data(JOB_ROLE)
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.setPen(QPen(QColor(theme.accent), 2) if self._view.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.window))
            painter.drawRoundedRect(QRectF(rect).adjusted(3, 2, -3, -2), 5, 5)
        left, width = rect.left() + _PADDING_PX, rect.width() - 2 * _PADDING_PX
        top = rect.top() + _PADDING_PX // 2 + 2
        top = self._draw_name(painter, job, QRect(left, top, width, 0))
        if job.state is JobState.RUNNING:
            self._draw_bar(painter, job, QRectF(left, top + 3, width, _BAR_PX))
            top += _BAR_PX + 5
        painter.setFont(self._view.font())
        painter.setPen(QColor(theme.danger if job.state is JobState.FAILED else theme.muted))
        painter.drawText(
            QRect(left, top, width, self._state_height(job, rect.width())),
            int(Qt.TextFlag.TextWordWrap),
            self._queue.state_text(job),
        )
        painter.restore()

    def _draw_name(self, painter: QPainter, job: FileJob, place: QRect) -> int:
        theme = theme_keeper().current
        font = self._name_font()
        metrics = QFontMetrics(font)
        place.setHeight(metrics.height())
        glyph_px = metrics.horizontalAdvance("○") + 8
        painter.setFont(font)
        painter.setPen(QColor(theme.danger if job.state is JobState.FAILED else theme.accent))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft), _GLYPHS[job.state])
        painter.setPen(QColor(theme.text))
        name = metrics.elidedText(job.path.name, Qt.TextElideMode.ElideMiddle, place.width() - glyph_px)
        painter.drawText(place.adjusted(glyph_px, 0, 0, 0), int(Qt.AlignmentFlag.AlignLeft), name)
        return place.bottom() + 1

    def _draw_bar(self, painter: QPainter, job: FileJob, place: QRectF) -> None:
        theme = theme_keeper().current
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.hairline))
        painter.drawRoundedRect(place, 2, 2)
        fraction = job.fraction
        if fraction:
            painter.setBrush(QColor(theme.accent))
            done = QRectF(place)
            done.setWidth(max(_BAR_PX, place.width() * fraction))
            painter.drawRoundedRect(done, 2, 2)

    def _state_height(self, job: FileJob, width: int) -> int:
        place = QRect(0, 0, max(40, width - 2 * _PADDING_PX), 10_000)
        metrics = QFontMetrics(self._view.font())
        text = self._queue.state_text(job)
        return metrics.boundingRect(place, int(Qt.TextFlag.TextWordWrap), text).height() + 2

    def _name_font(self) -> QFont:
        font = QFont(self._view.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font
