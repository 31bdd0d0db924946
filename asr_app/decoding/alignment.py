"""Forced alignment: on which frames does CTC spell each token?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.hypothesis import LogProbs

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class InfeasibleAlignmentError(ValueError):
    """The tokens do not fit into the frames, or CTC calls every way to spell them impossible."""


@dataclass(frozen=True)
class TokenSpan:
    """The frames of one token.

    Attributes:
        token: Its index.
        start_frame: First frame that spells it.
        end_frame: Frame after the last one that spells it.
        score: Mean natural log-probability of the token over these frames.
    """

    token: int
    start_frame: int
    end_frame: int
    score: float


def forced_align(log_probs: LogProbs, tokens: Sequence[int]) -> list[TokenSpan]:
    """Find the single most likely CTC alignment of given tokens (Viterbi, Graves et al. 2006).

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        tokens: Without blanks; may be empty.

    Returns:
        One span for each token, in order, not overlapping; blanks lie between them.

    Raises:
        InfeasibleAlignmentError: A ValueError. The tokens, each repeat counting one more for the blank it
            needs, are more than the frames; or the best alignment has probability zero.
    """
    if len(tokens) == 0:
        return []
    wanted: Indices = np.asarray(tokens, dtype=np.int64)
    repeats = int((wanted[1:] == wanted[:-1]).sum())
    if len(wanted) + repeats > len(log_probs):
        raise InfeasibleAlignmentError(
            f"{len(wanted)} tokens with {repeats} repeats do not fit into {len(log_probs)} frames"
        )
    path = _best_path(log_probs.astype(np.float64), wanted)
    spans = []
    for position, token in enumerate(wanted.tolist()):
        start, end = np.searchsorted(path, [2 * position + 1, 2 * position + 2]).tolist()
        spans.append(TokenSpan(token, start, end, float(log_probs[start:end, token].mean(dtype=np.float64))))
    return spans


def _best_path(log_probs: Floats, tokens: Indices) -> Indices:
    """(frames,) state of each frame: 2i + 1 spells token i, even states are the blanks around."""
    frames, blank = len(log_probs), log_probs.shape[1] - 1
    labels = np.full(2 * len(tokens) + 1, blank)
    labels[1::2] = tokens
    emitted = log_probs[:, labels]  # (frames, states)
    # A token may follow the one before it directly unless they are the same.
    skips = np.full(len(labels), -np.inf)
    skips[3::2][tokens[1:] != tokens[:-1]] = 0.0
    back = np.zeros((frames, len(labels)), dtype=np.int64)
    # Two unreachable states in front, so that every state has two before it.
    best = np.full(len(labels) + 2, -np.inf)
    best[2:4] = emitted[0, :2]
    ways = np.empty((3, len(labels)))
    for frame in range(1, frames):
        ways[0] = best[2:]
        ways[1] = best[1:-1]
        ways[2] = best[:-2] + skips
        back[frame] = ways.argmax(axis=0)
        best[2:] = ways.max(axis=0) + emitted[frame]
    state = len(labels) - 1 if best[-1] > best[-2] else len(labels) - 2
    if best[state + 2] == -np.inf:
        raise InfeasibleAlignmentError("CTC gives every alignment of these tokens probability zero")
    path = np.empty(frames, dtype=np.int64)
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state -= int(back[frame, state])
    return path
