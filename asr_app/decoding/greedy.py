"""Greedy CTC: the best token of each frame."""

from __future__ import annotations

import numpy as np

from asr_app.decoding.hypothesis import Hypothesis, LogProbs


def ctc_greedy(log_probs: LogProbs) -> Hypothesis:
    """Take each frame's best token, merge repeats, drop blanks (Graves et al. 2006, best path decoding).

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last; may have no frame.

    Returns:
        The tokens. `score` and `ctc_score` are the log-probability of this one alignment.
    """
    if len(log_probs) == 0:
        return Hypothesis((), 0.0, 0.0, None)
    path = log_probs.argmax(axis=1)
    score = float(log_probs.max(axis=1).sum(dtype=np.float64))
    first = np.ones(len(path), dtype=bool)
    first[1:] = path[1:] != path[:-1]
    tokens = path[first & (path != log_probs.shape[1] - 1)]
    return Hypothesis(tuple(tokens.tolist()), score, score, None)
