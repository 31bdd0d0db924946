"""Shows what a dictation hears: in the text, in the inspector and in the status line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from asr_app.gui.dictation_controller import DictationController, Phase
from asr_app.gui.inspection_feed import InspectionFeed
from asr_app.gui.status_line import StatusLine
from asr_app.gui.transcript_tabs import TranscriptTabs
from asr_app.transcription.events import FinalResult, PartialResult, SpeechStarted

if TYPE_CHECKING:
    from asr_app.gui.inspector.inspector import Inspector


class DictationDisplay(QObject):
    """Connects a controller's signals with the parts that show them."""

    def __init__(
        self,
        controller: DictationController,
        tabs: TranscriptTabs,
        feed: InspectionFeed,
        status_line: StatusLine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tabs = tabs
        self._feed = feed
        self._status_line = status_line
        controller.phase_changed.connect(self._show_phase)
        controller.speech_started.connect(self._start_utterance)
        controller.partial_heard.connect(self._show_partial)
        controller.utterance_finished.connect(self._show_final)
        controller.cancelled.connect(tabs.dictation.discard_session)
        controller.listening_to.connect(status_line.show_microphone)
        controller.lag_changed.connect(status_line.show_lag)

    def _show_phase(self, phase: Phase) -> None:
        if phase is Phase.OPENING:
            self._tabs.dictation.begin_session()
            self._tabs.setCurrentWidget(self._tabs.dictation)
        if phase is Phase.IDLE:
            self._status_line.show_microphone("")
            self._status_line.show_lag(None)

    def _start_utterance(self, event: SpeechStarted) -> None:
        self._tabs.begin_utterance(event)
        inspector = self._free_inspector()
        if inspector is not None:
            inspector.begin_live()

    def _show_partial(self, event: PartialResult) -> None:
        self._tabs.show_partial(event)
        inspector = self._free_inspector()
        if inspector is not None and event.inspection is not None:
            inspector.add_live(event.inspection)

    def _show_final(self, event: FinalResult) -> None:
        inspector = self._free_inspector()
        self._tabs.settle(event)
        if inspector is not None and event.segment.inspection is not None:
            self._feed.choose(event.segment, None)

    def _free_inspector(self) -> Inspector | None:
        """The inspector, unless it shows an utterance that somebody has chosen."""
        dictation = self._tabs.dictation
        is_free = self._tabs.current_view is dictation and dictation.follows_end
        return self._feed.inspector if is_free else None
