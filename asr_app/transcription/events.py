"""What a live recogniser says while one speaks.

Times are seconds on the recording's clock. The number of an utterance never changes: every event of it
carries the same. The last event of an utterance is its `FinalResult`; how far the recogniser is behind the
voice is told by the session (`asr_app.session.events.LagChanged`).
"""

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
class PartialWord:
    """A word of a partial text. Its place in the text is its name for as long as the utterance lasts.

    Attributes:
        text: As spelled.
        end_s: When its last sound was heard.
        version: How often another word has stood in this place of the text before it.
    """

    text: str
    end_s: float
    version: int = 0


@dataclass(frozen=True)
class PartialResult:
    """The live pass's text of the utterance so far; each replaces the one before.

    Attributes:
        utterance: See `SpeechStarted`.
        text: All of the utterance's text so far.
        heard_s: End of the sound the text covers.
        inspection: Arrays of the chunk just decoded (no attention), when asked for.
        words: The words of the text; empty where the live pass spells pieces of words.
        changed_words: How many words of the partial text before this one changed or took back.
    """

    utterance: int
    text: str
    heard_s: float
    inspection: InspectionArrays | None = None
    words: tuple[PartialWord, ...] = ()
    changed_words: int = 0


@dataclass(frozen=True)
class SpeechEnded:
    """Nobody has spoken for a while; the final result of this utterance is being made.

    Attributes:
        utterance: See `SpeechStarted`.
        end_s: Where it ends, post-roll included.
        was_cut: It had grown too long: speech goes on in the next utterance.
    """

    utterance: int
    end_s: float
    was_cut: bool = False


@dataclass(frozen=True)
class FinalResult:
    """The full-context pass's words; they replace the partial text.

    Attributes:
        utterance: See `SpeechStarted`.
        segment: Words with times and confidence; no words when nothing intelligible was said.
    """

    utterance: int
    segment: Segment


LiveEvent = SpeechStarted | PartialResult | SpeechEnded | FinalResult
