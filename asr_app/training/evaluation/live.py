"""How much the text that appears while one speaks differs from what the whole utterance gives."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.search import SearchOptions
from asr_app.model.config import Chunking
from asr_app.training.evaluation.error_rates import ErrorReport, Heard, report_errors
from asr_app.training.evaluation.recognisers import read_with_texts
from asr_app.training.manifest import SAMPLE_RATE_HZ, normalise, read_audio
from asr_app.transcription.events import FinalResult, LiveEvent, PartialResult
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import StreamingRecognizer

Samples = NDArray[np.float32]

PAUSE_S = 1.0
"""Quiet after each recording: longer than voice activity waits before it calls an utterance over."""

GREEDY = SearchOptions(method="greedy")


@dataclass(frozen=True)
class LiveReport:
    """Figures of the live path on one manifest.

    Attributes:
        chunk_ms: How much the live pass takes at a time.
        lookahead_ms: How much further it hears.
        partial: Of the last partial text of each utterance.
        final: Of the greedy text that replaces it: full context, on what voice activity took for speech.
        whole: Of the greedy text with full context on the whole recording, without voice activity.
    """

    chunk_ms: float
    lookahead_ms: float
    partial: ErrorReport
    final: ErrorReport
    whole: ErrorReport

    @property
    def difference(self) -> float | None:
        """By what share of `whole`'s word error rate that of `partial` is higher; None where that is zero."""
        return self.partial.wer / self.whole.wer - 1 if self.whole.wer else None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "corpus": self.whole.corpus,
            "chunk_ms": self.chunk_ms,
            "lookahead_ms": self.lookahead_ms,
            "relative_difference": self.difference,
            **{name: getattr(self, name).to_dict() for name in ("partial", "final", "whole")},
        }


def evaluate_live(
    manifest: Path,
    recognizer: Recognizer,
    chunking: Chunking,
    every: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> LiveReport:
    """Send each recording of a manifest through the live path, as if it came from a microphone.

    Args:
        manifest: JSON lines.
        recognizer: Does the work; all searches are greedy.
        chunking: Of the live pass.
        every: Use each n-th recording only.
        on_progress: Told recordings done and in all.

    Raises:
        ManifestError: The manifest or its audio cannot be read, or no recording has a text.
    """
    recordings = read_with_texts(manifest)[::every]
    heard: dict[str, list[Heard]] = {"partial": [], "final": [], "whole": []}
    work_s = dict.fromkeys(heard, 0.0)
    for done, (recording, samples) in enumerate(read_audio(recordings), 1):
        started = time.perf_counter()
        partial, final = live_texts(recognizer, samples, chunking)
        # Both come out of the same work; its time is counted for both.
        lasted_s = time.perf_counter() - started
        started = time.perf_counter()
        whole = recognizer.decode_utterance(samples, 0.0, GREEDY).text
        times_s = {"partial": lasted_s, "final": lasted_s, "whole": time.perf_counter() - started}
        for name, text in (("partial", partial), ("final", final), ("whole", whole)):
            work_s[name] += times_s[name]
            heard[name].append(Heard(recording.text, normalise(text), len(samples) / SAMPLE_RATE_HZ))
        on_progress(done, len(recordings))
    system = f"asr-app {recognizer.bundle.name}"
    reports = {
        name: report_errors(manifest.stem, f"{system}, {name}", items, work_s[name])
        for name, items in heard.items()
    }
    frame_ms = 1000 * recognizer.bundle.config.frame_s
    return LiveReport(chunking.chunk_frames * frame_ms, chunking.lookahead_frames * frame_ms, **reports)


def live_texts(recognizer: Recognizer, samples: Samples, chunking: Chunking) -> tuple[str, str]:
    """The last partial text of each utterance in a recording, and the final text that replaces it.

    After the recording its own quiet goes on, as it does after somebody has spoken into a microphone.
    """
    stream = StreamingRecognizer(recognizer, chunking, search=GREEDY, partials="pieces")
    events: list[LiveEvent] = [*stream.push(with_pause(samples, PAUSE_S)), *stream.finish()]
    partial: dict[int, str] = {}
    final: dict[int, str] = {}
    for event in events:
        if isinstance(event, PartialResult):
            partial[event.utterance] = event.text
        elif isinstance(event, FinalResult):
            final[event.utterance] = event.segment.text
    return " ".join(partial.values()), " ".join(final.values())


def with_pause(samples: Samples, pause_s: float) -> Samples:
    """Let a recording end in a pause made of its quietest tenth of a second, played there and back."""
    length, pause = SAMPLE_RATE_HZ // 10, round(pause_s * SAMPLE_RATE_HZ)
    if len(samples) < length:
        return np.concatenate([samples, np.zeros(pause, np.float32)])
    energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    start = int((energy[length:] - energy[:-length]).argmin())
    quiet = samples[start : start + length]
    there_and_back = np.concatenate([quiet, quiet[::-1]])
    return np.concatenate([samples, np.resize(there_and_back, pause)])
