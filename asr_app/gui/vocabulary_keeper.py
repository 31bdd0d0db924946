"""Looking at the person's vocabulary before each dictation, and saying what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from asr_app.errors import AsrAppError
from asr_app.gui.dictation_controller import DictationController, Phase
from asr_app.gui.engine import Engine, RecognizerLike
from asr_app.gui.message_area import Message, MessageArea
from asr_app.gui.workers import Workers


class VocabularyKeeper(QObject):
    """Has the file read in a worker while the microphone opens; a sentence about it is shown once."""

    def __init__(
        self,
        engine: Engine,
        workers: Workers,
        controller: DictationController,
        messages: MessageArea,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._workers = workers
        self._messages = messages
        self._recognizer: RecognizerLike | None = None
        self._told = ""
        controller.phase_changed.connect(self._look_before_dictation)

    def use_recognizer(self, recognizer: RecognizerLike) -> None:
        """Keep this recogniser's words as the file says from now on."""
        self._recognizer = recognizer
        self.look()

    def look(self) -> None:
        """Read the file where it has changed."""
        recognizer = self._recognizer
        if recognizer is not None:
            self._workers.run(
                "vocabulary", lambda: self._engine.refresh_vocabulary(recognizer), self._tell, self._fail
            )

    def _look_before_dictation(self, phase: Phase) -> None:
        if phase is Phase.OPENING:
            self.look()

    def _tell(self, sentence: str) -> None:
        if sentence == self._told:
            return
        self._told = sentence
        if sentence:
            self._messages.show_message("vocabulary", Message(sentence))
        else:
            self._messages.clear("vocabulary")

    def _fail(self, error: AsrAppError) -> None:
        self._tell(str(error))
