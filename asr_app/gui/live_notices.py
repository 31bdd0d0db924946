"""What a dictation has to say while it goes on, and microphones that come and go, in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from asr_app.gui.dictation_controller import RUNNING, DictationController, Phase
from asr_app.gui.live_engine import LiveEngine
from asr_app.gui.message_area import Message, MessageArea
from asr_app.gui.microphone_search import MicrophoneSearch
from asr_app.gui.workers import Workers
from asr_app.session.events import Notice, Topic


class LiveNotices(QObject):
    """Puts notices into the message area, and keeps the list of microphones as the system has it."""

    def __init__(
        self,
        engine: LiveEngine,
        controller: DictationController,
        messages: MessageArea,
        microphones: MicrophoneSearch,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._controller = controller
        self._messages = messages
        self._microphones = microphones
        self._has_to_look = False
        self._stop_watching: Callable[[], None] | None = None
        controller.noticed.connect(self._show)
        controller.notice_cleared.connect(self._clear)
        controller.phase_changed.connect(self._follow)

    def watch_devices(self, workers: Workers) -> None:
        """Look for microphones anew whenever the system's sound devices change."""
        self._stop_watching = self._engine.watch_devices(lambda: workers.mailbox.post(self._devices_changed))

    def shut_down(self) -> None:
        """Watch no more."""
        if self._stop_watching is not None:
            self._stop_watching()
            self._stop_watching = None

    def _show(self, notice: Notice) -> None:
        self._messages.show_message(_key(notice.topic), Message(notice.message, notice.hint))

    def _clear(self, topic: Topic) -> None:
        self._messages.clear(_key(topic))

    def _follow(self, phase: Phase) -> None:
        if phase is Phase.OPENING:
            for topic in Topic:
                self._clear(topic)
        elif phase not in RUNNING and self._has_to_look:
            self._devices_changed()

    def _devices_changed(self) -> None:
        # While one is in use the list cannot be made anew; its turn comes after the dictation.
        self._has_to_look = self._controller.is_running
        if not self._has_to_look:
            self._microphones.look_again()


def _key(topic: Topic) -> str:
    return f"dictation {topic.value}"
