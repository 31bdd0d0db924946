"""The values every later stage shares: words, segments, transcripts, and arrays made to be drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNCERTAIN_BELOW = 0.6
"""A word of less confidence is uncertain: a calibrated model has two in five or more of such words wrong."""


@dataclass(frozen=True)
class Word:
    """One word on the recording's clock.

    Attributes:
        text: As displayed.
        start_s: Seconds from the recording's first sample.
        end_s: Likewise.
        confidence: From 0 (a guess) to 1 (certain).
    """

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, eq=False)
class InspectionArrays:
    """What the network saw and thought of one utterance, ready to be drawn on one time axis.

    Attributes:
        start_s: Time of the first frame on the recording's clock.
        log_mel: (frames, mel_bands) float32, natural logarithm of mel power, not normalised.
        log_mel_frame_s: Seconds between its frames.
        mel_centres_hz: (mel_bands,) centre frequency of each band.
        ctc_posteriors: (frames, tokens) float32 probabilities, the blank last.
        ctc_frame_s: Seconds between its frames.
        ctc_labels: Text of each column.
        attention: (steps, frames) float32, each row summing to one, at `ctc_frame_s`; None when the model has
            no attention decoder or nothing was said.
        attention_labels: Text of each row.
    """

    start_s: float
    log_mel: NDArray[np.float32]
    log_mel_frame_s: float
    mel_centres_hz: NDArray[np.float32]
    ctc_posteriors: NDArray[np.float32]
    ctc_frame_s: float
    ctc_labels: tuple[str, ...]
    attention: NDArray[np.float32] | None = None
    attention_labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Segment:
    """One utterance.

    Attributes:
        words: In order; empty when speech was detected but no word was found.
        start_s: Start of the utterance on the recording's clock.
        end_s: Its end.
        inspection: Arrays to draw, when asked for.
    """

    words: tuple[Word, ...]
    start_s: float
    end_s: float
    inspection: InspectionArrays | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Transcript:
    """The text of a recording.

    Attributes:
        segments: In order of time.
        language: BCP 47 tag.
        model: Name of the bundle.
        source: What was transcribed, for people: a file's name or "microphone".
        duration_s: Seconds of sound heard.
        complete: False when the work was cancelled; the segments are what was done by then.
        warnings: Sentences for people: damaged packets, truncated file …
    """

    segments: tuple[Segment, ...]
    language: str
    model: str
    source: str
    duration_s: float
    complete: bool = True
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """One line per segment that has words."""
        return "\n".join(segment.text for segment in self.segments if segment.words)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; times in seconds, rounded to milliseconds, confidence to 1/1000."""
        return {
            "source": self.source,
            "language": self.language,
            "model": self.model,
            "duration_s": round(self.duration_s, 3),
            "complete": self.complete,
            "warnings": list(self.warnings),
            "text": self.text,
            "segments": [
                {
                    "start_s": round(segment.start_s, 3),
                    "end_s": round(segment.end_s, 3),
                    "text": segment.text,
                    "words": [
                        {
                            "text": word.text,
                            "start_s": round(word.start_s, 3),
                            "end_s": round(word.end_s, 3),
                            "confidence": round(word.confidence, 3),
                        }
                        for word in segment.words
                    ],
                }
                for segment in self.segments
            ],
        }
