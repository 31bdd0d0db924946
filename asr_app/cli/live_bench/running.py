"""One run of the benchmark: recordings through a live session, in real time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.cli.live_bench.figures import Passage, Shown, measure
from asr_app.cli.live_bench.matching import match_words
from asr_app.cli.live_bench.playing import HeardMicrophone, PlayedSpeech, played_into
from asr_app.cli.live_bench.word_times import SpokenWord, WordClock
from asr_app.decoding.alignment import InfeasibleAlignmentError
from asr_app.errors import AsrAppError, MediaError
from asr_app.session.dictation import (
    DictationSession,
    Failed,
    LagChanged,
    SessionEvent,
    SessionState,
    StateChanged,
)
from asr_app.session.store import JournalStore
from asr_app.transcription.events import FinalResult, PartialResult, SpeechStarted

if TYPE_CHECKING:
    from asr_app.transcription.recognizer import Recognizer
    from asr_app.transcription.streaming import Partials

Samples = NDArray[np.float32]

PAUSE_S = 1.5
"""Before, between and after the recordings; longer than it takes to call an utterance over."""

_BEFORE_S = 0.6
"""So long before its first word may an utterance of a recording begin."""


@dataclass(frozen=True)
class Piece:
    """A recording on the timeline.

    Attributes:
        name: Of the recording.
        start_s: Where it begins.
        end_s: Where it ends.
        spoken: Its words, on the timeline.
    """

    name: str
    start_s: float
    end_s: float
    spoken: Sequence[SpokenWord]


@dataclass(frozen=True)
class Timeline:
    """Recordings one after the other, with pauses.

    Attributes:
        samples: (n,) 16 kHz mono.
        pieces: In order.
        left_out: Names of the recordings that what is said in them cannot be aligned with.
    """

    samples: Samples
    pieces: Sequence[Piece]
    left_out: Sequence[str] = ()


@dataclass(frozen=True)
class LiveRun:
    """What came of a run.

    Attributes:
        figures: See `measure`; besides `cpu_percent_of_one_core`, `largest_lag_s` and `audio_s`.
        passages: What was said and shown.
    """

    figures: dict[str, Any]
    passages: Sequence[Passage]


def make_timeline(recognizer: Recognizer, recordings: Sequence[tuple[str, Samples, str]]) -> Timeline:
    """Put recordings one after the other and find out when each word is spoken.

    Args:
        recognizer: Aligns.
        recordings: Name, samples (n,) and what is said, normalised.

    Raises:
        MediaError: None is left.
    """
    clock = WordClock(recognizer)
    pause = np.zeros(round(PAUSE_S * SAMPLE_RATE_HZ), np.float32)
    parts, pieces, left_out = [pause], [], []
    at_s = PAUSE_S
    for name, samples, text in recordings:
        try:
            words = clock.times(samples, text)
        except InfeasibleAlignmentError:
            left_out.append(name)
            continue
        end_s = at_s + len(samples) / SAMPLE_RATE_HZ
        spoken = [SpokenWord(word.text, at_s + word.start_s, at_s + word.end_s) for word in words]
        pieces.append(Piece(name, at_s, end_s, spoken))
        parts += [samples, pause]
        at_s = end_s + PAUSE_S
    if not pieces:
        raise MediaError("There is no recording with words to measure with.", "Name others with --manifest.")
    return Timeline(np.concatenate(parts), pieces, left_out)


def run_live(
    recognizer: Recognizer,
    timeline: Timeline,
    partials: Partials = "words",
    sink: str | None = None,
    microphone: str | None = None,
) -> LiveRun:
    """Dictate a timeline in real time and measure; takes as long as the timeline lasts.

    Args:
        recognizer: Loaded.
        timeline: What is said.
        partials: What partial text is made of.
        sink: Play into this output of the sound server and listen to a microphone; None: the session gets
            the samples as they would be spoken.
        microphone: Its name, where `sink` is given.

    Raises:
        AsrAppError: The dictation failed.
    """
    source = PlayedSpeech(timeline.samples) if sink is None else HeardMicrophone(microphone)
    watch = _Watch()
    with tempfile.TemporaryDirectory() as folder:
        session = DictationSession(
            lambda: recognizer,
            lambda: source,
            on_event=watch.take,
            journal=JournalStore(Path(folder)).create,
            partials=partials,
        )
        try:
            session.start()
            watch.wait_for(SessionState.LISTENING)
            if sink is not None:
                with played_into(sink, timeline.samples) as player:
                    player.wait()
                session.stop()
            watch.wait_for(SessionState.IDLE)
        finally:
            session.close()
    offset = source.find(timeline.samples) if isinstance(source, HeardMicrophone) else 0
    passages = passages_of(timeline, watch.events, source.began_s, offset / SAMPLE_RATE_HZ)
    lags = [event.lag_s for _, event in watch.events if isinstance(event, LagChanged)]
    figures = measure(passages) | {
        "cpu_percent_of_one_core": watch.cpu_percent(),
        "largest_lag_s": max(lags, default=0.0),
        "audio_s": round(len(timeline.samples) / SAMPLE_RATE_HZ, 1),
    }
    return LiveRun(figures, passages)


class _Watch:
    """Notes a session's events with the time they came, and what the processor did meanwhile."""

    def __init__(self) -> None:
        self.events: list[tuple[float, SessionEvent]] = []
        self._states: SimpleQueue[SessionState | Failed] = SimpleQueue()
        self._began: tuple[float, float] | None = None
        self._ended: tuple[float, float] | None = None

    def take(self, event: SessionEvent) -> None:
        now = time.monotonic(), time.process_time()
        self.events.append((now[0], event))
        if isinstance(event, Failed):
            self._states.put(event)
        elif isinstance(event, StateChanged):
            if event.state is SessionState.LISTENING:
                self._began = now
            elif event.state is SessionState.IDLE:
                self._ended = now
            self._states.put(event.state)

    def wait_for(self, state: SessionState) -> None:
        while (seen := self._states.get()) is not state:
            if isinstance(seen, Failed):
                raise AsrAppError(seen.message, seen.hint)

    def cpu_percent(self) -> float | None:
        """Of one core, from the beginning of listening to the last word."""
        if self._began is None or self._ended is None:
            return None
        wall_s, busy_s = (end - begin for end, begin in zip(self._ended, self._began, strict=True))
        return round(100 * busy_s / wall_s, 1) if wall_s > 0 else None


def passages_of(
    timeline: Timeline, events: Sequence[tuple[float, SessionEvent]], began_s: float, offset_s: float
) -> list[Passage]:
    """Sort a session's events by recording; times count from the beginning of the timeline.

    Args:
        timeline: What was said.
        events: With the time they came.
        began_s: When the first sample that was recorded was spoken.
        offset_s: Where in what was recorded the timeline begins.
    """
    passages = [Passage(piece.name, piece.spoken) for piece in timeline.pieces]
    owner: dict[int, Passage] = {}
    partial: dict[int, tuple[str, ...]] = {}
    for came_s, event in events:
        time_s = came_s - began_s - offset_s
        if isinstance(event, SpeechStarted):
            owner[event.utterance] = passages[_piece_at(timeline, event.start_s - offset_s)]
        elif isinstance(event, PartialResult):
            passage = owner[event.utterance]
            partial[event.utterance] = tuple(event.text.split())
            words = (*passage.final, *partial[event.utterance])
            passage.partials.append(Shown(time_s, words, event.changed_words))
        elif isinstance(event, FinalResult):
            passage = owner[event.utterance]
            final = tuple(event.segment.text.split())
            last = partial.get(event.utterance, ())
            right = sum(final[there] == last[here] for there, here in match_words(final, last).pairs)
            passage.corrected_words += len(last) - right
            passage.last_partial += last
            passage.final += final
            passage.final_s = time_s
    return passages


def _piece_at(timeline: Timeline, start_s: float) -> int:
    """The last piece that had begun when an utterance did."""
    begun = [number for number, piece in enumerate(timeline.pieces) if piece.start_s <= start_s + _BEFORE_S]
    return begun[-1] if begun else 0
