"""Hours of continuous speech, as fast as they can be decoded.

    python -m tests.helpers.long_dictation FOLDER [--hours 2] [--paced]

A whole session: a microphone that never pauses, the recorder, the journal, a small recogniser of random
weights with the quickest search. Without `--paced` the microphone gives everything as fast as it is taken, so
that nearly all of it waits in the journal and is read back from there; with it, it waits for the recogniser,
as speech does, so that the live pass works too. Writes one line of JSON: samples given and written, growth of
memory since a tenth of it was decoded, seconds of speech in final results, and the lag at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.media import load_samples
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.decoding.search import SearchOptions
from asr_app.session.dictation import (
    DictationSession,
    LagChanged,
    SessionEvent,
    SessionState,
    SourceEnded,
    StateChanged,
)
from asr_app.session.store import JournalStore
from asr_app.transcription.events import FinalResult, PartialResult
from asr_app.transcription.recognizer import Recognizer
from tests.unit.transcription.builders import SAMPLES, talkative_bundle

Samples = NDArray[np.float32]
BLOCK = 512
_PAGE_BYTES = resource.getpagesize()
_AHEAD_S = 0.3


def memory_mb() -> float:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * _PAGE_BYTES / 1e6


class Talker:
    """Somebody who speaks without a pause.

    Attributes:
        given: Samples so far.
    """

    def __init__(self, sentence: Samples, samples: int, is_paced: bool) -> None:
        self._sentence = sentence
        self._samples = samples
        self._is_paced = is_paced
        self._heard_s = 0.0
        self._changed = threading.Condition()
        self.given = 0

    def heard(self, heard_s: float) -> None:
        """The session has decoded so much."""
        with self._changed:
            self._heard_s = max(self._heard_s, heard_s)
            self._changed.notify_all()

    def start(self) -> None:
        pass

    def read(self, timeout_s: float) -> Samples | None:
        if self.given >= self._samples:
            raise SourceEnded
        if self._is_paced:
            with self._changed:
                if self.given / SAMPLE_RATE_HZ > self._heard_s + _AHEAD_S:
                    self._changed.wait(timeout_s)
                    return None
        first = self.given % (len(self._sentence) - BLOCK)
        self.given += BLOCK
        return self._sentence[first : first + BLOCK]

    def stop(self) -> None:
        pass


class Listener:
    """Counts what the session says."""

    def __init__(self, total_s: float) -> None:
        self.total_s = total_s
        self.partials = self.finals = 0
        self.speech_s = self.lag_s = self.most_lag_s = 0.0
        self.early_mb = 0.0
        self.state = SessionState.IDLE
        self.ended = threading.Event()

    def take(self, event: SessionEvent) -> None:
        match event:
            case PartialResult():
                self.partials += 1
            case FinalResult(segment=segment):
                self.finals += 1
                self.speech_s += segment.end_s - segment.start_s
                if not self.early_mb and segment.end_s > self.total_s / 10:
                    self.early_mb = memory_mb()
            case LagChanged(lag_s=lag_s):
                self.lag_s, self.most_lag_s = lag_s, max(self.most_lag_s, lag_s)
            case StateChanged(state=state):
                self.state = state
                if state in (SessionState.IDLE, SessionState.FAILED):
                    self.ended.set()
            case _:
                pass


def main() -> None:
    """Dictate for so many hours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--paced", action="store_true")
    options = parser.parse_args()
    recognizer = Recognizer.load(talkative_bundle(options.folder / "tiny", decoder=False), device="cpu")
    recognizer.default_search = SearchOptions("greedy")
    store = JournalStore(options.folder / "sessions")
    total_s = options.hours * 3600
    talker = Talker(load_samples(SAMPLES / "library.wav"), round(total_s * SAMPLE_RATE_HZ), options.paced)
    listener = Listener(total_s)
    session = DictationSession(
        lambda: recognizer, lambda: talker, on_event=listener.take, journal=store.create
    )
    if options.paced:
        _tell_progress(talker)
    session.start()
    listener.ended.wait()
    session.close()
    (stored,) = store.sessions()
    figures = {
        "state": listener.state.value,
        "status": stored.status.value,
        "given_samples": talker.given,
        "written_samples": round(stored.duration_s * SAMPLE_RATE_HZ),
        "growth_mb": round(memory_mb() - listener.early_mb, 1),
        "memory_mb": round(memory_mb(), 1),
        "finals": listener.finals,
        "partials": listener.partials,
        "speech_s": round(listener.speech_s, 1),
        "most_lag_s": listener.most_lag_s,
        "lag_s": listener.lag_s,
        "cpu_s": round(sum(os.times()[:2]), 1),
    }
    print(json.dumps(figures), flush=True)


def _tell_progress(talker: Talker) -> None:
    """Let the talker know how far the recogniser is."""
    from asr_app.transcription.streaming import StreamingRecognizer

    push = StreamingRecognizer.push

    def pushed(stream: StreamingRecognizer, sound: Samples) -> object:
        events = push(stream, sound)
        talker.heard(stream.heard_s)
        return events

    StreamingRecognizer.push = pushed  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    main()
