"""A dictation session: one thread owns its state, commands go in, events come out."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from asr_app.audio.endpointing import EndpointPolicy
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import AsrAppError, Cancelled
from asr_app.session.commands import Command, Wishes
from asr_app.session.events import (
    Failed,
    LagChanged,
    LevelChanged,
    SessionEvent,
    SessionState,
    StateChanged,
)
from asr_app.session.meters import LagMeter, level_db
from asr_app.session.sources import AudioSource, FileSource, Samples, SourceEnded
from asr_app.transcription.events import LiveEvent
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import StreamingRecognizer

__all__ = [
    "AudioSource",
    "DictationSession",
    "Failed",
    "FileSource",
    "LagChanged",
    "LevelChanged",
    "SessionEvent",
    "SessionState",
    "SourceEnded",
    "StateChanged",
]

_READ_S = 0.05
"""So long a read may wait; commands are looked for in between."""

_WAITED_S = 0.001
"""A read that took longer had to wait for sound: all that had been captured is worked on."""

_log = logging.getLogger(__name__)


class DictationSession:
    """Dictations, one after the other, on a thread of its own.

    `start`, `stop`, `cancel` and `close` may be called from any thread and, but for `close`, return at once.
    They are carried out in order; one that does not fit the state does nothing.

    Attributes:
        on_event: Called with each event from the session's thread; must return soon.
        recognizer: Once loaded; it is kept from one dictation to the next.
    """

    def __init__(
        self,
        load: Callable[[], Recognizer],
        open_source: Callable[[], AudioSource],
        inspect: bool = False,
        on_event: Callable[[SessionEvent], None] | None = None,
        policy: EndpointPolicy | None = None,
    ) -> None:
        """Prepare; nothing is opened before the first `start`.

        Args:
            load: Gives the recogniser; called once, on the session's thread, while the source is capturing.
            open_source: Gives a new source for each dictation; called on the session's thread.
            inspect: Whether results carry the arrays to draw.
            on_event: See the class.
            policy: How speech is cut into utterances.
        """
        self.on_event: Callable[[SessionEvent], None] = on_event or (lambda event: None)
        self.recognizer: Recognizer | None = None
        self._load = load
        self._open_source = open_source
        self._inspect = inspect
        self._policy = policy
        self._state = SessionState.IDLE
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    @property
    def state(self) -> SessionState:
        """The state now; `StateChanged` tells of each change."""
        return self._state

    def start(self) -> None:
        """Begin a dictation. While one is being finished, the new one begins after it."""
        self._commands.put(Command.START)
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._own, name="dictation", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the dictation; all that was captured before is transcribed, then the state is IDLE."""
        self._commands.put(Command.STOP)

    def cancel(self) -> None:
        """End the dictation at once; what is not transcribed yet is dropped."""
        self._commands.put(Command.CANCEL)

    def close(self) -> None:
        """Cancel what is under way, end the thread and wait for it. The session is over."""
        self._commands.put(Command.CLOSE)
        with self._starting:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    # -- all below runs on the session's thread ------------------------------------------------------

    def _own(self) -> None:
        """Wait for commands while nothing is recorded."""
        while (command := self._commands.get()) is not Command.CLOSE:
            again = command is Command.START
            while again:
                wishes = Wishes(self._commands)
                self._dictate(wishes)
                if wishes.close:
                    return
                again = wishes.again

    def _dictate(self, wishes: Wishes) -> None:
        """Run one dictation from start to end, whatever comes of it."""
        try:
            self._change(SessionState.OPENING)
            self._record(wishes)
        except Cancelled:
            self._change(SessionState.IDLE)
        except AsrAppError as error:
            self._fail(error.message, error.hint)
        except Exception as error:
            # The thread has to outlive a fault of ours, and the person has to hear of it.
            _log.exception("the dictation failed")
            self._fail(f"The dictation failed unexpectedly ({error}).", "Please report this.")
        else:
            self._change(SessionState.IDLE)

    def _record(self, wishes: Wishes) -> None:
        source = self._open_source()
        try:
            source.start()
            lag = LagMeter()
            # Only now, so that what is said while the model is being loaded is captured already.
            stream = StreamingRecognizer(
                self._ready_recognizer(),
                policy=self._policy,
                inspect=self._inspect,
                cancelled=wishes.is_cancelled,
            )
            try:
                self._listen(source, stream, lag, wishes)
            except SourceEnded:
                pass
            except Cancelled:
                raise
            except AsrAppError:
                # The microphone has gone; what it gave is not lost.
                self._post_all(stream.finish())
                raise
            wishes.stop = True  # also when the source has ended by itself
            self._change(SessionState.FINISHING)
            source.stop()
            self._drain(source, stream, lag, wishes)
        finally:
            source.stop()

    def _ready_recognizer(self) -> Recognizer:
        if self.recognizer is None:
            self.recognizer = self._load()
        return self.recognizer

    def _listen(
        self, source: AudioSource, stream: StreamingRecognizer, lag: LagMeter, wishes: Wishes
    ) -> None:
        """Work on blocks as they come, until asked to stop."""
        while not self._stops(wishes):
            asked_s = time.monotonic()
            block = source.read(_READ_S)
            if block is None or time.monotonic() - asked_s > _WAITED_S:
                lag.caught_up()
            if block is None:
                continue
            if self._state is SessionState.OPENING:
                self._change(SessionState.LISTENING)
            self._post(LevelChanged(*level_db(block)))
            self._work(block, stream, lag)

    def _drain(self, source: AudioSource, stream: StreamingRecognizer, lag: LagMeter, wishes: Wishes) -> None:
        """Work on all that was captured before the source was stopped."""
        with contextlib.suppress(SourceEnded):
            while (block := source.read(_READ_S)) is not None:
                self._stops(wishes)
                self._work(block, stream, lag)
        self._post_all(stream.finish())
        lag.caught_up()
        self._post_lag(lag)

    def _work(self, block: Samples, stream: StreamingRecognizer, lag: LagMeter) -> None:
        self._post_all(stream.push(block))
        lag.worked(len(block) / SAMPLE_RATE_HZ)
        self._post_lag(lag)

    @staticmethod
    def _stops(wishes: Wishes) -> bool:
        if wishes.is_cancelled():
            raise Cancelled("The dictation was cancelled.")
        return wishes.stop

    def _change(self, state: SessionState) -> None:
        self._state = state
        self._post(StateChanged(state))

    def _fail(self, message: str, hint: str) -> None:
        self._post(Failed(message, hint))
        self._change(SessionState.FAILED)

    def _post_lag(self, lag: LagMeter) -> None:
        if (lag_s := lag.news()) is not None:
            self._post(LagChanged(lag_s))

    def _post_all(self, events: list[LiveEvent]) -> None:
        for event in events:
            self._post(event)

    def _post(self, event: SessionEvent) -> None:
        self.on_event(event)
