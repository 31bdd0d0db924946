"""Confidence in 0 to 1, from the CTC posteriors where a token is spelled.

Measured on 2,120 words of an early model (47 % of them right): the product over a word's tokens of each
token's highest posterior tells right from wrong words best (area under the curve 0.89; least token 0.88,
geometric mean 0.85) and is nearest to the share that is right (expected calibration error 0.07; 0.13 and
0.18). Adding up the posteriors of neighbouring frames made it surer, not better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from asr_app.decoding.alignment import TokenSpan
from asr_app.decoding.hypothesis import LogProbs


def token_confidences(log_probs: LogProbs, spans: Sequence[TokenSpan]) -> list[float]:
    """Take each aligned token's highest posterior.

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        spans: As `forced_align` gives them.

    Returns:
        For each span a number from 0 to 1.
    """
    best = (float(log_probs[span.start_frame : span.end_frame, span.token].max()) for span in spans)
    # A sum of rounded float32 may leave a log-probability a hair above zero.
    return [float(np.exp(min(score, 0.0))) for score in best]


def word_confidence(confidences: Sequence[float]) -> float:
    """Take the probability that all tokens of a word are right, as if they were independent.

    Args:
        confidences: From 0 to 1 each, at least one.

    Raises:
        ValueError: There is none.
    """
    if not confidences:
        raise ValueError("a word has at least one token")
    return math.prod(confidences)
