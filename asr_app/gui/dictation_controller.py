"""Between the window and a dictation session: commands go in, Qt signals come out in the GUI thread."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from asr_app.errors import AsrAppError
from asr_app.gui.engine import Engine, RecognizerLike, SessionLike
from asr_app.gui.workers import Workers
from asr_app.session.events import (
    Failed,
    LagChanged,
    LevelChanged,
    Notice,
    NoticeCleared,
    SessionState,
    StateChanged,
)
from asr_app.transcription.events import FinalResult, PartialResult, SpeechStarted

if TYPE_CHECKING:
    from asr_app.audio.devices import InputDevice


class Phase(Enum):
    """What dictation is doing, as far as a person cares."""

    LOADING = "loading"
    WANTED = "wanted"
    IDLE = "idle"
    OPENING = "opening"
    LISTENING = "listening"
    PAUSED = "paused"
    RECOVERING = "recovering"
    FINISHING = "finishing"
    BROKEN = "broken"


RECORDING = frozenset({Phase.OPENING, Phase.LISTENING, Phase.PAUSED, Phase.RECOVERING})
RUNNING = RECORDING | {Phase.FINISHING}


class DictationController(QObject):
    """Owns the dictation session of a window.

    Attributes:
        phase: What is going on. `WANTED`: start was pressed while the model was still loading; `BROKEN`:
            there is no model to dictate with; `RECOVERING`: the microphone has gone and is waited for.

    Signals:
        phase_changed: Carries the new `Phase`.
        level_changed: Carries RMS and peak, in decibels below full scale.
        lag_changed: Carries how many seconds the text is behind the voice.
        speech_started: Carries a `SpeechStarted`.
        partial_heard: Carries a `PartialResult`.
        utterance_finished: Carries a `FinalResult`.
        listening_to: Carries the name of the microphone really in use.
        noticed: Carries a `Notice`, of something to know while the dictation goes on.
        notice_cleared: Carries the `Topic` of which there is nothing to say any more.
        failed: Carries an `AsrAppError`.
        cancelled: What was said since the start is to be forgotten.
        became_ready: Dictation can begin.
    """

    phase_changed = Signal(object)
    level_changed = Signal(float, float)
    lag_changed = Signal(float)
    speech_started = Signal(object)
    partial_heard = Signal(object)
    utterance_finished = Signal(object)
    listening_to = Signal(str)
    noticed = Signal(object)
    notice_cleared = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    became_ready = Signal()

    def __init__(self, engine: Engine, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._workers = workers
        self._session: SessionLike | None = None
        self._device: InputDevice | None = None
        self._cancelling = False
        self.phase = Phase.LOADING

    @property
    def is_running(self) -> bool:
        """Whether something is being recorded or finished."""
        return self.phase in RUNNING

    def use_recognizer(self, recognizer: RecognizerLike) -> None:
        """Dictate with this recogniser from now on; starts at once when that was already asked for."""

        def make() -> SessionLike:
            return self._engine.make_session(recognizer, _Opener(self), self._post_event)

        self._workers.run("dictation set-up", make, self._take_session, self._give_up)

    def give_up(self) -> None:
        """There will be no recogniser."""
        self._set_phase(Phase.BROKEN)

    def start(self, device: InputDevice | None) -> None:
        """Listen to a device; None means the system's choice. Nothing happens while already running."""
        self._device = device
        if self.phase is Phase.LOADING:
            self._set_phase(Phase.WANTED)
        elif self.phase is Phase.IDLE and self._session is not None:
            self._set_phase(Phase.OPENING)
            self._session.start()

    def stop(self) -> None:
        """Stop listening; what was said is still finished."""
        if self.phase is Phase.WANTED:
            self._set_phase(Phase.LOADING)
        elif self.phase in RECORDING and self._session is not None:
            self._session.stop()

    def pause_or_resume(self) -> None:
        """Hear nothing for a while, with the microphone open; or listen again."""
        if self._session is not None and self.phase in (Phase.LISTENING, Phase.RECOVERING):
            self._session.pause()
        elif self._session is not None and self.phase is Phase.PAUSED:
            self._session.resume()

    def cancel(self) -> None:
        """Stop listening and forget what was said, its sound included; the person has been asked."""
        if self.phase is Phase.WANTED:
            self._set_phase(Phase.LOADING)
        elif self.is_running and self._session is not None:
            self._cancelling = True
            self._session.cancel(confirmed=True)

    def shut_down(self) -> None:
        """End the session, in a thread that `Workers.shut_down` waits for."""
        session, self._session = self._session, None
        if session is not None:
            self._workers.run("dictation end", session.close, lambda _: None, lambda _: None)

    def _take_session(self, session: SessionLike) -> None:
        self._session = session
        wanted = self.phase is Phase.WANTED
        self._set_phase(Phase.IDLE)
        self.became_ready.emit()
        if wanted:
            self.start(self._device)

    def _give_up(self, error: AsrAppError) -> None:
        self._set_phase(Phase.BROKEN)
        self.failed.emit(error)

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self.phase_changed.emit(phase)

    # -- in threads of the session ---------------------------------------------------------------------

    def open_source(self, searched_s: float | None = None) -> Any:
        """Open the chosen microphone; again, when one that has gone was looked for so long."""
        reopen = self._engine.live.reopen_microphone
        if searched_s is None or reopen is None:
            source = self._engine.open_microphone(self._device)
        else:
            source = reopen(self._device, searched_s)
        name = str(source.device.name)
        self._workers.mailbox.post(lambda: self.listening_to.emit(name))
        return source

    def _post_event(self, event: Any) -> None:
        self._workers.mailbox.post(lambda: self._take_event(event))

    # -- in the GUI thread ----------------------------------------------------------------------------

    def _take_event(self, event: Any) -> None:
        match event:
            case LevelChanged(rms_db=rms_db, peak_db=peak_db):
                self.level_changed.emit(rms_db, peak_db)
            case LagChanged(lag_s=lag_s):
                self.lag_changed.emit(lag_s)
            case SpeechStarted():
                self.speech_started.emit(event)
            case PartialResult():
                self.partial_heard.emit(event)
            case FinalResult():
                self.utterance_finished.emit(event)
            case Notice():
                self.noticed.emit(event)
            case NoticeCleared(topic=topic):
                self.notice_cleared.emit(topic)
            case Failed(message=message, hint=hint):
                self.failed.emit(AsrAppError(message, hint))
            case StateChanged(state=state):
                phases = {
                    SessionState.OPENING: Phase.OPENING,
                    SessionState.LISTENING: Phase.LISTENING,
                    SessionState.PAUSED: Phase.PAUSED,
                    SessionState.RECOVERING: Phase.RECOVERING,
                    SessionState.FINISHING: Phase.FINISHING,
                }
                # After a failure one may try again.
                self._take_phase(phases.get(state, Phase.IDLE))

    def _take_phase(self, phase: Phase) -> None:
        self._set_phase(phase)
        if phase is Phase.IDLE and self._cancelling:
            # Only now, as words that were on their way came before this event.
            self._cancelling = False
            self.cancelled.emit()


class _Opener:
    """What a session opens its source with: called for the first one, `reopen` for one that has gone."""

    def __init__(self, controller: DictationController) -> None:
        self._controller = controller

    def __call__(self) -> Any:
        return self._controller.open_source()

    def reopen(self, searched_s: float) -> Any:
        """See `Microphones.reopen`."""
        return self._controller.open_source(searched_s)
