"""From the tokens of an utterance to words on the recording's clock."""

from __future__ import annotations

from collections.abc import Sequence

from asr_app.decoding.words import WordSpan, align_words
from asr_app.model.bundle import Bundle
from asr_app.transcription.encoding import Encoded
from asr_app.transcription.types import InspectionArrays, Segment, Word


def make_segment(
    bundle: Bundle,
    encoded: Encoded,
    tokens: Sequence[int],
    start_s: float,
    end_s: float,
    inspection: InspectionArrays | None = None,
) -> Segment:
    """Place the words that `tokens` spell by CTC alignment.

    Args:
        bundle: The model that encoded the utterance.
        encoded: The utterance.
        tokens: Without blanks; empty when nothing was said.
        start_s: Start of the utterance on the recording's clock.
        end_s: Its end; no word ends later.
        inspection: Arrays to go with it.
    """
    groups = bundle.tokenizer.words(tokens)
    spans = (
        align_words(encoded.ctc_log_probs, tokens, groups) if groups and len(encoded.ctc_log_probs) else []
    )
    return place_words(spans, bundle.config.output_frame_s, start_s, end_s, inspection)


def place_words(
    spans: Sequence[WordSpan],
    frame_s: float,
    start_s: float,
    end_s: float,
    inspection: InspectionArrays | None = None,
) -> Segment:
    """Put words that have frames on the recording's clock.

    Args:
        spans: In order of time.
        frame_s: Seconds between the frames they count.
        start_s: Start of the utterance on the recording's clock.
        end_s: Its end; no word ends later.
        inspection: Arrays to go with it.
    """
    words = tuple(
        Word(
            text=span.text,
            start_s=min(start_s + span.start_frame * frame_s, end_s),
            end_s=min(start_s + span.end_frame * frame_s, end_s),
            confidence=span.confidence,
        )
        for span in spans
    )
    return Segment(words, start_s, end_s, inspection)
