"""Recognition of whole recordings."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from asr_app.audio.endpointing import EndpointPolicy
from asr_app.audio.segmentation import Utterance
from asr_app.decoding.confidence import Evidence
from asr_app.decoding.search import SearchOptions
from asr_app.decoding.words import WordSpan
from asr_app.model.bundle import Bundle, load_bundle
from asr_app.model.network import AcousticModel
from asr_app.transcription.batching import batches_by_length
from asr_app.transcription.defaults import default_search, read_calibrations
from asr_app.transcription.device_memory import DeviceMemory
from asr_app.transcription.devices import place_network
from asr_app.transcription.encoding import Encoded, encode
from asr_app.transcription.inspection import inspect_utterance
from asr_app.transcription.interruption import CancelSource, Interruption, as_check
from asr_app.transcription.job import Progress, TranscriptionJob
from asr_app.transcription.language import load_language
from asr_app.transcription.presence import spoken_only
from asr_app.transcription.recordings import open_recording
from asr_app.transcription.segments import HeardWords, hear_words, make_segment
from asr_app.transcription.types import Segment, Transcript
from asr_app.transcription.vocabulary import Vocabulary

__all__ = ["Progress", "Recognizer"]

Samples = NDArray[np.float32]
Result = TypeVar("Result")

_BATCH_S = {"cpu": 20.0, "cuda": 300.0}
"""Padded sound in one batch: enough to keep the device busy, little enough to be stopped soon."""

_WINDOW_S = {"cpu": 60.0, "cuda": 600.0}
"""Sound that waits to be put into batches."""

_log = logging.getLogger(__name__)


class _Batch:
    """Utterances that are encoded together, once for each network they are decoded with."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self.utterances = utterances
        self._network: AcousticModel | None = None
        self._encoded: list[Encoded] = []

    def encoded(self, network: AcousticModel) -> list[Encoded]:
        """Encode on the first call, and again when the network has changed because a device failed."""
        if self._network is not network:
            self._encoded = encode(network, [utterance.samples for utterance in self.utterances])
            self._network = network
        return self._encoded


class Recognizer:
    """A model on a device. Several threads may use one.

    Made by `load`, not directly.

    Attributes:
        bundle: The model; its network is on the device in use.
        device_name: The device really in use: `cpu`, or `cuda` with its number.
        device_warning: A sentence saying why that is not the device one would expect; empty otherwise.
        precision: In which it computes: `float32`, or on the processor `int8` too.
        default_search: The search used where none is given: the bundle's choice.
        calibrations: For each search method the bundle has one for: what the confidence of words is made by.
        language: Dictionary and language model of the bundle, where it has them and they can be used.
        vocabulary: Words and phrases that the final pass prefers; see `set_vocabulary`.
        threads: Of the processor, for one piece of work.
    """

    def __init__(
        self,
        bundle: Bundle,
        device: str = "auto",
        threads: int = 1,
        precision: str = "auto",
        vocabulary: Vocabulary | None = None,
    ) -> None:
        """Put a bundle loaded on the processor on a device; see `load`."""
        self.threads = threads
        self._use_threads()
        placement = place_network(bundle.network, device, precision)
        self.device_name = placement.device_name
        self.precision = placement.precision
        self.device_warning = placement.warning
        self.default_search = default_search(bundle.details)
        self.calibrations = read_calibrations(bundle.details)
        self.vocabulary = vocabulary or Vocabulary()
        self.language = load_language(bundle, self.vocabulary)
        self.bundle = dataclasses.replace(bundle, network=placement.network)
        # Kept for the day the graphics card fails: by then nothing can be read back from it.
        self._cpu_bundle = self.bundle if placement.device_name == "cpu" else bundle
        self._interruption = Interruption()
        self._interruption.attach(placement.network)
        self._falling_back = threading.Lock()

    @staticmethod
    def load(
        model: str | Path = "default",
        device: str = "auto",
        threads: int | None = None,
        precision: str = "auto",
        vocabulary: Vocabulary | None = None,
    ) -> Recognizer:
        """Load a model and put it on a device.

        Args:
            model: A bundle's name, or the path of its folder.
            device: `auto` (a graphics card that passes a self-test, else the processor), `cpu`, `cuda` or
                `cuda:1` and so on.
            threads: Of the processor; None: one, which is best. The products of a recurrent network are
                small, and on a busy machine a second thread, waiting for its turn, has made live recognition
                ten times slower. torch takes the number over for the calling thread.
            precision: `float32`, `int8` (on the processor), or `auto`: the one that is faster here.
            vocabulary: Words and phrases to prefer; None: none. What `language.problems` says of it is worth
                showing.

        Raises:
            BundleError: The model is missing, damaged or foreign.
            DeviceError: The device asked for by name does not exist, fails its self-test or does not compute
                in the precision asked for.
        """
        return Recognizer(load_bundle(model, "cpu"), device, threads or 1, precision, vocabulary)

    def set_vocabulary(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Prefer other words and phrases from the next utterance on; less than a second's work.

        Returns:
            A sentence for each entry that has no effect.
        """
        self._use_threads()
        language = load_language(self.bundle, vocabulary, self.language.search)
        self.vocabulary, self.language = vocabulary, language
        return language.problems

    @property
    def notice(self) -> str:
        """What the person should know about how it runs: `device_warning`, a missing search; often empty."""
        return " ".join(sentence for sentence in (self.device_warning, self.language.warning) if sentence)

    def transcribe(
        self,
        source: str | Path | NDArray[np.floating[Any]] | NDArray[np.int16],
        *,
        search: SearchOptions | None = None,
        inspect: bool = False,
        start_s: float = 0.0,
        end_s: float | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: CancelSource = None,
        on_segment: Callable[[Segment], None] | None = None,
        on_warning: Callable[[str], None] | None = None,
        policy: EndpointPolicy | None = None,
    ) -> Transcript:
        """Transcribe a recording, in memory that does not grow with its length (but for the result).

        Args:
            source: A media file, or samples: (n,) 16 kHz mono, float32 in -1…1 or int16.
            search: How to decode; None: `default_search`.
            inspect: Whether segments carry the arrays to draw, about 50 kB per second of speech.
            start_s: Where to begin on the recording's clock.
            end_s: Where to end; None: at its end.
            on_progress: Told how far the work is, in seconds of sound, several times a second at most.
            cancelled: Asks to stop; obeyed within a second. The transcript then holds the segments done
                before, without a gap, and is not `complete`.
            on_segment: Given each segment, in order, as soon as it and all before it are done.
            on_warning: Told in a sentence of damage and of a device that failed; the transcript has these
                too.
            policy: How speech is cut into utterances.

        Raises:
            MediaError: The recording cannot be decoded, or the array does not hold such samples.
        """
        job = TranscriptionJob(
            decode=lambda group: self.decode_each(group, search, inspect, cancelled, job.warn),
            most_s=_WINDOW_S[self._device_kind],
            policy=policy or EndpointPolicy(),
            is_cancelled=as_check(cancelled),
            on_progress=on_progress,
            on_segment=on_segment,
            on_warning=on_warning,
        )
        if self.language.warning and (search or self.default_search).method == "lexicon":
            job.warn(self.language.warning)
        job.run(open_recording(source, start_s, end_s, job.warn))
        return Transcript(
            segments=tuple(job.segments),
            language=self.bundle.language,
            model=self.bundle.name,
            source=job.source,
            duration_s=job.heard_s,
            complete=job.complete,
            warnings=tuple(job.warnings),
        )

    def decode_utterance(
        self,
        samples: Samples,
        start_s: float = 0.0,
        search: SearchOptions | None = None,
        inspect: bool = False,
        cancelled: CancelSource = None,
    ) -> Segment:
        """Decode samples (n,) that are one utterance, with full context.

        Args:
            samples: 16 kHz mono in -1…1.
            start_s: Where they begin on the recording's clock.
            search: How to decode; None: `default_search`.
            inspect: Whether the segment carries the arrays to draw.
            cancelled: Asks to stop.

        Raises:
            Cancelled: A stop was asked for.
        """
        (segment,) = self.decode_utterances([Utterance(start_s, samples)], search, inspect, cancelled)
        return segment

    def decode_utterances(
        self,
        utterances: Sequence[Utterance],
        search: SearchOptions | None = None,
        inspect: bool = False,
        cancelled: CancelSource = None,
        on_warning: Callable[[str], None] | None = None,
    ) -> list[Segment]:
        """Decode utterances in batches of like lengths; arguments as for `decode_utterance`.

        Returns:
            One segment for each, in the order given; none depends on the others.

        Raises:
            Cancelled: A stop was asked for.
        """
        results = dict(self.decode_each(utterances, search, inspect, cancelled, on_warning))
        return [results[index] for index in range(len(utterances))]

    def decode_each(
        self,
        utterances: Sequence[Utterance],
        search: SearchOptions | None = None,
        inspect: bool = False,
        cancelled: CancelSource = None,
        on_warning: Callable[[str], None] | None = None,
    ) -> Iterator[tuple[int, Segment]]:
        """Decode utterances as `decode_utterances` does, giving each out at once.

        Yields:
            Index in `utterances` and segment, in the order of the batches.

        Raises:
            Cancelled: A stop was asked for.
        """
        most = round(_BATCH_S[self._device_kind] * self.bundle.config.features.sample_rate_hz)
        for indices in batches_by_length([len(utterance.samples) for utterance in utterances], most):
            batch = _Batch([utterances[index] for index in indices])
            for row, index in enumerate(indices):

                def work(network: AcousticModel, batch: _Batch = batch, row: int = row) -> Segment:
                    return self._segment(
                        network, batch.utterances[row], batch.encoded(network)[row], search, inspect
                    )

                yield index, self.run(work, cancelled, on_warning)

    def run(
        self,
        work: Callable[[AcousticModel], Result],
        cancelled: CancelSource = None,
        on_warning: Callable[[str], None] | None = None,
    ) -> Result:
        """Do work in the network, without gradients; when a graphics card fails, again on the processor.

        Args:
            work: Is given the network. It may be called twice.
            cancelled: Asks to stop.
            on_warning: Told when the device has failed.

        Raises:
            Cancelled: A stop was asked for.
        """
        self._use_threads()
        network = self.bundle.network
        with torch.inference_mode(), self._interruption.watching(as_check(cancelled)):
            try:
                return work(network)
            except RuntimeError as error:
                if network is self._cpu_bundle.network:
                    raise
                warning = self._fall_back(error)
            if on_warning is not None:
                on_warning(warning)
            return work(self.bundle.network)

    def evidence(
        self, samples: Samples, search: SearchOptions | None = None
    ) -> list[tuple[WordSpan, Evidence]]:
        """Give each word of one utterance with its raw confidence and what a calibrated one is told from.

        Args:
            samples: (n,), 16 kHz mono in -1…1.
            search: How to decode; None: `default_search`.

        Returns:
            In order of time; empty also where there is no evidence, so that confidence stays raw.
        """
        options = search or self.default_search

        def work(network: AcousticModel) -> HeardWords:
            (encoded,) = encode(network, [samples])
            return hear_words(self.bundle, network, encoded, self.language.search, options)[0]

        heard = self.run(work)
        return list(zip(heard.spans, heard.evidence, strict=True)) if heard.evidence else []

    def method(self, options: SearchOptions) -> str:
        """Name the search that really runs: without language model `lexicon` is `joint`."""
        can_find_words = self.language.search is not None
        return "joint" if options.method == "lexicon" and not can_find_words else options.method

    def spoken_only(
        self, segment: Segment, voice_s: float | None, options: SearchOptions | None = None
    ) -> Segment:
        """Leave out words that come of a noise (`presence.py`), where the search's confidence is calibrated.

        Args:
            segment: Of one utterance.
            voice_s: How long of it voice activity was sure of speech; None: it was not asked.
            options: What it was searched with; None: the default.
        """
        if self.method(options or self.default_search) not in self.calibrations:
            return segment
        return spoken_only(segment, voice_s)

    @property
    def _device_kind(self) -> str:
        return self.device_name.partition(":")[0]

    def _use_threads(self) -> None:
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)

    def _segment(
        self,
        network: AcousticModel,
        utterance: Utterance,
        encoded: Encoded,
        options: SearchOptions | None,
        inspect: bool,
    ) -> Segment:
        options = options or self.default_search
        calibration = self.calibrations.get(self.method(options))
        heard, tokens = hear_words(
            self.bundle, network, encoded, self.language.search, options, calibration is not None
        )
        arrays = None
        if inspect:
            arrays = inspect_utterance(self.bundle, network, encoded, tokens, utterance.start_s)
        segment = make_segment(heard, utterance.start_s, utterance.end_s, calibration, arrays)
        return self.spoken_only(segment, utterance.voice_s, options)

    def _fall_back(self, error: RuntimeError) -> str:
        """Go over to the processor for good, once, whichever thread comes first."""
        with self._falling_back:
            if self.bundle is not self._cpu_bundle:
                _log.info("device %s failed", self.device_name, exc_info=error)
                reason = str(error).strip().partition("\n")[0]
                self.device_warning = (
                    f"The graphics card failed ({reason}). The work goes on with the processor."
                )
                DeviceMemory().note(self.device_name, reason)
                self._interruption.attach(self._cpu_bundle.network)
                self.device_name, self.bundle = "cpu", self._cpu_bundle
            return self.device_warning
