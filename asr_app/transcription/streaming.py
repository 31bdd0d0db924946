"""Recognition of live speech: partial text while one speaks, final words after each utterance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.endpointing import Endpointer, EndpointEvent, EndpointPolicy
from asr_app.audio.endpointing import SpeechStarted as EndpointStarted
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.audio.segmentation import SampleBuffer
from asr_app.audio.vad import WINDOW_SAMPLES, VoiceActivityDetector
from asr_app.decoding.search import SearchOptions
from asr_app.model.config import Chunking
from asr_app.model.network import AcousticModel
from asr_app.transcription.events import FinalResult, LiveEvent, PartialResult, SpeechStarted
from asr_app.transcription.interruption import CancelSource
from asr_app.transcription.live import LivePass, LiveText
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.recordings import without_nonsense

Samples = NDArray[np.float32]

LIVE_CHUNKING = Chunking(8, 8)
"""320 ms at a time, each seeing 320 ms ahead."""


class _Utterance:
    """The utterance being spoken.

    Attributes:
        number: Counted from 0.
        start_sample: Where it begins.
        fed_sample: Up to where the live pass has heard it.
        live: The live pass; None before its first samples and after a device has failed.
        heard_s: How much of it the live pass has decoded; more than once heard counts once.
        text: Of the last partial result.
    """

    def __init__(self, number: int, start_sample: int) -> None:
        self.number = number
        self.start_sample = start_sample
        self.fed_sample = start_sample
        self.live: LivePass | None = None
        self.heard_s = 0.0
        self.text = ""


class StreamingRecognizer:
    """One live recording from its first sample to its last.

    Two passes (compare WeNet's U2): while an utterance lasts, a live pass in chunks gives partial text; when
    voice activity says it is over, the recogniser decodes the whole of it with full context. That final
    result is the one `Recognizer.transcribe` gives for the same samples. Sound is worked on in windows of
    32 ms, so that the events are the same for every split of the samples.

    Attributes:
        heard_s: Seconds of sound taken so far.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        chunking: Chunking = LIVE_CHUNKING,
        policy: EndpointPolicy | None = None,
        search: SearchOptions | None = None,
        inspect: bool = False,
        cancelled: CancelSource = None,
    ) -> None:
        """Start at the beginning of a recording.

        Args:
            recognizer: Does the work.
            chunking: Of the live pass.
            policy: How speech is cut into utterances.
            search: Of the final pass; None: the recogniser's default.
            inspect: Whether results carry the arrays to draw; a partial result then comes with every chunk.
            cancelled: Asks to stop; calls then raise `Cancelled`.
        """
        self._recognizer = recognizer
        self._chunking = chunking
        self._search = search
        self._inspect = inspect
        self._cancelled = cancelled
        self._detector = VoiceActivityDetector()
        self._endpointer = Endpointer(policy)
        self._buffer = SampleBuffer()
        self._waiting: Samples = np.zeros(0, np.float32)
        self._utterance: _Utterance | None = None
        self._begun = 0
        self._finished = False

    @property
    def heard_s(self) -> float:
        """See the class."""
        return (self._buffer.end_sample + len(self._waiting)) / SAMPLE_RATE_HZ

    def push(self, samples: Samples) -> list[LiveEvent]:
        """Add samples (n,), 16 kHz mono in -1…1, any number, and give the events they cause.

        Raises:
            Cancelled: A stop was asked for.
        """
        if self._finished:
            raise RuntimeError("the recording has been finished")
        stream = np.concatenate([self._waiting, without_nonsense(np.asarray(samples, np.float32))])
        whole = len(stream) - len(stream) % WINDOW_SAMPLES
        self._waiting = stream[whole:]
        events: list[LiveEvent] = []
        for start in range(0, whole, WINDOW_SAMPLES):
            window = stream[start : start + WINDOW_SAMPLES]
            self._buffer.append(window)
            events += self._hear(window)
        return events

    def finish(self) -> list[LiveEvent]:
        """End the recording: what is still under way is decoded. Nothing can be pushed afterwards.

        Raises:
            Cancelled: A stop was asked for.
        """
        if self._finished:
            return []
        self._finished = True
        events: list[LiveEvent] = []
        if len(self._waiting):
            rest, self._waiting = self._waiting, np.zeros(0, np.float32)
            self._buffer.append(rest)
            # The last window is completed with silence, so that no speech in it is missed.
            events += self._hear(np.pad(rest, (0, WINDOW_SAMPLES - len(rest))))
        for event in self._endpointer.finish(self._buffer.end_sample):
            events += self._endpoint(event)
        return events

    def _hear(self, window: Samples) -> list[LiveEvent]:
        events: list[LiveEvent] = []
        for probability in self._detector.push(window):
            for event in self._endpointer.push(float(probability)):
                events += self._endpoint(event)
        events += self._advance()
        self._buffer.forget_before(self._endpointer.oldest_needed_sample)
        return events

    def _endpoint(self, event: EndpointEvent) -> list[LiveEvent]:
        if isinstance(event, EndpointStarted):
            utterance = _Utterance(self._begun, min(event.start_sample, self._buffer.end_sample))
            self._utterance = utterance
            self._begun += 1
            return [SpeechStarted(utterance.number, utterance.start_sample / SAMPLE_RATE_HZ)]
        utterance, self._utterance = self._current(), None
        end = min(event.end_sample, self._buffer.end_sample)
        segment = self._recognizer.decode_utterance(
            self._buffer.take(min(event.start_sample, end), end),
            event.start_sample / SAMPLE_RATE_HZ,
            self._search,
            self._inspect,
            self._cancelled,
        )
        return [FinalResult(utterance.number, segment)]

    def _current(self) -> _Utterance:
        if self._utterance is None:
            raise RuntimeError("the end of an utterance that had not begun")
        return self._utterance

    def _advance(self) -> list[LiveEvent]:
        """Let the live pass hear what has arrived of the utterance under way."""
        utterance = self._utterance
        if utterance is None or self._finished:
            return []
        texts = self._recognizer.run(lambda network: self._feed(network, utterance), self._cancelled)
        events: list[LiveEvent] = []
        start_s = utterance.start_sample / SAMPLE_RATE_HZ
        for live in texts:
            if live.heard_s <= utterance.heard_s:
                continue
            utterance.heard_s = live.heard_s
            # A partial result that says the same again would only flicker.
            if live.text != utterance.text or live.inspection is not None:
                utterance.text = live.text
                events.append(
                    PartialResult(utterance.number, live.text, start_s + live.heard_s, live.inspection)
                )
        return events

    def _feed(self, network: AcousticModel, utterance: _Utterance) -> list[LiveText]:
        if utterance.live is None or utterance.live.network is not network:
            # At its beginning, or when a device has failed: then the utterance is heard again.
            start_s = utterance.start_sample / SAMPLE_RATE_HZ
            bundle = self._recognizer.bundle
            utterance.live = LivePass(bundle, network, self._chunking, start_s, self._inspect)
            utterance.fed_sample = utterance.start_sample
        end = self._buffer.end_sample
        samples = self._buffer.take(utterance.fed_sample, end)
        texts = utterance.live.push(samples)
        utterance.fed_sample = end
        return texts
