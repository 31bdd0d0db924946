"""The text of one recording or dictation: settled utterances, and below them what is still being heard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from asr_app.gui.formatting import clock
from asr_app.gui.theme import theme_keeper
from asr_app.gui.transcript_blocks import UNUSED, TranscriptBlocks
from asr_app.gui.written_text import WrittenText
from asr_app.transcription.types import Segment

if TYPE_CHECKING:
    from asr_app.formatting.history import FormatterState

KEPT_PICTURES = 60
"""Utterances whose arrays are kept to be drawn: at 20 s each, under 60 MB."""

_TEXT_SCALE = 1.25
_DOCUMENT_MARGIN_PX = 8


def _live_number(utterance: int) -> int:
    """The number of a provisional block; settled ones have their segment's index, from 0."""
    return UNUSED - 1 - utterance


class TranscriptView(QTextEdit):
    """One line for each utterance, its time in the margin; provisional words look different.

    Signals:
        segment_selected: The text cursor came into another settled utterance; carries its `Segment`.
    """

    segment_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None, written: WrittenText | None = None) -> None:
        super().__init__(parent)
        self._written = written or WrittenText()
        # Of each settled utterance: its text, and what the next one's depends on.
        self._texts: list[tuple[str, FormatterState | None]] = []
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        # Drops belong to the window; the viewport would keep them for itself.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.document().setUndoRedoEnabled(False)
        self.document().setDocumentMargin(_DOCUMENT_MARGIN_PX)
        self._blocks = TranscriptBlocks(self.document())
        self._segments: list[Segment] = []
        self._session_start = 0
        self._live_starts_s: dict[int, float] = {}
        self._selected = UNUSED
        self._is_changing = False
        self._provisional = QTextCharFormat()
        self._restyle()
        theme_keeper().changed.connect(self._restyle)
        self.cursorPositionChanged.connect(self._announce_selection)

    # -- content --------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The settled text, one line for each utterance."""
        return "\n".join(text for text, _ in self._texts)

    @property
    def provisional_text(self) -> str:
        """What is still being heard."""
        return "\n".join(self._blocks.find(_live_number(each)).text() for each in self._live_starts_s)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The settled utterances, in order."""
        return tuple(self._segments)

    @property
    def follows_end(self) -> bool:
        """Whether the text cursor is at the newest utterance, so that the ones to come may be shown."""
        return not 0 <= self.textCursor().block().userState() < len(self._segments) - 1

    def begin_session(self) -> None:
        """Utterances count from 0 again; what is there stays."""
        self._drop_provisional()
        self._session_start = len(self._segments)
        with self._changing():
            self.moveCursor(QTextCursor.MoveOperation.End)

    def discard_session(self) -> None:
        """Take back everything since `begin_session`."""
        self._drop_provisional()
        with self._changing():
            for index in reversed(range(self._session_start, len(self._segments))):
                self._blocks.remove(index)
                del self._segments[index], self._texts[index]

    def clear_all(self) -> None:
        """Empty the view."""
        with self._changing():
            self.clear()
            self.document().firstBlock().setUserState(UNUSED)
        self._live_starts_s.clear()
        self._segments.clear()
        self._texts.clear()
        self._selected = UNUSED
        self._session_start = 0

    def show_provisional(self, utterance: int, text: str, start_s: float = 0.0) -> None:
        """Show what is heard of an utterance so far in place of what was shown of it before.

        Args:
            utterance: Its number in this session.
            text: All of its text.
            start_s: Where it begins; the first call for it says so.
        """
        with self._changing():
            number = _live_number(utterance)
            if utterance not in self._live_starts_s:
                self._live_starts_s[utterance] = start_s
                self._blocks.add(number, self._layout())
            self._blocks.replace_text(number, text, self._provisional)

    def settle(self, utterance: int, segment: Segment) -> None:
        """Put an utterance's final words where its provisional ones were."""
        if self._live_starts_s.pop(utterance, None) is None:
            self.add_segment(segment)
            return
        number = _live_number(utterance)
        with self._changing():
            if not segment.words:
                self._blocks.remove(number)
                return
            self._blocks.replace_text(number, self._write(segment), QTextCharFormat())
            self._blocks.restyle(number, QTextCharFormat())
            self._blocks.renumber(number, len(self._segments))
        self._keep(segment)

    def add_segment(self, segment: Segment) -> None:
        """Add a settled utterance at the end, unless it has no words."""
        if not segment.words:
            return
        with self._changing():
            number = len(self._segments)
            self._blocks.add(number, self._layout())
            self._blocks.replace_text(number, self._write(segment), QTextCharFormat())
        self._keep(segment)

    def select(self, index: int) -> None:
        """Move the text cursor to the start of an utterance."""
        block = self._blocks.find(index)
        if 0 <= index < len(self._segments) and block.isValid():
            with self._changing():
                self.setTextCursor(QTextCursor(block))
            self._selected = index
            self.segment_selected.emit(self._segments[index])

    def _write(self, segment: Segment) -> str:
        """The text of the next settled utterance; each session begins anew."""
        continues = len(self._texts) > self._session_start
        text, state = self._written.write(segment, self._texts[-1][1] if continues else None)
        self._texts.append((text, state))
        return text

    def _keep(self, segment: Segment) -> None:
        self._segments.append(segment)
        oldest = len(self._segments) - 1 - KEPT_PICTURES
        if oldest >= 0 and self._segments[oldest].inspection is not None:
            self._segments[oldest] = replace(self._segments[oldest], inspection=None)
        self.viewport().update()

    def _drop_provisional(self) -> None:
        with self._changing():
            for utterance in self._live_starts_s:
                self._blocks.remove(_live_number(utterance))
        self._live_starts_s.clear()

    # -- scrolling and selection ----------------------------------------------------------------------

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Stay at the end where one was at the end, and take no cursor that was pushed along for a choice."""
        bar = self.verticalScrollBar()
        was_at_end = bar.value() >= bar.maximum() - 4
        before, self._is_changing = self._is_changing, True
        try:
            yield
        finally:
            self._is_changing = before
        if was_at_end:
            bar.setValue(bar.maximum())

    def _announce_selection(self) -> None:
        index = self.textCursor().block().userState()
        if self._is_changing or index == self._selected or not 0 <= index < len(self._segments):
            return
        self._selected = index
        self.segment_selected.emit(self._segments[index])

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
        font = QFont(QApplication.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * _TEXT_SCALE)
        self.document().setDefaultFont(font)
        # Slanted and dotted below, so that not the colour alone tells.
        self._provisional.setFontItalic(True)
        self._provisional.setForeground(QColor(theme_keeper().current.muted))
        self._provisional.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        for utterance in self._live_starts_s:
            self._blocks.restyle(_live_number(utterance), self._provisional)

    def _layout(self) -> QTextBlockFormat:
        layout = QTextBlockFormat()
        layout.setLeftMargin(self._margin_px())
        layout.setBottomMargin(self.fontMetrics().height() * 0.3)
        return layout

    def _margin_px(self) -> int:
        return QFontMetrics(QApplication.font()).horizontalAdvance("0:00:00") + 16

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, then each utterance's time in the margin."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setFont(QApplication.font())
        painter.setPen(QColor(theme_keeper().current.muted))
        offset = self.verticalScrollBar().value()
        line_px = QFontMetrics(self.document().defaultFont()).height()
        layout = self.document().documentLayout()
        starts_s = {_live_number(each): start_s for each, start_s in self._live_starts_s.items()}
        block = self.cursorForPosition(self.viewport().rect().topLeft()).block()
        while block.isValid():
            top = layout.blockBoundingRect(block).top() - offset
            if top > self.viewport().height():
                return
            number = block.userState()
            start_s = self._segments[number].start_s if number >= 0 else starts_s.get(number)
            if start_s is not None:
                place = QRectF(0, top, self._margin_px() - 10, line_px)
                alignment = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(place, alignment, clock(start_s))
            block = block.next()
