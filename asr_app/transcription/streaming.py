"""Recognition of live speech: partial text while one speaks, final words after each utterance."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.endpointing import Endpointer, EndpointEvent, EndpointPolicy
from asr_app.audio.endpointing import SpeechStarted as EndpointStarted
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.audio.segmentation import SampleBuffer
from asr_app.audio.vad import WINDOW_SAMPLES, VoiceActivityDetector
from asr_app.decoding.live_search import LiveSearch
from asr_app.decoding.search import SearchOptions
from asr_app.model.config import Chunking
from asr_app.model.network import AcousticModel
from asr_app.transcription.events import FinalResult, LiveEvent, PartialResult, SpeechEnded, SpeechStarted
from asr_app.transcription.interruption import CancelSource, IsCancelled, as_check
from asr_app.transcription.live import LivePass, LiveText
from asr_app.transcription.partial_text import PartialText
from asr_app.transcription.presence import PARTIAL_VOICE_S
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.recordings import without_nonsense
from asr_app.transcription.second_pass import SecondPass, Stretch
from asr_app.transcription.types import Segment

Samples = NDArray[np.float32]

Partials = Literal["words", "pieces"]
"""What partial text is made of: words of the dictionary, or pieces of words as the network spells them."""

LIVE_CHUNKING = Chunking(4, 6)
"""160 ms at a time, each seeing 240 ms ahead."""

QUICK_CHUNK_S = 0.32
"""A machine that is asked for no longer chunks is quick enough for the usual ones."""

SLOW_CHUNK_S = 1.0
"""A machine that needs chunks longer than this has no time for words."""

_AT_ONCE_WINDOWS = 8
"""More sound than this at once was not heard just now: nothing is gained by beginning early."""


class _Utterance:
    """The utterance being spoken.

    Attributes:
        number: Counted from 0.
        start_sample: Where it begins.
        fed_sample: Up to where the live pass has heard it.
        live: The live pass; None before its first samples and after a device has failed.
        is_muted: The live pass has rested meanwhile, so that this utterance gets no more partial text.
        heard_s: How much of it the live pass has decoded; more than once heard counts once.
        text: What is shown of it.
    """

    def __init__(self, number: int, start_sample: int) -> None:
        self.number = number
        self.start_sample = start_sample
        self.fed_sample = start_sample
        self.live: LivePass | None = None
        self.is_muted = False
        self.heard_s = 0.0
        self.text = PartialText()

    @property
    def start_s(self) -> float:
        return self.start_sample / SAMPLE_RATE_HZ


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
        partials: Partials = "words",
    ) -> None:
        """Start at the beginning of a recording.

        Args:
            recognizer: Does the work.
            chunking: Of the live pass.
            policy: How speech is cut into utterances.
            search: Of the final pass; None: the recogniser's default.
            inspect: Whether results carry the arrays to draw; a partial result then comes with every chunk.
            cancelled: Asks to stop; calls then raise `Cancelled`.
            partials: What partial text is made of; words become pieces where the model has no dictionary.
        """
        self._recognizer = recognizer
        self._chunking = self._usual_chunking = chunking
        self._search = search
        self._inspect = inspect
        self._cancelled = as_check(cancelled)
        self._partials = partials
        self._rests = False
        self._detector = VoiceActivityDetector()
        self._endpointer = Endpointer(policy)
        self._buffer = SampleBuffer()
        self._waiting: Samples = np.zeros(0, np.float32)
        self._utterance: _Utterance | None = None
        self._second_pass = SecondPass(self._decode)
        self._begun = 0
        self._finished = False

    @property
    def heard_s(self) -> float:
        """See the class."""
        return (self._buffer.end_sample + len(self._waiting)) / SAMPLE_RATE_HZ

    @property
    def early_results(self) -> int:
        """How many final results were begun before their utterances were certain to be over."""
        return self._second_pass.hits

    def set_pace(self, chunk_s: float | None) -> None:
        """Make partial text rarer on a slow machine, or more frequent again; final text is not touched.

        Args:
            chunk_s: How much the live pass hears at a time, from now on; up to 0.32: as usual. From a second
                on, new utterances get pieces of words. None: it rests, and begins again with the utterance
                after it was set to go on.
        """
        self._rests = chunk_s is None
        if chunk_s is None:
            if self._utterance is not None:
                self._utterance.is_muted = True
            return
        usual, frame_s = self._usual_chunking, self._recognizer.bundle.config.frame_s
        frames = 2 * round(chunk_s / frame_s / 2)
        is_usual = chunk_s <= QUICK_CHUNK_S
        self._chunking = usual if is_usual else Chunking(frames, usual.lookahead_frames)
        if self._utterance is not None and self._utterance.live is not None:
            self._utterance.live.use_chunks(self._chunking)

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
        try:
            for start in range(0, whole, WINDOW_SAMPLES):
                window = stream[start : start + WINDOW_SAMPLES]
                self._buffer.append(window)
                events += self._hear(window)
                if whole - start <= _AT_ONCE_WINDOWS * WINDOW_SAMPLES:
                    self._begin_early()
        except BaseException:
            self._second_pass.close()
            raise
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
        try:
            if len(self._waiting):
                rest, self._waiting = self._waiting, np.zeros(0, np.float32)
                self._buffer.append(rest)
                # The last window is completed with silence, so that no speech in it is missed.
                events += self._hear(np.pad(rest, (0, WINDOW_SAMPLES - len(rest))))
            for event in self._endpointer.finish(self._buffer.end_sample):
                events += self._endpoint(event)
        finally:
            self._second_pass.close()
        return events

    def _hear(self, window: Samples) -> list[LiveEvent]:
        events: list[LiveEvent] = []
        for probability in self._detector.push(window):
            for event in self._endpointer.push(float(probability)):
                events += self._endpoint(event)
        events += self._advance()
        self._buffer.forget_before(self._endpointer.oldest_needed_sample)
        return events

    # -- the end of an utterance ----------------------------------------------------------------------

    def _endpoint(self, event: EndpointEvent) -> list[LiveEvent]:
        if isinstance(event, EndpointStarted):
            utterance = _Utterance(self._begun, min(event.start_sample, self._buffer.end_sample))
            utterance.is_muted = self._rests
            self._utterance = utterance
            self._begun += 1
            return [SpeechStarted(utterance.number, utterance.start_s)]
        utterance, self._utterance = self._current(), None
        stretch = self._within(event.start_sample, event.end_sample)
        segment = self._second_pass.take(stretch, self._buffer.take(*stretch), self._cancelled)
        return [
            SpeechEnded(utterance.number, stretch[1] / SAMPLE_RATE_HZ, event.was_cut),
            FinalResult(utterance.number, self._recognizer.spoken_only(segment, event.voice_s, self._search)),
        ]

    def _begin_early(self) -> None:
        """Begin the second pass when it is quiet and the utterance may be over; forget it when it is not."""
        likely = self._endpointer.likely_utterance
        has_time = self._chunking is self._usual_chunking and not self._rests
        if likely is None or not has_time:
            self._second_pass.drop()
            return
        stretch = self._within(*likely)
        if self._second_pass.guessed != stretch:
            self._second_pass.guess(stretch, self._buffer.take(*stretch))

    def _decode(self, stretch: Stretch, samples: Samples, stops: IsCancelled) -> Segment:
        return self._recognizer.decode_utterance(
            samples, stretch[0] / SAMPLE_RATE_HZ, self._search, self._inspect, stops
        )

    def _within(self, start_sample: int, end_sample: int) -> Stretch:
        end = min(end_sample, self._buffer.end_sample)
        return min(start_sample, end), end

    def _current(self) -> _Utterance:
        if self._utterance is None:
            raise RuntimeError("the end of an utterance that had not begun")
        return self._utterance

    # -- partial text ---------------------------------------------------------------------------------

    def _advance(self) -> list[LiveEvent]:
        """Let the live pass hear what has arrived of the utterance under way."""
        utterance = self._utterance
        if utterance is None or self._finished or utterance.is_muted:
            return []
        heard = self._buffer.end_sample - utterance.start_sample
        if utterance.live is not None and heard < utterance.live.wanted_samples:
            return []
        texts = self._recognizer.run(lambda network: self._feed(network, utterance), self._cancelled)
        events: list[LiveEvent] = []
        for live in texts:
            if live.heard_s <= utterance.heard_s:
                continue
            utterance.heard_s = live.heard_s
            if self._endpointer.voice_s < PARTIAL_VOICE_S:
                live = replace(live, text="", words=())
            # A partial result that says the same again would only flicker.
            if live.text != utterance.text.text or live.inspection is not None:
                events.append(self._partial(utterance, live))
        return events

    def _partial(self, utterance: _Utterance, live: LiveText) -> PartialResult:
        changed = utterance.text.replace(live.text, live.words, utterance.start_s)
        return PartialResult(
            utterance.number,
            live.text,
            utterance.start_s + live.heard_s,
            live.inspection,
            utterance.text.words,
            changed,
        )

    def _feed(self, network: AcousticModel, utterance: _Utterance) -> list[LiveText]:
        if utterance.live is None or utterance.live.network is not network:
            # At its beginning, or when a device has failed: then the utterance is heard again.
            utterance.live = self._new_pass(network, utterance.start_s)
            utterance.fed_sample = utterance.start_sample
        end = self._buffer.end_sample
        samples = self._buffer.take(utterance.fed_sample, end)
        texts = utterance.live.push(samples)
        utterance.fed_sample = end
        return texts

    def _new_pass(self, network: AcousticModel, start_s: float) -> LivePass:
        bundle = self._recognizer.bundle
        lexicon = self._recognizer.language.search
        has_time = self._chunking.chunk_frames * bundle.config.frame_s <= SLOW_CHUNK_S
        finds_words = self._partials == "words" and has_time and bundle.config.phones
        search = LiveSearch(lexicon) if finds_words and lexicon is not None else None
        return LivePass(bundle, network, self._chunking, start_s, self._inspect, search)
