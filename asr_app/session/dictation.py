"""A dictation session: one thread owns its state, commands go in, events come out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from asr_app.audio.endpointing import EndpointPolicy
from asr_app.session.commands import Command, Input, Message
from asr_app.session.events import (
    Failed,
    LagChanged,
    LevelChanged,
    Notice,
    NoticeCleared,
    SessionEvent,
    SessionState,
    SourceOpened,
    StateChanged,
    Topic,
)
from asr_app.session.recorder import OpenSource
from asr_app.session.run import Dictation, MakeJournal, Parts
from asr_app.session.sources import AudioSource, FileSource, Samples, SourceEnded
from asr_app.session.states import Machine
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import Partials

__all__ = [
    "AudioSource",
    "DictationSession",
    "Failed",
    "FileSource",
    "LagChanged",
    "LevelChanged",
    "Notice",
    "NoticeCleared",
    "Samples",
    "SessionEvent",
    "SessionState",
    "SourceEnded",
    "SourceOpened",
    "StateChanged",
    "Topic",
]


class DictationSession:
    """Dictations, one after the other, on a thread of its own.

    The commands may be called from any thread and, but for `close`, return at once. They are carried out in
    order; one that does not fit the state (see `states`) does nothing.

    Attributes:
        on_event: Called with each event from the session's thread; must return soon.
        recognizer: Once loaded; it is kept from one dictation to the next.
    """

    def __init__(
        self,
        load: Callable[[], Recognizer],
        open_source: OpenSource | None = None,
        inspect: bool = False,
        on_event: Callable[[SessionEvent], None] | None = None,
        policy: EndpointPolicy | None = None,
        journal: MakeJournal | None = None,
        clock: Callable[[], float] = time.monotonic,
        partials: Partials = "words",
    ) -> None:
        """Prepare; nothing is opened before the first `start`.

        Args:
            load: Gives the recogniser; called once, on the session's thread, while the source is capturing.
            open_source: Gives a new source for each dictation whose `start` names none; called on the
                recorder's thread. With a method `reopen` (`Microphones`) a lost microphone is searched for.
            inspect: Whether results carry the arrays to draw.
            on_event: See the class.
            policy: How speech is cut into utterances.
            journal: Begins the journal of each dictation (`user_store().create`); None: what is said is in
                memory only, and lost with the program.
            clock: Gives seconds.
            partials: What partial text is made of, see `StreamingRecognizer`.
        """
        self.on_event: Callable[[SessionEvent], None] = on_event or (lambda event: None)
        self.recognizer: Recognizer | None = None
        self._load = load
        self._open_source = open_source
        self._inputs: SimpleQueue[Message] = SimpleQueue()
        self._machine = Machine(lambda state: self._post(StateChanged(state)))
        self._parts = Parts(
            load=self._ready_recognizer,
            post=self._post,
            inputs=self._inputs,
            machine=self._machine,
            make_journal=journal,
            policy=policy,
            inspect=inspect,
            partials=partials,
            clock=clock,
        )
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    @property
    def state(self) -> SessionState:
        """The state now; `StateChanged` tells of each change."""
        return self._machine.state

    def start(self, source: OpenSource | None = None) -> None:
        """Begin a dictation. While one is being finished, the new one begins after it.

        Args:
            source: What to listen to this time, instead of what the session was made with.
        """
        if source is None and self._open_source is None:
            raise ValueError("neither the session nor its start names a source")
        self._inputs.put(Input(Command.START, source=source or self._open_source))
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._own, name="dictation", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the dictation; all that was captured before is transcribed, then the state is IDLE."""
        self._inputs.put(Input(Command.STOP))

    def pause(self) -> None:
        """Throw away what is heard until `resume`; the microphone stays open, so that this is at once."""
        self._inputs.put(Input(Command.PAUSE))

    def resume(self) -> None:
        """Listen again."""
        self._inputs.put(Input(Command.RESUME))

    def cancel(self, confirmed: bool = False) -> None:
        """End the dictation at once; what is not transcribed yet is not.

        Args:
            confirmed: The person has been asked and wants it gone: its sound is removed too. Otherwise it
                stays in the journal, and can be transcribed later.
        """
        self._inputs.put(Input(Command.CANCEL, confirmed=confirmed))

    def close(self) -> None:
        """End what is under way, and the thread, and wait for it. The session is over.

        The journal keeps what was captured; the next start of the program offers it.
        """
        self._inputs.put(Input(Command.CLOSE))
        with self._starting:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    # -- all below runs on the session's thread ------------------------------------------------------

    def _own(self) -> None:
        """Wait for commands while nothing is recorded; what the last recorder still tells is out of date."""
        while True:
            message = self._inputs.get()
            if not isinstance(message, Input):
                continue
            if message.command is Command.CLOSE:
                return
            if message.command is not Command.START:
                self._machine.fits(message.command)
                continue
            start: Input | None = message
            while start is not None and start.source is not None:
                self._machine.take(Command.START)
                dictation = Dictation(self._parts, start.source)
                dictation.run()
                if dictation.closes:
                    return
                start = dictation.again

    def _ready_recognizer(self) -> Recognizer:
        if self.recognizer is None:
            self.recognizer = self._load()
        return self.recognizer

    def _post(self, event: SessionEvent) -> None:
        self.on_event(event)
