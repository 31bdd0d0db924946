"""What dictations are tested with: a source that follows a script, and a listener that keeps the events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

from asr_app.session.dictation import (
    DictationSession,
    SessionEvent,
    SessionState,
    StateChanged,
)
from asr_app.transcription.events import FinalResult
from asr_app.transcription.types import Segment, Transcript
from tests.unit.transcription.builders import Samples

OPENING, LISTENING, FINISHING = SessionState.OPENING, SessionState.LISTENING, SessionState.FINISHING
IDLE, FAILED = SessionState.IDLE, SessionState.FAILED
PAUSED, RECOVERING = SessionState.PAUSED, SessionState.RECOVERING
WAIT_S = 60


class ScriptedSource:
    """A microphone that has captured what it is given, without waiting for real time.

    Attributes:
        stopped: Whether it was told to stop.
    """

    def __init__(self, samples: Samples, on_read: Callable[[int], None] = lambda number: None) -> None:
        self.blocks = (samples[start : start + 512] for start in range(0, len(samples), 512))
        self.on_read = on_read
        self.reads = 0
        self.stopped = False

    def start(self) -> None:
        pass

    def read(self, timeout_s: float) -> Samples | None:
        self.on_read(self.reads)
        self.reads += 1
        block = next(self.blocks, None)
        if block is None and not self.stopped:
            threading.Event().wait(timeout_s)
        return block

    def stop(self) -> None:
        self.stopped = True


class Listener:
    """Collects a session's events and lets a test wait for one."""

    def __init__(self) -> None:
        self.events: list[SessionEvent] = []
        self._queue: SimpleQueue[SessionEvent] = SimpleQueue()
        self.take = self._queue.put

    def wait_for(self, wanted: Callable[[SessionEvent], bool]) -> SessionEvent:
        while True:
            event = self._queue.get(timeout=WAIT_S)
            self.events.append(event)
            if wanted(event):
                return event

    def wait_for_state(self, *states: SessionState) -> None:
        self.wait_for(lambda event: isinstance(event, StateChanged) and event.state in states)

    @property
    def states(self) -> list[SessionState]:
        return [event.state for event in self.events if isinstance(event, StateChanged)]

    @property
    def finals(self) -> list[FinalResult]:
        return [event for event in self.events if isinstance(event, FinalResult)]

    @property
    def words(self) -> list[list[tuple[str, float, float]]]:
        return [words_in(final.segment) for final in self.finals]


def words_in(segment: Segment) -> list[tuple[str, float, float]]:
    """Not the confidence: in a batch it is computed with other roundings."""
    return [(word.text, word.start_s, word.end_s) for word in segment.words]


def words_of(transcript: Transcript) -> list[list[tuple[str, float, float]]]:
    return [words_in(segment) for segment in transcript.segments]


MakeSession = Callable[..., DictationSession]
