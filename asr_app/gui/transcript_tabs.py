"""The texts: the dictation's, and one for each recording that was opened."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QTabBar, QTabWidget, QToolButton, QWidget

from asr_app.gui.file_queue import FileJob, JobState
from asr_app.gui.transcript_view import TranscriptView
from asr_app.gui.written_text import WrittenText
from asr_app.transcription.events import FinalResult, PartialResult, SpeechStarted
from asr_app.transcription.types import Segment

_THANKS_MS = 2000
_CLOSE_PX = 18


class TranscriptTabs(QTabWidget):
    """Tabs with texts, and a button that copies the one in front.

    Attributes:
        dictation: The text of the dictation, the first tab.
        copy_button: Copies the text in front.

    Signals:
        segment_selected: Carries the `Segment` chosen, and the `FileJob` it comes from or None.
    """

    segment_selected = Signal(object, object)

    def __init__(self, parent: QWidget | None = None, written: WrittenText | None = None) -> None:
        super().__init__(parent)
        self._written = written
        self._views: dict[FileJob, TranscriptView] = {}
        self._copied_text = ""
        self.setDocumentMode(True)
        self.setUsesScrollButtons(True)
        self.tabBar().setAccessibleName(self.tr("Texts"))
        self.tabBar().setExpanding(False)
        self.dictation = TranscriptView(written=written)
        self.dictation.setAccessibleName(self.tr("Dictated text"))
        self.dictation.setPlaceholderText(self.tr("Press Space and speak."))
        self.dictation.setToolTip(
            self.tr("Words still being heard are slanted and dotted until they settle.")
        )
        self.dictation.segment_selected.connect(lambda segment: self.segment_selected.emit(segment, None))
        self.addTab(self.dictation, self.tr("Dictation"))
        self.copy_button = QPushButton(self.tr("Cop&y"))
        self.copy_button.setAccessibleName(self.tr("Copy the text"))
        self.copy_button.setToolTip(self.tr("Copy the whole text in front (Ctrl+Shift+C)"))
        self.copy_button.clicked.connect(self.copy)
        self.setCornerWidget(self.copy_button)
        self._thanks = QTimer(self, singleShot=True, interval=_THANKS_MS)
        self._thanks.timeout.connect(lambda: self.copy_button.setText(self.tr("Cop&y")))

    @property
    def current_view(self) -> TranscriptView:
        """The text in front."""
        view = self.currentWidget()
        assert isinstance(view, TranscriptView)
        return view

    @property
    def has_uncopied_dictation(self) -> bool:
        """Whether closing the window would lose dictated text."""
        return bool(self.dictation.text) and self.dictation.text != self._copied_text

    def copy(self) -> None:
        """Put the whole settled text in front into the clipboard."""
        view = self.current_view
        QGuiApplication.clipboard().setText(view.text)
        if view is self.dictation:
            self._copied_text = view.text
        self.copy_button.setText(self.tr("Copied"))
        self._thanks.start()

    # -- dictation ------------------------------------------------------------------------------------

    def begin_utterance(self, event: SpeechStarted) -> None:
        """Make room for an utterance."""
        self.dictation.show_provisional(event.utterance, "", event.start_s)

    def show_partial(self, event: PartialResult) -> None:
        """Show what is heard so far."""
        self.dictation.show_provisional(event.utterance, event.text)

    def settle(self, event: FinalResult) -> None:
        """Show the final words."""
        self.dictation.settle(event.utterance, event.segment)

    # -- recordings -----------------------------------------------------------------------------------

    def show_job(self, job: FileJob) -> None:
        """Open a recording's text, or bring it to the front."""
        view = self._views.get(job)
        if view is None:
            view = TranscriptView(written=self._written)
            view.setAccessibleName(self.tr("Text of {name}").format(name=job.path.name))
            view.segment_selected.connect(lambda segment: self.segment_selected.emit(segment, job))
            self._views[job] = view
            self._fill(view, job)
            index = self.addTab(view, job.path.name)
            self.setTabToolTip(index, str(job.path))
            self._add_close_button(index, view, job)
        self.setCurrentWidget(view)
        view.setFocus()
        view.select(0)

    def add_segment(self, job: FileJob, segment: Segment) -> None:
        """Show the next part of a recording whose text is open."""
        if job in self._views:
            self._views[job].add_segment(segment)

    def finish_job(self, job: FileJob) -> None:
        """Replace the parts by the whole; a text that nothing else competes with comes to the front."""
        if job in self._views and job.state is not JobState.FAILED:
            self._fill(self._views[job], job)
        elif job.state is JobState.DONE and not self._views and not self.dictation.toPlainText():
            self.show_job(job)

    def close_current(self) -> None:
        """Close the text in front, unless it is the dictation's."""
        view = self.currentWidget()
        job = next((job for job, each in self._views.items() if each is view), None)
        if job is not None:
            self._close(job)

    def _fill(self, view: TranscriptView, job: FileJob) -> None:
        view.clear_all()
        for segment in job.segments:
            view.add_segment(segment)
        if not view.segments:
            view.setPlaceholderText(self.tr("No speech was found in this recording."))

    def _add_close_button(self, index: int, view: TranscriptView, job: FileJob) -> None:
        button = QToolButton()
        button.setText("✕")
        button.setAutoRaise(True)
        button.setFixedSize(_CLOSE_PX, _CLOSE_PX)
        button.setAccessibleName(self.tr("Close the text of {name}").format(name=job.path.name))
        button.setToolTip(self.tr("Close this text (Ctrl+W)"))
        button.clicked.connect(lambda: self._close(job))
        self.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, button)

    def _close(self, job: FileJob) -> None:
        view = self._views.pop(job)
        self.removeTab(self.indexOf(view))
        view.deleteLater()
