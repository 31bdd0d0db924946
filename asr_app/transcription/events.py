"""What a live recogniser says while one speaks. Times are seconds on the recording's clock."""

from __future__ import annotations

from dataclasses import dataclass

from asr_app.transcription.types import InspectionArrays, Segment


@dataclass(frozen=True)
class SpeechStarted:
    """Someone began to speak.

    Attributes:
        utterance: Number of the utterance in this recording, from 0; later events of it carry the same.
        start_s: Where it begins, pre-roll included.
    """

    utterance: int
    start_s: float


@dataclass(frozen=True)
class PartialResult:
    """The live pass's text of the utterance so far; each replaces the one before.

    Attributes:
        utterance: See `SpeechStarted`.
        text: All of the utterance's text so far.
        heard_s: End of the sound the text covers.
        inspection: Arrays of the chunk just decoded (no attention), when asked for.
    """

    utterance: int
    text: str
    heard_s: float
    inspection: InspectionArrays | None = None


@dataclass(frozen=True)
class FinalResult:
    """The full-context pass's words; they replace the partial text.

    Attributes:
        utterance: See `SpeechStarted`.
        segment: Words with times and confidence; no words when nothing intelligible was said.
    """

    utterance: int
    segment: Segment


LiveEvent = SpeechStarted | PartialResult | FinalResult
