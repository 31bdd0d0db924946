"""The strip at the top: the large control, what is going on, how loud and how long, and the microphone."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QVBoxLayout, QWidget

from asr_app.gui.dictation_controller import RECORDING, RUNNING, DictationController, Phase
from asr_app.gui.formatting import clock
from asr_app.gui.level_meter import LevelMeter
from asr_app.gui.microphone_picker import MicrophonePicker
from asr_app.gui.question import ask
from asr_app.gui.record_button import RecordButton

_CLOCK_INTERVAL_MS = 200


class DictationPanel(QFrame):
    """Shows a `DictationController` and lets a person command it.

    Attributes:
        button: Starts and stops.
        picker: Chooses the microphone.
        meter: How loud it is.
        question: The open question whether to discard, or None.
    """

    def __init__(self, controller: DictationController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._has_microphone: bool | None = None
        self._listening_since_s: float | None = None
        self._too_loud = False
        self.question: QMessageBox | None = None
        self.button = RecordButton()
        self.button.clicked.connect(self.toggle)
        self.state_label = QLabel()
        self.state_label.setAccessibleName(self.tr("State of dictation"))
        self.time_label = QLabel(clock(0))
        self.time_label.setAccessibleName(self.tr("Length of this dictation"))
        self.time_label.setToolTip(self.tr("How long this dictation has been listening"))
        self.meter = LevelMeter()
        self.picker = MicrophonePicker()
        self._clock = QTimer(self, interval=_CLOCK_INTERVAL_MS)
        self._clock.timeout.connect(self._show_time)
        self._build()
        controller.phase_changed.connect(self._show_phase)
        controller.level_changed.connect(self._show_level)
        self._show_phase(controller.phase)

    def set_microphones_known(self, available: bool) -> None:
        """Say whether there is a microphone at all."""
        self._has_microphone = available
        self._show_phase(self._controller.phase)

    @property
    def is_running(self) -> bool:
        """Whether a microphone is in use."""
        return self._controller.is_running

    @property
    def can_toggle(self) -> bool:
        """Whether the large control does something now."""
        return self.button.isEnabled()

    def toggle(self) -> None:
        """Start or stop, whichever makes sense now."""
        if not self.can_toggle:
            return
        if self._controller.phase in (Phase.LOADING, Phase.IDLE):
            self._controller.start(self.picker.chosen)
        else:
            self._controller.stop()

    def ask_to_cancel(self) -> None:
        """Ask whether to discard this dictation, which goes on meanwhile."""
        if self._controller.phase is Phase.WANTED:
            self._controller.cancel()
        if not self._controller.is_running or self.question is not None:
            return
        self.question = ask(
            self,
            self.tr("Discard dictation"),
            self.tr("Discard this dictation?"),
            self.tr("What you have said since its start will be removed from the text. It still listens."),
            yes=self.tr("&Discard"),
            no=self.tr("&Keep dictating"),
            on_yes=self._controller.cancel,
        )
        self.question.finished.connect(self._forget_question)

    def close_question(self) -> None:
        """Take the question back, because there is nothing to discard any more."""
        if self.question is not None:
            self.question.reject()

    def _forget_question(self) -> None:
        self.question = None

    def _show_phase(self, phase: Phase) -> None:
        words = {
            Phase.LOADING: self.tr("Loading the model …"),
            Phase.WANTED: self.tr("Starts as soon as the model is loaded …"),
            Phase.IDLE: self.tr("Ready"),
            Phase.OPENING: self.tr("Opening the microphone …"),
            Phase.LISTENING: self.tr("Listening: speak now"),
            Phase.PAUSED: self.tr("Paused: nothing is heard"),
            Phase.RECOVERING: self.tr("Waiting for the microphone …"),
            Phase.FINISHING: self.tr("Finishing the last words …"),
            Phase.BROKEN: self.tr("No model"),
        }[phase]
        missing = self._has_microphone is False and phase not in RUNNING
        if missing and phase is not Phase.BROKEN:
            words = self.tr("No microphone")
        self._say(words)
        self.button.setEnabled(not missing and phase not in (Phase.BROKEN, Phase.FINISHING))
        self.button.show_recording(phase in RECORDING or phase is Phase.WANTED)
        self.button.setAccessibleDescription(words)
        self.picker.set_locked(phase in RUNNING)
        if phase is Phase.LISTENING and self._listening_since_s is None:
            self._listening_since_s = time.monotonic()
            self._clock.start()
        if phase is not Phase.LISTENING:
            self._show_time()
            self._clock.stop()
            self._listening_since_s = None
            self.meter.clear()
        if phase not in RUNNING:
            self.close_question()

    def _say(self, words: str) -> None:
        if words != self.state_label.text():
            self.state_label.setText(words)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _show_level(self, rms_db: float, peak_db: float) -> None:
        if self._controller.phase is not Phase.LISTENING:
            return
        self.meter.show_level(rms_db, peak_db)
        if self.meter.is_too_loud != self._too_loud:
            self._too_loud = self.meter.is_too_loud
            self._say(
                self.tr("Too loud: move away or turn the microphone down")
                if self._too_loud
                else self.tr("Listening: speak now")
            )

    def _show_time(self) -> None:
        if self._listening_since_s is not None:
            self.time_label.setText(clock(time.monotonic() - self._listening_since_s))

    def _build(self) -> None:
        large = QFont(self.font())
        if large.pointSizeF() > 0:
            large.setPointSizeF(large.pointSizeF() * 1.2)
        self.time_label.setFont(large)
        self.state_label.setFont(large)
        first = QHBoxLayout()
        first.addWidget(self.state_label, 1)
        first.addWidget(self.time_label)
        middle = QVBoxLayout()
        middle.setSpacing(8)
        middle.addStretch(1)
        middle.addLayout(first)
        middle.addWidget(self.meter)
        middle.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.button)
        row.addLayout(middle, 3)
        row.addWidget(self.picker, 2)
