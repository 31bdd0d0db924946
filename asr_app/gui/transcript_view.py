"""The text of one recording or dictation: settled utterances, and below them what is still being heard."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from asr_app.gui.formatting import clock
from asr_app.gui.theme import theme_keeper
from asr_app.transcription.types import Segment

KEPT_PICTURES = 60
"""Utterances whose arrays are kept to be drawn: at 20 s each, under 60 MB."""

_TEXT_SCALE = 1.25
_PROVISIONAL = -2  # a block's user state; settled blocks have their segment's index, fresh ones -1


class TranscriptView(QTextEdit):
    """One line for each utterance, its time in the margin; provisional words look different.

    Each text block's user state is the index of its segment, or `_PROVISIONAL`.

    Signals:
        segment_selected: The text cursor came into another utterance; carries its `Segment`.
    """

    segment_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        # Drops belong to the window; the viewport would keep them for itself.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.document().setUndoRedoEnabled(False)
        self._segments: list[Segment] = []
        self._session_start = 0
        self._live: dict[int, tuple[QTextBlock, float]] = {}
        self._selected = -1
        self._restyle()
        theme_keeper().changed.connect(self._restyle)
        self.cursorPositionChanged.connect(self._announce_selection)

    # -- content --------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The settled text, one line for each utterance."""
        return "\n".join(segment.text for segment in self._segments if segment.words)

    @property
    def provisional_text(self) -> str:
        """What is still being heard."""
        return "\n".join(block.text() for block, _ in self._live.values())

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The settled utterances, in order."""
        return tuple(self._segments)

    @property
    def follows_end(self) -> bool:
        """Whether the text cursor is not in an earlier utterance, so that new ones may be shown."""
        return self._selected in (-1, len(self._segments) - 1)

    def begin_session(self) -> None:
        """Utterances count from 0 again; what is there stays."""
        self._drop_provisional()
        self._session_start = len(self._segments)

    def discard_session(self) -> None:
        """Take back everything since `begin_session`."""
        self._drop_provisional()
        kept = self._segments[: self._session_start]
        self.clear_all()
        for segment in kept:
            self.append(segment)
        self._session_start = len(kept)

    def clear_all(self) -> None:
        """Empty the view."""
        self._live.clear()
        self._segments.clear()
        self._selected = -1
        self._session_start = 0
        self.clear()
        self.document().firstBlock().setUserState(-1)

    def show_provisional(self, utterance: int, text: str, start_s: float | None = None) -> None:
        """Show what is heard of an utterance so far in place of what was shown of it before.

        Args:
            utterance: Its number in this session.
            text: All of its text.
            start_s: Where it begins; only the first call for it needs to know.
        """
        if utterance not in self._live:
            block = self._new_block(_PROVISIONAL)
            self._live[utterance] = (block, start_s if start_s is not None else 0.0)
        block, _ = self._live[utterance]
        self._replace_text(block, text, self._provisional_format)

    def settle(self, utterance: int, segment: Segment) -> None:
        """Put an utterance's final words where its provisional ones were."""
        live = self._live.pop(utterance, None)
        if not segment.words:
            if live is not None:
                self._remove_block(live[0])
            return
        if live is None:
            self.append(segment)
            return
        self._segments.append(segment)
        self._replace_text(live[0], segment.text, QTextCharFormat())
        self._restore_format(live[0])
        live[0].setUserState(len(self._segments) - 1)
        self._forget_old_pictures()
        self.viewport().update()

    def append(self, segment: Segment) -> None:  # type: ignore[override]
        """Add a settled utterance at the end."""
        if not segment.words:
            return
        self._segments.append(segment)
        block = self._new_block(len(self._segments) - 1)
        self._replace_text(block, segment.text, QTextCharFormat())
        self._forget_old_pictures()

    def select(self, index: int) -> None:
        """Move the text cursor to the start of an utterance."""
        block = self.document().firstBlock()
        while block.isValid() and block.userState() != index:
            block = block.next()
        if block.isValid():
            self.setTextCursor(QTextCursor(block))

    # -- blocks ---------------------------------------------------------------------------------------

    def _new_block(self, state: int) -> QTextBlock:
        at_end = self._is_at_end()
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if cursor.block().userState() != -1:
            cursor.insertBlock()
        layout = QTextBlockFormat()
        layout.setLeftMargin(self._margin_px())
        layout.setBottomMargin(self.fontMetrics().height() * 0.3)
        cursor.setBlockFormat(layout)
        block = cursor.block()
        block.setUserState(state)
        self._scroll_if(at_end)
        return block

    def _replace_text(self, block: QTextBlock, text: str, style: QTextCharFormat) -> None:
        """Replace only what differs, so that settled words do not flicker and a selection survives."""
        at_end = self._is_at_end()
        old = block.text()
        same = next((i for i, pair in enumerate(zip(old, text, strict=False)) if pair[0] != pair[1]), None)
        kept = min(len(old), len(text)) if same is None else same
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + kept)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[kept:], style)
        self._scroll_if(at_end)

    def _restore_format(self, block: QTextBlock) -> None:
        cursor = QTextCursor(block)
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        cursor.setPosition(block.position())
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(QTextCharFormat())

    def _remove_block(self, block: QTextBlock) -> None:
        if self.document().blockCount() == 1:
            self.clear()
            self.document().firstBlock().setUserState(-1)
            return
        cursor = QTextCursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if block.next().isValid():
            cursor.deleteChar()
        else:
            state = block.previous().userState()
            cursor.deletePreviousChar()
            cursor.block().setUserState(state)

    def _drop_provisional(self) -> None:
        for block, _ in list(self._live.values()):
            self._remove_block(block)
        self._live.clear()

    def _forget_old_pictures(self) -> None:
        oldest = len(self._segments) - 1 - KEPT_PICTURES
        if oldest >= 0 and self._segments[oldest].inspection is not None:
            self._segments[oldest] = replace(self._segments[oldest], inspection=None)

    # -- scrolling and selection ----------------------------------------------------------------------

    def _is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 4

    def _scroll_if(self, at_end: bool) -> None:
        if at_end:
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _announce_selection(self) -> None:
        index = self.textCursor().block().userState()
        if index == self._selected or not 0 <= index < len(self._segments):
            return
        self._selected = index
        if self.hasFocus():
            self.segment_selected.emit(self._segments[index])

    def focusInEvent(self, event: object) -> None:
        """Say which utterance the cursor is in."""
        super().focusInEvent(event)  # type: ignore[arg-type]
        if 0 <= self._selected < len(self._segments):
            self.segment_selected.emit(self._segments[self._selected])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Space to the window, which starts and stops dictation with it."""
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            event.ignore()
            return
        super().keyPressEvent(event)

    # -- looks ----------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._restyle()

    def _restyle(self) -> None:
        theme = theme_keeper().current
        font = QFont(QApplication.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * _TEXT_SCALE)
        self.document().setDefaultFont(font)
        self._margin_font = QFont()
        style = QTextCharFormat()
        style.setFontItalic(True)
        style.setForeground(QColor(theme.muted))
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        self._provisional_format = style
        for block, _ in self._live.values():
            cursor = QTextCursor(block)
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(style)

    def _margin_px(self) -> int:
        return QFontMetrics(self._margin_font).horizontalAdvance("0:00:00") + 16

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, then each utterance's time in the margin."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setFont(self._margin_font)
        painter.setPen(QColor(theme_keeper().current.muted))
        starts = {block.blockNumber(): start_s for block, start_s in self._live.values()}
        offset = self.verticalScrollBar().value()
        line_px = QFontMetrics(self.document().defaultFont()).height()
        layout = self.document().documentLayout()
        block = self.cursorForPosition(self.viewport().rect().topLeft()).block()
        while block.isValid():
            top = layout.blockBoundingRect(block).top() - offset
            if top > self.viewport().height():
                return
            index = block.userState()
            start_s = self._segments[index].start_s if 0 <= index < len(self._segments) else None
            start_s = starts.get(block.blockNumber(), start_s)
            if start_s is not None:
                place = QRectF(0, top, self._margin_px() - 10, line_px)
                painter.drawText(
                    place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, clock(start_s)
                )
            block = block.next()
