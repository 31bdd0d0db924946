"""Confidence in 0 to 1, from the CTC posteriors around where a token is spelled."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from asr_app.decoding.alignment import TokenSpan
from asr_app.decoding.hypothesis import LogProbs


def token_confidences(log_probs: LogProbs, spans: Sequence[TokenSpan]) -> list[float]:
    """How sure CTC is of each aligned token.

    CTC spells most tokens on one frame but may not know which of two neighbours; the probability that at
    least one of the frames near the span (one free frame on each side) spells the token does not suffer.

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        spans: In order of time, as `forced_align` gives them.

    Returns:
        For each span a number from 0 to 1 that grows with the token's posterior on every frame near.
    """
    confidences = []
    for index, span in enumerate(spans):
        earliest = spans[index - 1].end_frame if index else 0
        latest = spans[index + 1].start_frame if index + 1 < len(spans) else len(log_probs)
        start = min(span.start_frame, max(span.start_frame - 1, earliest))
        end = max(span.end_frame, min(span.end_frame + 1, latest))
        posteriors = np.exp(log_probs[start:end, span.token].astype(np.float64))
        missed = float(np.prod(1.0 - np.clip(posteriors, 0.0, 1.0)))
        confidences.append(1.0 - missed)
    return confidences


def word_confidence(confidences: Sequence[float]) -> float:
    """Take the geometric mean of a word's tokens, so that long words are not punished.

    Args:
        confidences: From 0 to 1 each, at least one.

    Raises:
        ValueError: There is none.
    """
    if not confidences:
        raise ValueError("a word has at least one token")
    return math.prod(confidences) ** (1.0 / len(confidences))
