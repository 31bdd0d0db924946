"""One dictation, from opening its source to its last word. All of it runs on the session's thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from asr_app.audio.endpointing import EndpointPolicy
from asr_app.audio.journal import Pcm, from_pcm
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import AsrAppError, Cancelled
from asr_app.session.commands import Command, Input, Message, News
from asr_app.session.events import (
    Failed,
    LagChanged,
    Notice,
    NoticeCleared,
    SessionEvent,
    SessionState,
    Topic,
)
from asr_app.session.folder import Status
from asr_app.session.journal import SessionJournal
from asr_app.session.meters import LagMeter
from asr_app.session.pace import Pace, Pacer
from asr_app.session.recorder import OpenSource, Recorder
from asr_app.session.states import Machine
from asr_app.session.tape import Tape
from asr_app.transcription.events import FinalResult, LiveEvent
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import Partials, StreamingRecognizer
from asr_app.transcription.types import Segment, Transcript

MakeJournal = Callable[[Callable[[str | None], None]], SessionJournal]
"""Begins a journal; is given what to tell when the disk does not take it (`JournalStore.create`)."""

_LOOK_S = 0.05
"""So often commands are looked for while there is no sound."""

_WRITTEN_AGAIN = Notice(
    Topic.JOURNAL, "The recording is written to the disk again; nothing of it is missing there."
)
_SLOW = Notice(
    Topic.SPEED,
    "This computer is slower than you speak, so text comes only after each sentence.",
    "Nothing is lost: what waits is on the disk, and the text will be complete.",
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What a dictation needs of its session.

    Attributes:
        load: Gives the recogniser.
        post: Takes events.
        inputs: Commands, and what the recorder tells.
        machine: The state.
        make_journal: Begins a journal; None: sound waits in memory only.
        policy: How speech is cut into utterances.
        inspect: Whether results carry the arrays to draw.
        partials: What partial text is made of.
        clock: Gives seconds.
    """

    load: Callable[[], Recognizer]
    post: Callable[[SessionEvent], None]
    inputs: SimpleQueue[Message]
    machine: Machine
    make_journal: MakeJournal | None = None
    policy: EndpointPolicy | None = None
    inspect: bool = False
    partials: Partials = "words"
    clock: Callable[[], float] = time.monotonic


class Dictation:
    """See the module; `run` does it.

    Attributes:
        again: The start of another one that was asked for meanwhile.
        closes: Whether the session is over.
    """

    def __init__(self, parts: Parts, open_source: OpenSource) -> None:
        """Prepare; the journal begins here."""
        self.again: Input | None = None
        self.closes = False
        self._parts = parts
        self._machine = parts.machine
        tell = parts.inputs.put

        def tell_trouble(sentence: str | None) -> None:
            hint = _LAST_HINT if self._is_ending else _JOURNAL_HINT
            tell(News(_WRITTEN_AGAIN if sentence is None else Notice(Topic.JOURNAL, sentence, hint)))

        self._is_ending = False

        self._journal = parts.make_journal(tell_trouble) if parts.make_journal is not None else None
        self._tape = Tape(self._journal)
        self._recorder = Recorder(open_source, self._journal, self._tape, tell, parts.clock)
        self._pacer = Pacer()
        self._lag = LagMeter()
        self._cancel: Input | None = None
        self._error: AsrAppError | None = None

    def run(self) -> None:
        """Dictate, whatever comes of it; the state is IDLE or FAILED afterwards."""
        try:
            self._recorder.start()
            self._transcribe()
        except Cancelled:
            pass
        except AsrAppError as error:
            self._error = error
        except Exception as error:
            # The session has to outlive a fault of ours, and the person has to hear of it.
            _log.exception("the dictation failed")
            sentence = f"The dictation failed unexpectedly ({error})."
            self._error = AsrAppError(sentence, "Please report this.")
        self._recorder.stop()
        self._recorder.join()
        self._end()

    def _transcribe(self) -> None:
        while not self._recorder.opened.wait(_LOOK_S):
            self._look()
        self._look()
        if self._error is not None and not self._tape.captured_samples:
            return  # it never opened; one that broke later gave something to transcribe
        # Only now, so that what is said while the model is being loaded is captured already.
        stream = StreamingRecognizer(
            self._parts.load(),
            policy=self._parts.policy,
            inspect=self._parts.inspect,
            cancelled=self._is_cancelled,
            partials=self._parts.partials,
        )
        while not self._tape.is_over:
            self._look()
            pcm = self._tape.read(_LOOK_S)
            if pcm is None:
                self._post_lag()
            else:
                self._work(pcm, stream)
        self._look()
        self._post_results(stream.finish())
        self._post_lag()

    def _work(self, pcm: Pcm, stream: StreamingRecognizer) -> None:
        began_s = self._parts.clock()
        self._post_results(stream.push(from_pcm(pcm)))
        busy_s = self._parts.clock() - began_s
        self._post_lag()
        lag_s = self._tape.waiting_samples / SAMPLE_RATE_HZ
        pace = self._pacer.worked(len(pcm) / SAMPLE_RATE_HZ, busy_s, lag_s)
        if pace is not None:
            self._set_pace(pace, stream)

    def _set_pace(self, pace: Pace, stream: StreamingRecognizer) -> None:
        _log.info("load %.2f: partial text every %s s", self._pacer.load, pace.chunk_s)
        stream.set_pace(pace.chunk_s)
        is_resting = pace.chunk_s is None
        if is_resting and self._machine.state is not SessionState.FINISHING:
            self._parts.post(_SLOW)
        elif not is_resting:
            self._parts.post(NoticeCleared(Topic.SPEED))

    # -- inputs ------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Take the inputs that have come.

        Raises:
            Cancelled: Work is to stop at once.
        """
        if self._is_cancelled():
            raise Cancelled("The dictation was cancelled.")

    def _is_cancelled(self) -> bool:
        while not self._parts.inputs.empty():
            message = self._parts.inputs.get()
            if isinstance(message, News):
                self._parts.post(message.event)
            else:
                self._take(message)
        level = self._recorder.level.take()
        if level is not None:
            self._parts.post(level)
        return self._cancel is not None

    def _take(self, message: Input) -> None:
        """Each input counts in the light of those before it."""
        command = message.command
        if command is Command.RESUME and self._recorder.is_searching:
            message, command = Input(Command.SEARCH), Command.SEARCH
        if command is Command.CLOSE:
            self.closes, self.again = True, None
            self._cancel = self._cancel or Input(Command.CANCEL)
        elif self._cancel is not None:
            if command in (Command.START, Command.STOP, Command.CANCEL):
                self.again = message if command is Command.START else None
        elif command in (Command.CANCEL, Command.BROKE):
            # The state changes at the end, when nothing more comes.
            if self._machine.fits(command):
                self._cancel = message if command is Command.CANCEL else None
                self._error, self.again = message.error, None
        elif self._machine.take(command):
            self._act(message)

    def _act(self, message: Input) -> None:
        match message.command:
            case Command.START:
                self.again = message
            case Command.STOP | Command.ENDED:
                self.again = None
                self._recorder.stop()
            case Command.PAUSE:
                self._recorder.pause()
                self._mark("paused")
            case Command.RESUME | Command.SEARCH:
                self._recorder.resume()
                self._mark("resumed")
            case Command.LOST:
                self._mark("lost")
            case Command.HEARD:
                self._mark("heard")
            case _:
                pass

    # -- outputs -----------------------------------------------------------------------------------------

    def _end(self) -> None:
        """Say what came of it, in the state and on the disk."""
        self._is_cancelled()  # what the recorder has still told
        if self._cancel is not None:
            status = Status.DISCARDED if self._cancel.confirmed else Status.CANCELLED
            status = Status.RECORDING if self.closes else status
        else:
            status = Status.FINISHED if self._error is None else Status.RECORDING
        if self._journal is not None:
            self._is_ending = True
            self._journal.settle(status)
            self._is_cancelled()
        if self._cancel is not None:
            self._machine.take(Command.CANCEL)
        elif self._error is not None:
            self._parts.post(Failed(self._error.message, self._error.hint))
            self._machine.take(Command.BROKE)
        else:
            self._machine.take(Command.DRAINED)

    def _post_lag(self) -> None:
        lag: LagChanged | None = self._lag.news(self._tape.waiting_samples)
        if lag is not None:
            self._parts.post(lag)

    def _post_results(self, events: list[LiveEvent]) -> None:
        for event in events:
            if isinstance(event, FinalResult) and self._journal is not None:
                self._journal.note(_values(event.utterance, event.segment))
            self._parts.post(event)

    def _mark(self, kind: str) -> None:
        if self._journal is not None:
            self._journal.note({"kind": kind, "at_s": round(self._tape.captured_samples / SAMPLE_RATE_HZ, 3)})


_LAST_HINT = "The text is whole; only its sound is not."
_JOURNAL_HINT = "The dictation goes on; make room, or give the folder back: it is tried again all the time."


def _values(utterance: int, segment: Segment) -> dict[str, Any]:
    """A final result as one line of the journal."""
    transcript = Transcript((segment,), "", "", "", segment.end_s).to_dict()
    return {"kind": "final", "utterance": utterance, **transcript["segments"][0]}
