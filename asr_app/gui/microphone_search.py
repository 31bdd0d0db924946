"""Looking for microphones, and saying so when there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from asr_app.errors import AsrAppError
from asr_app.gui.dictation_panel import DictationPanel
from asr_app.gui.engine import Engine
from asr_app.gui.message_area import Message, MessageArea
from asr_app.gui.workers import Workers

if TYPE_CHECKING:
    from asr_app.audio.devices import InputDevice


class MicrophoneSearch(QObject):
    """Fills the picker from a worker thread; what is missing goes into the message area."""

    def __init__(
        self,
        engine: Engine,
        workers: Workers,
        panel: DictationPanel,
        messages: MessageArea,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._workers = workers
        self._panel = panel
        self._messages = messages
        panel.picker.look_again.connect(self.look_again)

    def look(self) -> None:
        """List the microphones that were there at the program's start."""
        self._search(look_anew=False)

    def look_again(self) -> None:
        """List the microphones that are there now; not while one is in use, as that would end its sound."""
        if not self._panel.is_running:
            self._search(look_anew=True)

    def _search(self, look_anew: bool) -> None:
        self._panel.picker.show_searching()
        self._workers.run(
            "list microphones", lambda: self._engine.list_microphones(look_anew), self._take, self._fail
        )

    def _take(self, devices: list[InputDevice]) -> None:
        if not devices:
            hint = self.tr(
                "Connect one or switch it on in the system's sound settings, then choose “Look again”. "
                "Recordings can be transcribed without one."
            )
            self._fail(AsrAppError(self.tr("No microphone was found."), hint))
            return
        self._messages.clear("microphone")
        self._panel.picker.show_devices(devices)
        self._panel.set_microphones_known(True)

    def _fail(self, error: AsrAppError) -> None:
        self._panel.picker.show_devices([])
        self._panel.set_microphones_known(False)
        message = Message(error.message, error.hint, self.tr("Look again"), self.look_again)
        self._messages.show_message("microphone", message)
