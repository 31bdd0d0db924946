"""Words with their frames and confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asr_app.decoding.alignment import InfeasibleAlignmentError, TokenSpan, forced_align
from asr_app.decoding.confidence import token_confidences, word_confidence
from asr_app.decoding.hypothesis import LogProbs


@dataclass(frozen=True)
class WordSpan:
    """One word on the clock of the encoder's output frames.

    Attributes:
        text: As spelled.
        start_frame: First frame.
        end_frame: Frame after the last one; above `start_frame`.
        confidence: From 0 to 1: raw, see `confidence`.
        tokens: How many spell it.
    """

    text: str
    start_frame: int
    end_frame: int
    confidence: float
    tokens: int = 1


def align_words(
    log_probs: LogProbs, tokens: Sequence[int], groups: Sequence[tuple[str, int, int]]
) -> list[WordSpan]:
    """Place words by forced alignment of their tokens.

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last; at least one frame.
        tokens: Of the whole utterance.
        groups: Text and half-open range of positions in `tokens` of each word, as `Tokenizer.words` gives.

    Returns:
        One span for each group, in order of time and, unless there are more words than frames, not
        overlapping. Where the tokens do not fit into the frames (an attention decoder may spell more than CTC
        can) the words are spread evenly by their number of tokens.
    """
    try:
        spans = forced_align(log_probs, tokens)
    except InfeasibleAlignmentError:
        spans = _spread(log_probs, tokens)
    confidences = token_confidences(log_probs, spans)
    words = []
    for text, first, end in groups:
        confidence = word_confidence(confidences[first:end])
        frames = spans[first].start_frame, spans[end - 1].end_frame
        words.append(WordSpan(text, *frames, confidence, end - first))
    return words


def _spread(log_probs: LogProbs, tokens: Sequence[int]) -> list[TokenSpan]:
    """Give every token an equal share of the frames, one frame at least."""
    edges = np.linspace(0, len(log_probs), len(tokens) + 1)
    spans = []
    for token, left, right in zip(tokens, edges[:-1], edges[1:], strict=True):
        start = min(int(left), len(log_probs) - 1)
        end = max(int(right), start + 1)
        spans.append(TokenSpan(int(token), start, end, float(log_probs[start:end, token].mean())))
    return spans
