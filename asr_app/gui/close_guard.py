"""Asks before the window is closed when something would be lost with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from asr_app.gui.dictation_controller import DictationController
from asr_app.gui.file_queue import FileQueue
from asr_app.gui.question import ask
from asr_app.gui.transcript_tabs import TranscriptTabs


class CloseGuard(QObject):
    """Knows what closing would lose, and asks once at a time."""

    def __init__(
        self, window: QWidget, controller: DictationController, queue: FileQueue, tabs: TranscriptTabs
    ) -> None:
        super().__init__(window)
        self._window = window
        self._controller = controller
        self._queue = queue
        self._tabs = tabs
        self._question: QMessageBox | None = None

    def what_is_lost(self) -> str:
        """One sentence, empty when nothing is lost."""
        if self._controller.is_running:
            return self.tr("A dictation is running.")
        if self._queue.is_busy:
            return self.tr("Recordings are still being transcribed.")
        if self._tabs.has_uncopied_dictation:
            return self.tr("The dictated text has not been copied and is not kept.")
        return ""

    def ask(self, on_yes: Callable[[], None]) -> None:
        """Ask whether to close all the same."""
        if self._question is not None:
            return
        self._question = ask(
            self._window,
            self.tr("Close"),
            self.tr("Close the window?"),
            self.what_is_lost(),
            yes=self.tr("&Close"),
            no=self.tr("&Keep open"),
            # Not within the button's own signal, as closing takes the button away.
            on_yes=lambda: QTimer.singleShot(0, on_yes),
        )
        self._question.finished.connect(self._forget)

    def dismiss(self) -> None:
        """Take the question back."""
        if self._question is not None:
            self._question.reject()

    def _forget(self) -> None:
        self._question = None
