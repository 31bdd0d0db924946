"""One recording on its way to a transcript: cutting, order, progress and cancellation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.endpointing import EndpointPolicy
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.audio.segmentation import Utterance, cut_utterances
from asr_app.audio.vad import VoiceActivityDetector
from asr_app.errors import Cancelled
from asr_app.transcription.batching import windows
from asr_app.transcription.interruption import IsCancelled
from asr_app.transcription.recordings import Recording
from asr_app.transcription.types import Segment

Samples = NDArray[np.float32]

_PROGRESS_EVERY_S = 0.1


@dataclass(frozen=True)
class Progress:
    """How far the work on a recording is.

    Attributes:
        done_s: Seconds of its sound that are finished; never falls.
        total_s: Seconds in all; None when the file does not say.
        elapsed_s: Seconds since the work began.
        text: Of the segment finished last.
    """

    done_s: float
    total_s: float | None
    elapsed_s: float
    text: str


class TranscriptionJob:
    """The work on one recording; used once.

    Attributes:
        segments: Finished, in order of time, without a gap.
        warnings: Sentences for people.
        complete: False when it was cancelled.
        source: Name of the recording.
        heard_s: Seconds of sound read, of the stretch asked for.
    """

    def __init__(
        self,
        decode: Callable[[Sequence[Utterance]], Iterator[tuple[int, Segment]]],
        most_s: float,
        policy: EndpointPolicy,
        is_cancelled: IsCancelled,
        on_progress: Callable[[Progress], None] | None,
        on_segment: Callable[[Segment], None] | None,
        on_warning: Callable[[str], None] | None,
    ) -> None:
        """See `Recognizer.transcribe`.

        `decode` gives each utterance's index with its segment, in any order, and raises `Cancelled` when
        asked to stop.
        """
        self._decode = decode
        self._most_s = most_s
        self._policy = policy
        self._is_cancelled = is_cancelled
        self._on_progress = on_progress
        self._on_segment = on_segment
        self._on_warning = on_warning
        self.segments: list[Segment] = []
        self.warnings: list[str] = []
        self.complete = False
        self.source = ""
        self.heard_s = 0.0
        self._waiting = 0  # utterances cut off and not yet decoded
        self._done_s = 0.0
        self._total_s: float | None = None
        self._begun = time.monotonic()
        self._reported = -_PROGRESS_EVERY_S

    def warn(self, sentence: str) -> None:
        """Take a warning, from the decoder of the file or from the recogniser."""
        self.warnings.append(sentence)
        if self._on_warning is not None:
            self._on_warning(sentence)

    def run(self, recording: Recording) -> None:
        """Transcribe it; returns early, with `complete` False, when asked to stop."""
        self.source, self._total_s = recording.name, recording.total_s
        utterances = cut_utterances(
            self._heard(recording.blocks),
            VoiceActivityDetector(),
            self._policy,
            offset_s=recording.start_s,
        )
        try:
            for group in windows(self._counted(utterances), self._most_s):
                for segment in in_order(self._decode(group)):
                    self._finish(segment, segment.end_s - recording.start_s)
        except Cancelled:
            self.heard_s = self._done_s
        else:
            self.complete = True
            self._report(self.heard_s, total_s=self.heard_s, now=True)

    def _heard(self, blocks: Iterator[Samples]) -> Iterator[Samples]:
        """Pass blocks on, counting them and looking for a wish to stop."""
        samples = 0
        for block in blocks:
            if self._is_cancelled():
                raise Cancelled("The work was stopped.")
            samples += len(block)
            self.heard_s = samples / SAMPLE_RATE_HZ
            yield block
            # Speech that has begun may reach back so far without having been decoded.
            if not self._waiting:
                self._report(self.heard_s - self._policy.max_utterance_s)

    def _counted(self, utterances: Iterator[Utterance]) -> Iterator[Utterance]:
        for utterance in utterances:
            self._waiting += 1
            yield utterance

    def _finish(self, segment: Segment, end_s: float) -> None:
        self.segments.append(segment)
        self._waiting -= 1
        if self._on_segment is not None:
            self._on_segment(segment)
        self._report(end_s)

    def _report(self, done_s: float, total_s: float | None = None, now: bool = False) -> None:
        self._done_s = max(self._done_s, done_s)
        elapsed_s = time.monotonic() - self._begun
        if self._on_progress is None or (elapsed_s - self._reported < _PROGRESS_EVERY_S and not now):
            return
        self._reported = elapsed_s
        text = self.segments[-1].text if self.segments else ""
        self._on_progress(Progress(self._done_s, total_s or self._total_s, elapsed_s, text))


def in_order(results: Iterable[tuple[int, Segment]]) -> Iterator[Segment]:
    """Give results that come in any order, numbered from 0, each as soon as all before it are there."""
    early: dict[int, Segment] = {}
    following = 0
    for index, segment in results:
        early[index] = segment
        while following in early:
            yield early.pop(following)
            following += 1
