"""Cuts a stream of samples into utterances, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.endpointing import Endpointer, EndpointEvent, EndpointPolicy, SpeechEnded
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.audio.vad import WINDOW_SAMPLES, VoiceActivityDetector

Samples = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Utterance:
    """A stretch of speech of a recording.

    Attributes:
        start_s: Where it begins on the recording's clock, exact to the sample.
        samples: float32 `(n,)`, 16 kHz mono.
        voice_s: How long of it voice activity was sure of speech; None: it was not asked.
    """

    start_s: float
    samples: Samples
    voice_s: float | None = None

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return len(self.samples) / SAMPLE_RATE_HZ

    @property
    def end_s(self) -> float:
        """Where it ends on the recording's clock."""
        return self.start_s + self.duration_s


class SampleBuffer:
    """Samples of a stream by their position in it, as far back as they may still be needed."""

    def __init__(self) -> None:
        self._blocks: deque[Samples] = deque()
        self._first_sample = 0
        self.end_sample = 0
        """How many samples have been appended since the stream began."""

    def append(self, block: Samples) -> None:
        """Add the next samples, float32 `(n,)`; the caller does not change them afterwards."""
        if len(block):
            self._blocks.append(block)
            self.end_sample += len(block)

    def forget_before(self, sample: int) -> None:
        """Let go of the blocks that lie wholly before this position."""
        while self._blocks and self._first_sample + len(self._blocks[0]) <= sample:
            self._first_sample += len(self._blocks.popleft())

    def take(self, start_sample: int, end_sample: int) -> Samples:
        """Give a copy of the samples from `start_sample` up to and without `end_sample`.

        Raises:
            IndexError: Part of them has been forgotten or has not arrived.
        """
        if not self._first_sample <= start_sample <= end_sample <= self.end_sample:
            raise IndexError(f"samples {start_sample} to {end_sample} are not in the buffer")
        parts = [np.zeros(0, np.float32)]
        position = self._first_sample
        for block in self._blocks:
            parts.append(block[max(0, start_sample - position) : max(0, end_sample - position)])
            position += len(block)
        return np.concatenate(parts)


def cut_utterances(
    blocks: Iterable[Samples],
    detector: VoiceActivityDetector,
    policy: EndpointPolicy | None = None,
    *,
    offset_s: float = 0.0,
) -> Iterator[Utterance]:
    """Find the utterances of a stream, each as soon as it is over.

    Args:
        blocks: float32 `(n,)` blocks at 16 kHz, of any sizes; the result does not depend on how they are
            split.
        detector: Is reset first.
        policy: When speech begins, ends and is too long.
        offset_s: Where the stream begins on the recording's clock.

    Yields:
        Utterances in order, none longer than `policy.max_utterance_s`. No more than one of them and one block
        are held in memory.
    """
    detector.reset()
    endpointer = Endpointer(policy)
    buffer = SampleBuffer()

    def utterances_after(samples: Samples) -> Iterator[Utterance]:
        for probability in detector.push(samples):
            yield from (_utterance(buffer, event, offset_s) for event in _ended(endpointer.push(probability)))
        buffer.forget_before(endpointer.oldest_needed_sample)

    for block in blocks:
        buffer.append(block)
        yield from utterances_after(block)
    if (
        detector.waiting_samples
    ):  # the last window is completed with silence, so that no speech in it is missed
        yield from utterances_after(np.zeros(WINDOW_SAMPLES - detector.waiting_samples, np.float32))
    yield from (_utterance(buffer, event, offset_s) for event in _ended(endpointer.finish(buffer.end_sample)))


def _ended(events: list[EndpointEvent]) -> list[SpeechEnded]:
    return [event for event in events if isinstance(event, SpeechEnded)]


def _utterance(buffer: SampleBuffer, event: SpeechEnded, offset_s: float) -> Utterance:
    end = min(event.end_sample, buffer.end_sample)
    samples = buffer.take(min(event.start_sample, end), end)
    return Utterance(offset_s + event.start_sample / SAMPLE_RATE_HZ, samples, event.voice_s)
