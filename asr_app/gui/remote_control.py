"""Lets `asr-app toggle`, `start`, `stop` and `cancel` command the window."""

from __future__ import annotations

import logging
import threading

from PySide6.QtCore import QObject

from asr_app.errors import AsrAppError
from asr_app.gui.dictation_controller import DictationController, Phase
from asr_app.gui.dictation_panel import DictationPanel
from asr_app.gui.workers import Workers
from asr_app.session.remote import RemoteAnswer, RemoteCommand, RemoteListener

_log = logging.getLogger(__name__)


class RemoteControl(QObject):
    """Listens from `begin` to `shut_down`; what is asked for happens in the GUI thread.

    Where another running program takes the commands already, this window goes without.
    """

    def __init__(
        self,
        controller: DictationController,
        panel: DictationPanel,
        workers: Workers,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._panel = panel
        self._workers = workers
        self._guard = threading.Lock()
        self._listener: RemoteListener | None = None
        self._is_over = False

    def begin(self) -> None:
        """Listen, from a worker on: opening a socket may take a moment."""
        self._workers.run("listen to commands", self._listen, lambda _: None, self._note_problem)

    def shut_down(self) -> None:
        """Stop listening, in a worker that `Workers.shut_down` waits for."""
        with self._guard:
            self._is_over = True
            listener, self._listener = self._listener, None
        if listener is not None:
            self._workers.run("end of commands", listener.close, lambda _: None, lambda _: None)

    def _note_problem(self, error: AsrAppError) -> None:
        _log.info("no commands from outside: %s", error)

    # -- in a worker and in the listener's thread -----------------------------------------------------

    def _listen(self) -> None:
        listener = RemoteListener(self._answer)
        with self._guard:
            if not self._is_over:
                self._listener = listener
                return
        listener.close()

    def _answer(self, command: RemoteCommand) -> RemoteAnswer:
        """Say what will happen; the GUI thread sees to it."""
        phase = self._controller.phase
        if phase is Phase.BROKEN:
            return RemoteAnswer(False, "The window has no model to dictate with.")
        is_running = self._controller.is_running or phase is Phase.WANTED
        if command is RemoteCommand.TOGGLE:
            command = RemoteCommand.STOP if is_running else RemoteCommand.START
        if command is RemoteCommand.START:
            if is_running:
                return RemoteAnswer(True, "It is dictating already.")
            self._workers.mailbox.post(self._panel.toggle)
            return RemoteAnswer(True, "Dictation starts.")
        if not is_running:
            return RemoteAnswer(False, "Nothing is being dictated.")
        if command is RemoteCommand.STOP:
            self._workers.mailbox.post(self._controller.stop)
            return RemoteAnswer(True, "Dictation stops; the last words follow.")
        self._workers.mailbox.post(self._panel.ask_to_cancel)
        return RemoteAnswer(True, "The window asks whether to discard what was dictated.")
