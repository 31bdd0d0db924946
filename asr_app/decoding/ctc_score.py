"""CTC prefix probabilities: how likely is it that what was said begins with these tokens?

The recursion of Watanabe et al. 2017 (hybrid CTC/attention, algorithm 2) after Graves 2008, reordered:
scoring every continuation of every prefix is one matrix product, and only the continuations that a beam keeps
pay for the recursion over frames, which runs as a cumulative sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.hypothesis import LogProbs

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

# Keeps cumulative sums finite. Nothing a network calls this unlikely can matter.
_LEAST_LOG_PROB = -1e3


@dataclass
class CtcPrefixes:
    """Some prefixes of one utterance and their forward probabilities.

    Attributes:
        last: (prefixes,) last token; -1 for the empty prefix.
        token: (prefixes, frames + 1) log-probability that the first t frames spell the prefix and frame t is
            its last token.
        blank: (prefixes, frames + 1) likewise with a blank on frame t.
    """

    last: Indices
    token: Floats
    blank: Floats


class CtcPrefixScorer:
    """Scores prefixes against one utterance's CTC output."""

    def __init__(self, log_probs: LogProbs) -> None:
        """Take (frames, vocabulary_size + 1), natural logarithm, the blank last."""
        # Column-wise sums over time are wanted for single tokens: keep time contiguous.
        # (vocabulary_size + 1, frames)
        self._log = np.maximum(log_probs.T.astype(np.float64), _LEAST_LOG_PROB)
        self._probs = np.exp(self._log[:-1].T)  # (frames, vocabulary_size)
        self._blank_sum = _sums(self._log[-1:])  # (1, frames + 1)

    def start(self) -> CtcPrefixes:
        """The empty prefix alone."""
        return CtcPrefixes(np.array([-1]), np.full_like(self._blank_sum, -np.inf), self._blank_sum.copy())

    def score(self, prefixes: CtcPrefixes) -> Floats:
        """Score every continuation of every prefix.

        Returns:
            (prefixes, vocabulary_size + 1): for each token the log-probability of everything that begins with
            the prefix and this token; in the last column that of the prefix being all there is.
        """
        either = np.logaddexp(prefixes.token, prefixes.blank)
        before = either[:, :-1]
        peak = _finite(before.max(axis=1, initial=-np.inf))[:, None]
        with np.errstate(divide="ignore"):
            scores = peak + np.log(np.exp(before - peak) @ self._probs)
            rows = np.flatnonzero(prefixes.last >= 0)
            last = prefixes.last[rows]
            # The same token again needs a blank between.
            again = np.exp(prefixes.blank[rows, :-1] - peak[rows]) * self._probs[:, last].T
            scores[rows, last] = peak[rows, 0] + np.log(again.sum(axis=1))
        return np.concatenate([scores, either[:, -1:]], axis=1)

    def extend(self, prefixes: CtcPrefixes, rows: Indices, tokens: Indices) -> CtcPrefixes:
        """Append `tokens` (n,) to the prefixes `rows` (n,)."""
        token, blank = prefixes.token[rows], prefixes.blank[rows]
        same = (prefixes.last[rows] == tokens)[:, None]
        enter = np.where(same, blank, np.logaddexp(token, blank))[:, :-1]
        token = _decayed_sums(enter, _sums(self._log[tokens]))
        blank = _decayed_sums(token[:, :-1], self._blank_sum)
        return CtcPrefixes(tokens, token, blank)


def ctc_log_prob(log_probs: LogProbs, tokens: Sequence[int]) -> float:
    """Return log P(tokens | sound), all alignments summed; -inf when there are too few frames.

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        tokens: Without blanks.
    """
    scorer = CtcPrefixScorer(log_probs)
    prefixes = scorer.start()
    for token in tokens:
        prefixes = scorer.extend(prefixes, np.zeros(1, dtype=np.int64), np.array([token]))
    return float(np.logaddexp(prefixes.token[0, -1], prefixes.blank[0, -1]))


def _sums(log_probs: Floats) -> Floats:
    """(n, frames) to (n, frames + 1): sums of the first t frames."""
    return np.concatenate([np.zeros((len(log_probs), 1)), log_probs.cumsum(axis=1)], axis=1)


def _decayed_sums(enter: Floats, stay: Floats) -> Floats:
    """Solve x[t] = p[t] (x[t - 1] + enter[t - 1]), x[0] = 0, in logarithms.

    Args:
        enter: (n, frames)
        stay: (n or 1, frames + 1), sums of log p over the first t frames.

    Returns:
        (n, frames + 1)
    """
    summed = np.logaddexp.accumulate(enter - stay[:, :-1], axis=1) + stay[:, 1:]
    return np.concatenate([np.full((len(enter), 1), -np.inf), summed], axis=1)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, 0.0)


def ctc_log_probs_of(log_probs: LogProbs, strings: Sequence[Sequence[int]]) -> list[float]:
    """Return log P(tokens | sound) of several strings at once, each as `ctc_log_prob` gives it.

    The forward recursion of Graves et al. 2006 over the tokens with blanks around them, all strings side by
    side.

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        strings: Without blanks.
    """
    blank = log_probs.shape[1] - 1
    longest = max((len(tokens) for tokens in strings), default=0)
    # States: blank token blank token … blank; what is behind a string's own states is never read.
    labels = np.full((len(strings), 2 * longest + 1), blank)
    for row, tokens in enumerate(strings):
        labels[row, 1 : 2 * len(tokens) : 2] = tokens
    skips = np.zeros(labels.shape, dtype=bool)
    skips[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]
    jump = np.where(skips, 0.0, -np.inf)
    # One state of padding on the left for each step back.
    forward = np.full((len(strings), labels.shape[1] + 2), -np.inf)
    forward[:, 2] = 0.0
    scores = np.maximum(log_probs.astype(np.float64), _LEAST_LOG_PROB)
    for number, frame in enumerate(scores):
        stay, step, leap = forward[:, 2:], forward[:, 1:-1], forward[:, :-2] + jump
        if number == 0:
            # Before the first frame nothing was said: only the first blank and the first token can follow.
            reached = np.full(labels.shape, -np.inf)
            reached[:, :2] = 0.0
        else:
            reached = np.logaddexp(np.logaddexp(stay, step), leap)
        forward[:, 2:] = reached + frame[labels]
    rows = np.arange(len(strings))
    ends = np.array([2 * len(tokens) for tokens in strings], dtype=np.int64)
    last_token = np.where(ends > 0, forward[rows, np.maximum(ends + 1, 2)], -np.inf)
    return [float(total) for total in np.logaddexp(forward[rows, ends + 2], last_token)]
